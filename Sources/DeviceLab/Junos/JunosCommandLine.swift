/// The dialogue on a Junos-like device's terminal: echo, prompt, paging, and the device's faults.
struct JunosCommandLine: ChannelProgram {
    private enum State {
        case reading([UInt8])
        /// A command waits for its delay.
        case thinking(String)
        /// A page ended; the rest waits for a key.
        case paging(rest: ArraySlice<String>, then: String, isOver: Bool)
        case mute
        case ended
    }

    private static let more: [UInt8] = Array("---(more)---".utf8)
    private static let wipe: [UInt8] = Array("\r\(String(repeating: " ", count: 40))\r".utf8)
    private static let longest = 4_096

    private let device: SimulatedDevice
    private var session: JunosSession
    private var state = State.reading([])
    private var typed: ArraySlice<UInt8> = []
    private var swallowLineFeed = false
    private var inputEnded = false
    /// How many lines of configuration were typed.
    private var configured = 0

    init(device: SimulatedDevice, login: LabLogin) {
        self.device = device
        session = JunosSession(device: device, login: login)
    }

    mutating func start() -> [ChannelEffect] {
        let version = device.junosSystem?.version ?? ""
        return [.write(Array("--- JUNOS \(version) Kernel 64-bit  JNPR-12.1\r\n\(session.prompt.dropFirst())".utf8))]
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        typed += bytes
        return readOn()
    }

    mutating func resume() -> [ChannelEffect] {
        guard case .thinking(let line) = state else { return [] }
        state = .reading([])
        return answer(line) + readOn() + (inputEnded ? endOfInput() : [])
    }

    mutating func endOfInput() -> [ChannelEffect] {
        inputEnded = true
        switch state {
        case .reading, .paging:
            state = .ended
            return [.finish(status: 0)]
        case .thinking, .mute, .ended: return []
        }
    }

    private mutating func readOn() -> [ChannelEffect] {
        var effects: [ChannelEffect] = []
        while let byte = typed.first {
            if case .thinking = state { break }
            if let text = takeText() {
                effects.append(.write(text))
                continue
            }
            typed.removeFirst()
            let isSecond = swallowLineFeed && byte == 10
            swallowLineFeed = byte == 13
            if !isSecond { effects += take(byte) }
            // What was typed behind it is lost with the line.
            if effects.contains(.hangUp) { state = .ended }
        }
        if typed.isEmpty { typed = [] }
        return effects
    }

    /// Takes what is typed up to the next key that is no text; nil where that is for the line editor, byte by byte.
    private mutating func takeText() -> [UInt8]? {
        guard case .reading(let line) = state else { return nil }
        let text = Array(typed.prefix { $0 >= 32 && $0 != 127 })
        guard text.count > 1, line.count + text.count <= Self.longest else { return nil }
        typed.removeFirst(text.count)
        swallowLineFeed = false
        state = .reading(line + text)
        return text
    }

    private mutating func take(_ byte: UInt8) -> [ChannelEffect] {
        switch state {
        case .reading(let line): return edit(line, byte)
        case .paging(let rest, let then, let isOver):
            if byte == UInt8(ascii: "q") { return [.write(Self.wipe + Array(then.utf8))] + back(isOver) }
            let page = page(rest, lines: byte == 13 || byte == 10 ? 1 : nil, then: then, isOver: isOver)
            return [.write(Self.wipe)] + page
        case .thinking, .mute, .ended: return []
        }
    }

    private mutating func edit(_ line: [UInt8], _ byte: UInt8) -> [ChannelEffect] {
        switch byte {
        case 13, 10:
            state = .reading([])
            return [.write([13, 10])] + accept(String(decoding: line, as: UTF8.self))
        case 8, 127:
            state = .reading(line.dropLast())
            return line.isEmpty ? [] : [.write([8, 32, 8])]
        case 21, 3:
            state = .reading([])
            return [
                .write(
                    byte == 3 ? Array("^C\r\n".utf8) + Array(session.prompt.utf8) : line.flatMap { _ in [8, 32, 8] })
            ]
        case 4 where line.isEmpty:
            state = .ended
            return [.finish(status: 0)]
        case 0..<32: return []
        default:
            guard line.count < Self.longest else { return [.write([7])] }
            state = .reading(line + [byte])
            return [.write([byte])]
        }
    }

    private mutating func accept(_ line: String) -> [ChannelEffect] {
        if !line.words.isEmpty || session.question != nil { device.received(line) }
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        if fault == .mute {
            state = .mute
            return []
        }
        guard delay > .zero else { return answer(line) }
        state = .thinking(line)
        return [.pause(delay)]
    }

    private mutating func answer(_ line: String) -> [ChannelEffect] {
        if session.path != nil { configured += 1 }
        if device.breaks(at: line, isDone: false) { return [.hangUp] }
        let reply = session.read(line)
        if device.breaks(at: line, isDone: true) { return [.hangUp] }
        if case .cutLines(let lines) = device.fault, configured >= lines { return [.hangUp] }
        let text = device.spoiled(reply.text, by: line)
        if let cut = text.cut { return [.write(cut), .hangUp] }
        return page(text.lines[...], then: reply.question ?? session.prompt, isOver: reply.isOver)
    }

    /// Writes until a page is full.
    private mutating func page(
        _ text: ArraySlice<String>, lines: Int? = nil, then: String, isOver: Bool
    ) -> [ChannelEffect] {
        let room = session.length > 0 ? lines ?? max(1, session.length - 1) : .max
        var bytes: [UInt8] = []
        text.prefix(room).forEach { bytes.append(line: $0) }
        let rest = text.dropFirst(room)
        guard rest.isEmpty else {
            state = .paging(rest: rest, then: then, isOver: isOver)
            return [.write(bytes + Self.more)]
        }
        return [.write(bytes + (isOver ? [] : Array(then.utf8)))] + back(isOver)
    }

    private mutating func back(_ isOver: Bool) -> [ChannelEffect] {
        state = isOver ? .ended : .reading([])
        return isOver ? [.finish(status: 0)] : []
    }
}

extension SimulatedDevice {
    /// The answer to a command with the device's fault in it: only that to `show configuration` is spoiled.
    fileprivate func spoiled(_ lines: [String], by line: String) -> (lines: [String], cut: [UInt8]?) {
        guard line.words.starts(with: ["show", "configuration"]), let fault else { return (lines, nil) }
        switch fault {
        case .cut(let bytes):
            var whole: [UInt8] = []
            lines.forEach { whole.append(line: $0) }
            return (lines, Array(whole.prefix(bytes)))
        case .noEndMarker: return (lines.dropLast(), nil)
        case .promptLookAlike:
            return (lines.prefix(lines.count / 2) + ["\(hostname)> "] + lines.suffix(lines.count / 2), nil)
        case .errorInside:
            return (lines.prefix(lines.count / 2) + ["error: timeout"] + lines.suffix(lines.count / 2), nil)
        default: return (lines, nil)
        }
    }
}

/// One command given to a Junos-like device without a terminal: its answer alone.
struct JunosExec: ChannelProgram {
    private var session: JunosSession
    private let command: String
    private let device: SimulatedDevice

    init(command: String, device: SimulatedDevice, login: LabLogin) {
        self.command = command
        self.device = device
        session = JunosSession(device: device, login: login)
    }

    mutating func start() -> [ChannelEffect] {
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        if fault == .mute { return [] }
        return delay > .zero ? [.pause(delay)] : resume()
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] { [] }
    mutating func endOfInput() -> [ChannelEffect] { [] }

    mutating func resume() -> [ChannelEffect] {
        let text = session.read(command).text.map { $0 + "\n" }.joined()
        return [.write(Array(text.utf8)), .finish(status: 0)]
    }
}
