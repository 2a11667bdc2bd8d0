/// A terminal on a Linux-like device: echo, a prompt, and the same few commands.
struct LinuxShell: ChannelProgram {
    private let device: SimulatedDevice
    private let prompt: [UInt8]
    private let mayWrite: Bool
    private var line: [UInt8] = []
    private var typed: [UInt8] = []
    private var waiting = false
    private var mute = false
    private var inputEnded = false

    init(device: SimulatedDevice, user: String, mayWrite: Bool) {
        self.mayWrite = mayWrite
        self.device = device
        prompt = Array("\(user)@\(device.hostname):~$ ".utf8)
    }

    mutating func start() -> [ChannelEffect] { [.write(prompt)] }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        typed += bytes
        return readOn()
    }

    mutating func resume() -> [ChannelEffect] {
        waiting = false
        return run() + readOn() + (inputEnded ? endOfInput() : [])
    }

    mutating func endOfInput() -> [ChannelEffect] {
        inputEnded = true
        return waiting || mute ? [] : [.finish(status: 0)]
    }

    private mutating func readOn() -> [ChannelEffect] {
        var effects: [ChannelEffect] = []
        while !waiting, !mute, let byte = typed.first {
            typed.removeFirst()
            effects += take(byte)
        }
        return effects
    }

    private mutating func take(_ byte: UInt8) -> [ChannelEffect] {
        switch byte {
        case 13, 10: return [.write([13, 10])] + accept()
        case 8, 127: return line.popLast() == nil ? [] : [.write([8, 32, 8])]
        case 3:
            line = []
            return [.write([13, 10] + prompt)]
        case 4 where line.isEmpty: return [.finish(status: 0)]
        case 0..<32: return []
        default:
            guard line.count < 4_096 else { return [] }
            line.append(byte)
            return [.write([byte])]
        }
    }

    private mutating func accept() -> [ChannelEffect] {
        if line.allSatisfy({ $0 == 32 }) {
            line = []
            return [.write(prompt)]
        }
        device.received(String(decoding: line, as: UTF8.self))
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        mute = fault == .mute
        if mute { return [] }
        waiting = delay > .zero
        return waiting ? [.pause(delay)] : run()
    }

    private mutating func run() -> [ChannelEffect] {
        let command = String(decoding: line, as: UTF8.self)
        line = []
        if command.split(separator: " ").first == "exit" { return [.finish(status: 0)] }
        let answer = LinuxCommand(command, on: device, mayWrite: mayWrite)
        return [.write((answer.output + answer.errors).withCarriageReturns + prompt)]
    }
}

extension [UInt8] {
    /// Every LF as CR LF, as a terminal's line discipline sends it.
    fileprivate var withCarriageReturns: [UInt8] { flatMap { $0 == 10 ? [13, 10] : [$0] } }
}
