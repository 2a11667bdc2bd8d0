/// The sending side of the old SCP protocol, as `scp -f` has it: a line about the file, its bytes, a zero; each waits for
/// the other side's zero. (The protocol is documented by its implementations alone; OpenSSH's `scp.c` is the reference.)
struct SCPSource: ChannelProgram {
    private enum Step {
        case greeting
        /// The times were sent.
        case times
        /// The line about the file was sent.
        case header
        case body
        case done
    }

    private let device: SimulatedDevice
    private let path: String
    private let sendsTimes: Bool
    private var step = Step.greeting
    private var file: (bytes: [UInt8], mode: UInt32, modified: UInt32)?

    /// Nil when the command is no `scp -f PATH`.
    init?(command: String, device: SimulatedDevice) {
        guard case .linux(let system) = device.current.system, system.hasSCP,
            let words = try? ShellWords.read(command, in: system.files), words.first == "scp"
        else { return nil }
        let options = words.dropFirst().prefix { $0.hasPrefix("-") && $0 != "--" }.joined()
        let paths = LinuxCommand.operands(Array(words.dropFirst()))
        guard options.contains("f"), paths.count == 1 else { return nil }
        self.device = device
        path = paths[0]
        sendsTimes = options.contains("p")
        if let found = system.files.file(at: path), found.isReadable, case .bytes(let bytes) = found.content {
            file = (bytes, found.mode, found.modified)
        }
    }

    mutating func start() -> [ChannelEffect] { [] }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        bytes.flatMap { byte -> [ChannelEffect] in
            guard byte == 0 else { return [.finish(status: 1)] }
            return advance()
        }
    }

    private mutating func advance() -> [ChannelEffect] {
        guard let file else {
            step = .done
            return [.write([1] + Array("scp: \(path): No such file or directory\n".utf8)), .finish(status: 1)]
        }
        switch step {
        case .greeting where sendsTimes:
            step = .times
            return [.write(Array("T\(file.modified) 0 \(file.modified) 0\n".utf8))]
        case .greeting, .times:
            step = .header
            device.opened(file: path)
            let mode = String(file.mode, radix: 8)
            let padded = String(repeating: "0", count: max(0, 4 - mode.count)) + mode
            return [.write(Array("C\(padded) \(file.bytes.count) \(FileTree.split(path).name)\n".utf8))]
        case .header:
            if let delay = delay { return [.pause(delay)] }
            return resume()
        case .body, .done:
            step = .done
            return [.finish(status: 0)]
        }
    }

    private var delay: Duration? {
        let delay = device.with { $0.answerDelay }
        return delay > .zero ? delay : nil
    }

    mutating func resume() -> [ChannelEffect] {
        guard let file, case .header = step else { return [] }
        step = .body
        switch device.fault {
        case .mute: return []
        case .cut(let bytes) where file.bytes.count > bytes: return [.write(Array(file.bytes.prefix(bytes))), .hangUp]
        case .endless: return [.write(file.bytes), .writeForever(Array(repeating: 120, count: 4_096))]
        default: return [.write(file.bytes), .write([0])]
        }
    }

    mutating func endOfInput() -> [ChannelEffect] { [.finish(status: 0)] }
}
