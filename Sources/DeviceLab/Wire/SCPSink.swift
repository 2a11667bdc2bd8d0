/// The receiving side of the old SCP protocol, as `scp -t` has it: it answers each line and each file with a zero, or with a
/// one and what is wrong. (Documented by its implementations alone; OpenSSH's `scp.c` is the reference.)
struct SCPSink: ChannelProgram {
    private enum Step {
        /// A line about the next file is read.
        case header([UInt8])
        case body(path: String, mode: UInt32, size: Int, [UInt8])
        case done
    }

    /// The largest file taken.
    private static let most = 256 << 20

    private let device: SimulatedDevice
    private let login: LabLogin
    private let target: String
    private var step = Step.header([])
    private var failed = false

    /// Nil when the command is no `scp -t PATH`, or the device has no SCP.
    init?(command: String, device: SimulatedDevice, login: LabLogin) {
        let words = (try? ShellWords.read(command, in: FileTree())) ?? []
        let options = words.dropFirst().prefix { $0.hasPrefix("-") && $0 != "--" }.joined()
        let paths = LinuxCommand.operands(Array(words.dropFirst()))
        guard words.first == "scp", options.contains("t"), paths.count == 1, device.hasSCP else { return nil }
        self.device = device
        self.login = login
        target = paths[0]
    }

    mutating func start() -> [ChannelEffect] {
        if device.fault == .mute { return [] }
        if device.breaks(at: "scp -t \(target)", isDone: false) { return [.hangUp] }
        if let reason = device.refusesFiles(from: login) { return refuse(reason) }
        return [.write([0])]
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        var effects: [ChannelEffect] = []
        var rest = bytes
        while !rest.isEmpty {
            switch step {
            case .header(var line):
                guard let byte = rest.popFirst() else { break }
                line.append(byte)
                step = .header(line)
                if byte == 10 { effects += read(String(decoding: line.dropLast(), as: UTF8.self)) }
                if line.count > 4_096 { return refuse("protocol error: the line is too long") }
            case .body(let path, let mode, let size, var content):
                step = .done  // held once only, so that the array grows in place
                let piece = rest.prefix(size + 1 - content.count)
                content += piece
                rest = rest.dropFirst(piece.count)
                step = .body(path: path, mode: mode, size: size, content)
                if content.count == size + 1 { effects += finish(path, mode, content.dropLast()) }
            case .done: return effects
            }
        }
        return effects
    }

    private mutating func read(_ line: String) -> [ChannelEffect] {
        step = .header([])
        let fields = line.dropFirst().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        switch line.first {
        case "T", "E": return [.write([0])]
        case "C":
            guard fields.count == 3, let mode = UInt32(fields[0], radix: 8), let size = Int(fields[1]),
                (0...Self.most).contains(size)
            else { return refuse("protocol error: \(line)") }
            let path = device.place(of: target, named: String(fields[2]))
            if let reason = device.refusesFile(path, size: size) { return refuse(reason) }
            step = .body(path: path, mode: mode & 0o777, size: size, [])
            return [.write([0])]
        default: return refuse("protocol error: expected control record")
        }
    }

    private mutating func finish(_ path: String, _ mode: UInt32, _ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        step = .header([])
        if let reason = device.store(Array(bytes), at: path, mode: mode) { return refuse(reason) }
        return device.breaks(at: "scp -t \(target)", isDone: true) ? [.hangUp] : [.write([0])]
    }

    private mutating func refuse(_ reason: String) -> [ChannelEffect] {
        failed = true
        step = .done
        return [.write([1] + Array("scp: \(reason)\n".utf8)), .finish(status: 1)]
    }

    mutating func resume() -> [ChannelEffect] { [] }
    mutating func endOfInput() -> [ChannelEffect] { [.finish(status: failed ? 1 : 0)] }
}
