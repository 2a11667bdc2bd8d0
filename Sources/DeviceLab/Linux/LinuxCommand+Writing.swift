/// The commands that change a Linux-like device.
extension LinuxCommand {
    /// False when there is no such command.
    mutating func write(_ name: String, _ arguments: [String], _ device: SimulatedDevice, mayWrite: Bool) -> Bool {
        let paths = Self.operands(arguments)
        switch name {
        case "mv": move(paths, device, mayWrite)
        case "cp": copy(paths, keepsMode: !Set(arguments).isDisjoint(with: ["-p", "-a"]), device, mayWrite)
        case "rm":
            remove(paths, isForced: arguments.contains { $0.hasPrefix("-") && $0.contains("f") }, device, mayWrite)
        case "chmod": changeMode(paths, device, mayWrite)
        case "mkdir": makeDirectories(paths, device, mayWrite)
        case "sync": break
        case "systemctl": control(paths, device, mayWrite)
        default: return false
        }
        return true
    }

    private mutating func move(_ paths: [String], _ device: SimulatedDevice, _ mayWrite: Bool) {
        guard let pair = pair(paths, "mv", device) else { return }
        guard mayWrite else {
            return fail("mv: cannot move '\(pair.from)' to '\(pair.to)': Permission denied", status: 1)
        }
        guard device.change({ $0.rename(pair.from, to: pair.to) }) else {
            return fail("mv: cannot move '\(pair.from)' to '\(pair.to)': No such file or directory", status: 1)
        }
    }

    private mutating func copy(_ paths: [String], keepsMode: Bool, _ device: SimulatedDevice, _ mayWrite: Bool) {
        guard let pair = pair(paths, "cp", device) else { return }
        guard let file = device.files.file(at: pair.from), file.isReadable, let bytes = device.files.read(pair.from)
        else {
            return fail("cp: cannot open '\(pair.from)' for reading: Permission denied", status: 1)
        }
        guard mayWrite else {
            return fail("cp: cannot create regular file '\(pair.to)': Permission denied", status: 1)
        }
        if let reason = device.refusesFile(pair.to, size: bytes.count) {
            return fail(
                "cp: error writing '\(reason.split(separator: ":").first ?? "")':\(reason.split(separator: ":").last ?? "")",
                status: 1)
        }
        _ = device.change { files in
            let old = files.file(at: pair.to)
            files.write(
                files.resolve(pair.to) ?? files.resolveParent(pair.to), bytes,
                mode: keepsMode ? file.mode : old?.mode ?? file.mode,
                modified: keepsMode ? file.modified : 1_772_000_000)
            return true
        }
    }

    /// A source that is there, and a target that is a file's name.
    private mutating func pair(
        _ paths: [String], _ command: String, _ device: SimulatedDevice
    ) -> (from: String, to: String)? {
        guard paths.count == 2 else {
            fail("\(command): missing file operand", status: 1)
            return nil
        }
        let files = device.files
        guard files.entry(paths[0]) != nil else {
            fail("\(command): cannot stat '\(paths[0])': No such file or directory", status: 1)
            return nil
        }
        guard files.names(in: paths[1]) != nil else { return (paths[0], paths[1]) }
        return (paths[0], FileTree.join(FileTree.normal(paths[1]), FileTree.split(paths[0]).name))
    }

    private mutating func remove(_ paths: [String], isForced: Bool, _ device: SimulatedDevice, _ mayWrite: Bool) {
        for path in paths {
            guard device.files.entry(path) != nil else {
                if !isForced { fail("rm: cannot remove '\(path)': No such file or directory", status: 1) }
                continue
            }
            guard mayWrite else {
                fail("rm: cannot remove '\(path)': Permission denied", status: 1)
                continue
            }
            if !device.change({ $0.remove(path) }) { fail("rm: cannot remove '\(path)': Is a directory", status: 1) }
        }
    }

    private mutating func changeMode(_ words: [String], _ device: SimulatedDevice, _ mayWrite: Bool) {
        guard words.count >= 2, let mode = UInt32(words[0], radix: 8), mode <= 0o7777 else {
            return fail("chmod: invalid mode: '\(words.first ?? "")'", status: 1)
        }
        for path in words.dropFirst() {
            guard device.files.file(at: path) != nil else {
                fail("chmod: cannot access '\(path)': No such file or directory", status: 1)
                continue
            }
            guard mayWrite else {
                fail("chmod: changing permissions of '\(path)': Operation not permitted", status: 1)
                continue
            }
            _ = device.change { $0.set(path, mode: mode) }
        }
    }

    private mutating func makeDirectories(_ paths: [String], _ device: SimulatedDevice, _ mayWrite: Bool) {
        for path in paths where device.files.names(in: path) == nil {
            guard mayWrite else {
                fail("mkdir: cannot create directory '\(path)': Permission denied", status: 1)
                continue
            }
            _ = device.change { files in
                files.makeDirectory(path)
                return true
            }
        }
    }

    private mutating func control(_ words: [String], _ device: SimulatedDevice, _ mayWrite: Bool) {
        guard words.count == 2, case .linux(let system) = device.current.system else {
            return fail("Too few arguments.", status: 1)
        }
        let unit = words[1].contains(".") ? words[1] : words[1] + ".service"
        let isKnown = system.services?.contains(unit) ?? true
        switch words[0] {
        case "is-active":
            let state = !isKnown ? "inactive" : system.failedServices.contains(unit) ? "failed" : "active"
            print(state)
            if state != "active" { status = state == "failed" ? 3 : 4 }
        case "reload", "restart", "try-reload-or-restart", "reload-or-restart":
            guard isKnown else {
                return fail("Failed to \(words[0]) \(unit): Unit \(unit) not found.", status: 5)
            }
            guard mayWrite else {
                return fail("Failed to \(words[0]) \(unit): Interactive authentication required.", status: 1)
            }
            device.started(unit, by: words[0])
        default: fail("Unknown command verb \(words[0]).", status: 1)
        }
    }
}

extension SimulatedDevice {
    /// Changes files and counts that when it succeeds.
    func change(_ change: @Sendable (inout FileTree) -> Bool) -> Bool {
        let done = with { $0.editFiles(change) }
        if done { count { $0.writes += 1 } }
        return done
    }

    /// A service is started again, or told to read its configuration; with the fault it does not come up.
    fileprivate func started(_ unit: String, by verb: String) {
        edit { device in
            guard case .linux(var system) = device.system else { return }
            if device.fault == .serviceFails {
                system.failedServices.insert(unit)
            } else {
                system.failedServices.remove(unit)
            }
            device.system = .linux(system)
        }
        count {
            $0.writes += 1
            $0.services.append("\(verb) \(unit)")
        }
    }

    /// The files that SFTP shows; an IOS-like device has no SFTP.
    var files: FileTree { with { $0.files } }
}

extension LabDevice {
    var files: FileTree {
        switch system {
        case .ios: FileTree()
        case .junos(let system): system.files
        case .linux(let system): system.files
        }
    }

    /// Changes the files of a Junos-like or Linux-like device; false on another.
    mutating func editFiles(_ change: (inout FileTree) -> Bool) -> Bool {
        switch system {
        case .ios: return false
        case .junos(var junos):
            let done = change(&junos.files)
            system = .junos(junos)
            return done
        case .linux(var linux):
            system = .linux(LinuxSystem(hostname: "", files: FileTree()))  // held once only: changed in place
            let done = change(&linux.files)
            system = .linux(linux)
            return done
        }
    }
}
