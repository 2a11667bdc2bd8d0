/// One command executed without a terminal.
struct LinuxExec: ChannelProgram {
    private let command: String
    private let device: SimulatedDevice
    private let mayWrite: Bool

    init(command: String, device: SimulatedDevice, mayWrite: Bool) {
        self.mayWrite = mayWrite
        self.command = command
        self.device = device
    }

    mutating func start() -> [ChannelEffect] {
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        if case .mute = fault { return [] }
        return delay > .zero ? [.pause(delay)] : resume()
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] { [] }
    mutating func endOfInput() -> [ChannelEffect] { [] }

    mutating func resume() -> [ChannelEffect] {
        let answer = LinuxCommand(command, on: device, mayWrite: mayWrite)
        switch device.fault {
        case .endless: return [.write(answer.output), .writeForever(Array(repeating: 120, count: 4_096))]
        case .cut(let bytes) where answer.output.count > bytes:
            return [.write(Array(answer.output.prefix(bytes))), .hangUp]
        default: break
        }
        return [.write(answer.output), .writeError(answer.errors), .finish(status: answer.status)]
    }
}
