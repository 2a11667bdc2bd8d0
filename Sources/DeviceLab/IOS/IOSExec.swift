/// One command given to an IOS-like device without a terminal: its answer alone, neither echoed nor paged.
struct IOSExec: ChannelProgram {
    private let command: String
    private let device: SimulatedDevice
    private let privileged: Bool
    private let mayWrite: Bool

    init(command: String, device: SimulatedDevice, privileged: Bool, mayWrite: Bool = true) {
        self.mayWrite = mayWrite
        self.command = command
        self.device = device
        self.privileged = privileged
    }

    mutating func start() -> [ChannelEffect] {
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        if case .mute = fault { return [] }
        return delay > .zero ? [.pause(delay)] : resume()
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] { [] }
    mutating func endOfInput() -> [ChannelEffect] { [] }

    mutating func resume() -> [ChannelEffect] {
        guard let command = try? IOSCommand.read(command, privileged: privileged), mayWrite || !command.changesDevice
        else {
            return [.write(Array("Line has invalid autocommand \"\(command)\"\r\n".utf8)), .finish(status: 0)]
        }
        let answer = IOSAnswer(command, on: device, privileged: privileged)
        if let flood = answer.unpaged { return flood + [.finish(status: 0)] }
        switch answer.ending {
        case .prompt: return [.write(answer.text), .finish(status: 0)]
        case .hangUp: return [.write(answer.text), .hangUp]
        case .endless(let filler): return [.write(answer.text), .writeForever(filler)]
        }
    }
}
