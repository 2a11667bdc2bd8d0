/// The dialogue on an IOS-like device's terminal: echo, prompt, paging, `enable`, and the device's faults.
struct IOSCommandLine: ChannelProgram {
    private enum State {
        /// Characters are collected into a line.
        case reading(line: [UInt8])
        /// A command waits for its delay.
        case thinking(String)
        case password([UInt8], tries: Int)
        /// A question waits for one key.
        case key(IOSQuestion)
        /// A page ended; the rest waits for a key.
        case paging(rest: ArraySlice<UInt8>, then: [ChannelEffect])
        /// Nothing will ever come again.
        case mute
        case ended
    }

    private static let more: [UInt8] = Array(" --More-- ".utf8)
    /// IOS wipes the mark with backspaces, blanks and backspaces.
    private static let wipe: [UInt8] =
        Array(repeating: 8, count: 10) + Array(repeating: 32, count: 10) + Array(repeating: 8, count: 10)
    /// The longest line; the rest of a longer one is not taken.
    private static let longest = 254

    let device: SimulatedDevice
    private var privileged: Bool
    private let mayWrite: Bool
    private var length: Int
    /// Where in the configuration mode it stands; nil outside.
    var mode: IOSConfigMode?
    /// What the next line answers.
    private var question: IOSQuestion?
    /// The banner whose text the next lines are.
    var banner: IOSBanner?
    /// How many lines of configuration were typed.
    var configured = 0
    private var state = State.reading(line: [])
    /// What was typed while nobody listened.
    private var typed: ArraySlice<UInt8> = []
    private var swallowLineFeed = false
    private var inputEnded = false

    init(device: SimulatedDevice, privileged: Bool, mayWrite: Bool = true) {
        self.device = device
        self.privileged = privileged
        self.mayWrite = mayWrite
        length = device.system?.pageLength ?? 24
    }

    mutating func start() -> [ChannelEffect] {
        var text: [UInt8] = []
        text.append(line: "")
        for line in (device.system?.banner ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
            text.append(line: String(line))
        }
        text += prompt
        return [.write(text)]
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        typed += bytes
        return readOn()
    }

    mutating func resume() -> [ChannelEffect] {
        guard case .thinking(let line) = state else { return [] }
        state = .reading(line: [])
        return answer(line) + readOn() + (inputEnded ? leave() : [])
    }

    mutating func endOfInput() -> [ChannelEffect] {
        inputEnded = true
        return leave()
    }

    /// Ends after the end of input, once what was typed has been answered.
    private mutating func leave() -> [ChannelEffect] {
        switch state {
        case .ended, .thinking, .mute: return []
        case .reading, .password, .paging, .key:
            state = .ended
            return [.finish(status: nil)]
        }
    }

    /// Takes typed bytes as long as the state wants some.
    private mutating func readOn() -> [ChannelEffect] {
        var effects: [ChannelEffect] = []
        while let byte = typed.first {
            if let text = takeText() {
                effects.append(.write(text))
                continue
            }
            if swallowLineFeed, byte == 10 {
                typed.removeFirst()
                swallowLineFeed = false
                continue
            }
            guard let next = take(byte) else { break }
            swallowLineFeed = byte == 13
            typed.removeFirst()
            effects += next
            // What was typed behind it is lost with the line.
            if next.contains(.hangUp) { state = .ended }
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
        state = .reading(line: line + text)
        return text
    }

    /// Nil when the byte has to wait.
    private mutating func take(_ byte: UInt8) -> [ChannelEffect]? {
        switch state {
        case .reading(let line): return edit(line, byte)
        case .password(var secret, let tries):
            guard byte == 13 || byte == 10 else {
                if secret.count < Self.longest { secret.append(byte) }
                state = .password(secret, tries: tries)
                return []
            }
            return check(secret, tries: tries)
        case .paging(let rest, let then): return turn(byte, rest, then)
        case .key(let question):
            let key = byte == 13 || byte == 10 ? "" : String(decoding: [byte], as: UTF8.self)
            device.received(key)
            state = .reading(line: [])
            return [.write([13, 10])] + present(device.answer(question, with: key))
        case .thinking: return nil
        case .mute, .ended: return []
        }
    }

    private mutating func edit(_ line: [UInt8], _ byte: UInt8) -> [ChannelEffect] {
        switch byte {
        case 13, 10:
            return [.write([13, 10])] + accept(String(decoding: line, as: UTF8.self))
        case 8, 127:
            state = .reading(line: line.dropLast())
            return line.isEmpty ? [] : [.write([8, 32, 8])]
        case 21:  // Ctrl-U
            state = .reading(line: [])
            return [.write(line.flatMap { _ in [8, 32, 8] as [UInt8] })]
        case 3 where banner != nil || line.starts(with: Array("banner ".utf8)):  // Ctrl-C as a banner's end mark
            state = .reading(line: line + [byte])
            return [.write(Array("^C".utf8))]
        case 3:  // Ctrl-C
            state = .reading(line: [])
            (mode, question, banner) = (nil, nil, nil)
            return [.write([13, 10] + prompt)]
        case 26 where mode != nil && banner == nil:  // Ctrl-Z
            let done = line.isEmpty ? [] : accept(String(decoding: line, as: UTF8.self))
            state = .reading(line: [])
            mode = nil
            return [.write(Array("^Z\r\n".utf8))] + done + (line.isEmpty ? [.write(prompt)] : [])
        case 4 where line.isEmpty:  // Ctrl-D
            state = .ended
            return [.finish(status: 0)]
        case 0..<32:
            state = .reading(line: line)
            return []
        default:
            guard line.count < Self.longest else {
                state = .reading(line: line)
                return [.write([7])]
            }
            state = .reading(line: line + [byte])
            return [.write([byte])]
        }
    }

    /// A whole line was typed.
    private mutating func accept(_ line: String) -> [ChannelEffect] {
        state = .reading(line: [])
        if let asked = question {
            question = nil
            device.received(line)
            return present(device.answer(asked, with: line.words.joined(separator: " ")))
        }
        if banner == nil, line.utf8.allSatisfy({ $0 == 32 }) { return [.write(prompt)] }
        device.received(line)
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        if case .mute = fault {
            state = .mute
            return []
        }
        guard delay > .zero else { return answer(line) }
        state = .thinking(line)
        return [.pause(delay)]
    }

    private mutating func answer(_ line: String) -> [ChannelEffect] {
        if device.breaks(at: line, isDone: false) { return [.hangUp] }
        let effects = tell(line)
        return device.breaks(at: line, isDone: true) ? [.hangUp] : effects
    }

    private mutating func tell(_ line: String) -> [ChannelEffect] {
        do throws(IOSCommand.Failure) {
            if banner != nil || mode != nil { return try configure(line) }
            return try run(line)
        } catch {
            return [.write(device.hostname.complaint(error, line: line, indent: prompt.count) + prompt)]
        }
    }

    /// Runs a command, as typed outside of the configuration mode or behind `do`.
    mutating func run(_ line: String) throws(IOSCommand.Failure) -> [ChannelEffect] {
        guard let command = try IOSCommand.read(line, privileged: privileged) else { return [.write(prompt)] }
        if command.changesDevice, !mayWrite { throw .invalid(at: 0) }
        switch command {
        case .enable: return enable()
        case .disable: privileged = false
        case .leave:
            state = .ended
            return [.finish(status: 0)]
        case .terminalLength(let lines): length = lines
        case .terminalWidth: break
        case .configureTerminal:
            mode = IOSConfigMode(takesPrintedBanners: device.system?.takesPrintedBanners ?? false)
            return [
                .write(Array("Enter configuration commands, one per line.  End with CNTL/Z.\r\n".utf8) + prompt)
            ]
        case _ where command.changesDevice || command == .showReload || command == .showRollbackTimer:
            return present(device.perform(command))
        default: return show(IOSAnswer(command, on: device, privileged: privileged))
        }
        return [.write(prompt)]
    }

    /// Writes a reply and what follows it.
    private mutating func present(_ reply: IOSReply) -> [ChannelEffect] {
        switch reply.next {
        case .prompt: return [.write(reply.bytes + prompt)]
        case .ask(let asked):
            if asked.isKey { state = .key(asked) } else { question = asked }
            return [.write(reply.bytes + Array(asked.text.utf8))]
        case .hangUp: return [.write(reply.bytes), .hangUp]
        }
    }

    private mutating func show(_ answer: IOSAnswer) -> [ChannelEffect] {
        // A flood is not paged, for its bytes are made as they are taken.
        if let flood = answer.unpaged { return flood + [.write(prompt)] }
        return switch answer.ending {
        case .prompt: page(answer.text[...], then: [.write(prompt)])
        case .hangUp: page(answer.text[...], then: [.hangUp])
        case .endless(let filler):
            // The pager would only stop it.
            [.write(answer.text), .writeForever(filler)]
        }
    }

    /// Writes until a page is full.
    private mutating func page(
        _ text: ArraySlice<UInt8>, lines: Int? = nil, then: [ChannelEffect]
    ) -> [ChannelEffect] {
        guard length > 0 else { return [.write(Array(text))] + then }
        var left = lines ?? max(1, length - 1)
        var end = text.startIndex
        while left > 0, let feed = text[end...].firstIndex(of: 10) {
            end = feed + 1
            left -= 1
        }
        if left > 0 || end == text.endIndex {
            state = .reading(line: [])
            return [.write(Array(text))] + then
        }
        state = .paging(rest: text[end...], then: then)
        return [.write(text[..<end] + Self.more)]
    }

    /// A key was pressed at `--More--`.
    private mutating func turn(_ byte: UInt8, _ rest: ArraySlice<UInt8>, _ then: [ChannelEffect]) -> [ChannelEffect] {
        state = .reading(line: [])
        switch byte {
        case 32: return [.write(Self.wipe)] + page(rest, then: then)
        case 13, 10: return [.write(Self.wipe)] + page(rest, lines: 1, then: then)
        default: return [.write(Self.wipe + prompt)]
        }
    }

    private mutating func enable() -> [ChannelEffect] {
        guard !privileged, device.system?.enablePassword != nil else {
            privileged = true
            return [.write(prompt)]
        }
        state = .password([], tries: 1)
        return [.write(Array("Password: ".utf8))]
    }

    private mutating func check(_ secret: [UInt8], tries: Int) -> [ChannelEffect] {
        device.count { $0.enableAttempts += 1 }
        if secret.elementsEqual((device.system?.enablePassword ?? "").utf8), device.fault != .refuseLogin {
            privileged = true
            state = .reading(line: [])
            return [.write([13, 10] + prompt)]
        }
        guard tries < 3 else {
            state = .reading(line: [])
            return [.write(Array("\r\n% Bad secrets\r\n\r\n".utf8) + prompt)]
        }
        state = .password([], tries: tries + 1)
        return [.write(Array("\r\nPassword: ".utf8))]
    }

    var prompt: [UInt8] {
        // The lines of a banner are asked for without one.
        if banner != nil { return [] }
        let place = mode.map { "(\($0.name))" } ?? ""
        return Array((device.hostname + place + (privileged ? "#" : ">")).utf8)
    }
}
