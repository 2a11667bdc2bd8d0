import Crypto

/// What a command on a Linux-like device prints, and the status that it ends with.
struct LinuxCommand {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var status: Int32 = 0

    /// Runs one simple command; the commands are those that a collector needs.
    init(_ line: String, on device: SimulatedDevice, mayWrite: Bool = true) {
        guard case .linux(let system) = device.current.system else { return }
        let words: [String]
        do throws(ShellWords.Failure) {
            if let pattern = Self.looped(line) {
                for path in try ShellWords.read(pattern, in: system.files) where system.files.read(path) != nil {
                    print(path)
                }
                return
            }
            words = try ShellWords.read(line, in: system.files)
        } catch {
            fail("sh: syntax error: \(error)", status: 2)
            return
        }
        let command = words.drop { $0 == "sudo" || $0 == "-n" }
        guard let name = command.first else { return }
        if !write(name, Array(command.dropFirst()), device, mayWrite: mayWrite) {
            run(name, Array(command.dropFirst()), system, device)
        }
    }

    private mutating func run(
        _ name: String, _ arguments: [String], _ system: LinuxSystem, _ device: SimulatedDevice
    ) {
        switch name {
        case "cat": cat(arguments, system.files, device)
        case "sha256sum" where system.hasSHA256Sum: sha256sum(arguments, system.files, device)
        case "uname": uname(arguments, system)
        case "hostname": print(system.hostname)
        case "ls": list(arguments, system.files)
        case "echo": print(arguments.joined(separator: " "))
        case "true", "exit": break
        default: fail("sh: \(name): command not found", status: 127)
        }
    }

    private mutating func cat(_ arguments: [String], _ files: FileTree, _ device: SimulatedDevice) {
        for path in Self.operands(arguments) {
            guard let bytes = read(path, "cat", files) else { continue }
            device.opened(file: path)
            output = output.isEmpty ? bytes : output + bytes
        }
    }

    private mutating func sha256sum(_ arguments: [String], _ files: FileTree, _ device: SimulatedDevice) {
        for path in Self.operands(arguments) {
            guard let bytes = read(path, "sha256sum", files) else { continue }
            let digits = SHA256.hash(data: bytes).map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
            print("\(digits.joined())  \(path)")
        }
    }

    private mutating func uname(_ arguments: [String], _ system: LinuxSystem) {
        let all = ["Linux", system.hostname, system.kernel, "#1 SMP", system.machine, "GNU/Linux"]
        let letters = Array("snrvmo")
        let asked = Set(arguments.joined())
        if asked.contains("a") {
            print(all.joined(separator: " "))
        } else {
            let chosen = zip(letters, all).filter { asked.contains($0.0) }.map(\.1)
            print(chosen.isEmpty ? "Linux" : chosen.joined(separator: " "))
        }
    }

    private mutating func list(_ arguments: [String], _ files: FileTree) {
        let options = Set(arguments.filter { $0.hasPrefix("-") && $0 != "--" }.joined())
        let paths = Self.operands(arguments)
        for path in paths.isEmpty ? ["/"] : paths {
            guard let file = files.entry(path) ?? files.file(at: path) else {
                fail("ls: \(path): No such file or directory", status: 1)
                continue
            }
            if !options.contains("d"), let names = files.names(in: path) {
                for name in names where options.contains("a") || !name.hasPrefix(".") {
                    show(name, files.entry(FileTree.join(path, name)) ?? file, long: options.contains("l"))
                }
            } else {
                show(path, file, long: options.contains("l"))
            }
        }
    }

    private mutating func show(_ name: String, _ file: FileTree.File, long: Bool) {
        print(long ? file.longName(name) : name)
    }

    private mutating func read(_ path: String, _ command: String, _ files: FileTree) -> [UInt8]? {
        let file = files.file(at: path)
        if let file, file.isReadable, let bytes = files.read(path) { return bytes }
        let reason =
            switch file?.content {
            case nil: "No such file or directory"
            case .directory: "Is a directory"
            default: "Permission denied"
            }
        fail("\(command): \(path): \(reason)", status: 1)
        return nil
    }

    mutating func print(_ line: String) {
        output += line.utf8
        output.append(10)
    }

    mutating func fail(_ line: String, status: Int32) {
        errors += line.utf8
        errors.append(10)
        self.status = status
    }

    /// The words of the one loop that the lab's shell knows: the files among the words, one a line.
    private static func looped(_ line: String) -> String? {
        let (head, tail) = ("for f in ", #"; do if test -f "$f"; then printf '%s\n' "$f"; fi; done"#)
        guard line.hasPrefix(head), line.hasSuffix(tail) else { return nil }
        return String(line.dropFirst(head.count).dropLast(tail.count))
    }

    /// The arguments that are no options.
    static func operands(_ arguments: [String]) -> [String] {
        guard let end = arguments.firstIndex(of: "--") else { return arguments.filter { !$0.hasPrefix("-") } }
        return arguments[..<end].filter { !$0.hasPrefix("-") } + arguments[(end + 1)...]
    }
}

extension FileTree.File {
    /// A line of `ls -l`, without an owner's name.
    func longName(_ name: String) -> String {
        let letters = Array("rwxrwxrwx")
        let bits = (0..<9).map { mode & (0o400 >> UInt32($0)) != 0 ? letters[$0] : "-" }
        let kind: Character =
            switch content {
            case .bytes: "-"
            case .link: "l"
            case .directory: "d"
            }
        return "\(kind)\(String(bits))    1 root     root     \(size) Mar  2  2025 \(name)"
    }
}
