/// The dialogue on an IOS-like device's terminal: echo, prompt, paging, `enable`, and the device's faults.
struct IOSCommandLine: ChannelProgram {
    private enum State {
        /// Characters are collected into a line.
        case reading(line: [UInt8])
        /// A command waits for its delay.
        case thinking(String)
        case password([UInt8], tries: Int)
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

    private let device: SimulatedDevice
    private var privileged: Bool
    private var length: Int
    private var state = State.reading(line: [])
    /// What was typed while nobody listened.
    private var typed: ArraySlice<UInt8> = []
    private var swallowLineFeed = false
    private var inputEnded = false

    init(device: SimulatedDevice, privileged: Bool) {
        self.device = device
        self.privileged = privileged
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
        case .reading, .password, .paging:
            state = .ended
            return [.finish(status: nil)]
        }
    }

    /// Takes typed bytes as long as the state wants some.
    private mutating func readOn() -> [ChannelEffect] {
        var effects: [ChannelEffect] = []
        while let byte = typed.first {
            if swallowLineFeed, byte == 10 {
                typed.removeFirst()
                swallowLineFeed = false
                continue
            }
            guard let next = take(byte) else { break }
            swallowLineFeed = byte == 13
            typed.removeFirst()
            effects += next
        }
        if typed.isEmpty { typed = [] }
        return effects
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
        case 3:  // Ctrl-C
            state = .reading(line: [])
            return [.write([13, 10] + prompt)]
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
        if line.utf8.allSatisfy({ $0 == 32 }) { return [.write(prompt)] }
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
        do throws(IOSCommand.Failure) {
            guard let command = try IOSCommand.read(line, privileged: privileged) else { return [.write(prompt)] }
            return run(command)
        } catch {
            return [.write(device.hostname.complaint(error, line: line, indent: prompt.count) + prompt)]
        }
    }

    private mutating func run(_ command: IOSCommand) -> [ChannelEffect] {
        switch command {
        case .enable: return enable()
        case .disable: privileged = false
        case .leave:
            state = .ended
            return [.finish(status: 0)]
        case .terminalLength(let lines): length = lines
        case .terminalWidth: break
        default: return show(IOSAnswer(command, on: device, privileged: privileged))
        }
        return [.write(prompt)]
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

    private var prompt: [UInt8] { Array((device.hostname + (privileged ? "#" : ">")).utf8) }
}

extension String {
    /// How IOS complains of a line: a caret below the first byte that it does not understand.
    fileprivate func complaint(_ failure: IOSCommand.Failure, line: String, indent: Int) -> [UInt8] {
        switch failure {
        case .invalid(let offset):
            Array(
                (String(repeating: " ", count: indent + offset) + "^\r\n"
                    + "% Invalid input detected at '^' marker.\r\n\r\n").utf8)
        case .incomplete: Array("% Incomplete command.\r\n\r\n".utf8)
        case .ambiguous: Array("% Ambiguous command:  \"\(line)\"\r\n".utf8)
        }
    }
}

extension SimulatedDevice {
    /// The IOS-like system; nil on a Linux-like device.
    var system: IOSSystem? {
        guard case .ios(let system) = current.system else { return nil }
        return system
    }

    var hostname: String {
        switch current.system {
        case .ios(let system): system.hostname
        case .linux(let system): system.hostname
        }
    }
}
