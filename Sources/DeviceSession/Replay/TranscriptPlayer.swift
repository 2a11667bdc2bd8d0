import ConfigModel

/// The device's side of a transcript, on its command line: a value that takes what was typed and returns what comes back.
struct TranscriptPlayer: Sendable {
    private let transcript: Transcript
    private let lineEnds: Transcript.LineEnds
    private let device: TranscriptDevice
    /// What the device waits for in the middle of an answer.
    private var pending: ArraySlice<Transcript.Turn>
    private var prompt: [UInt8] = []
    private var used: Set<Int> = []
    private var lastPlayed: Int?
    private(set) var hasHungUp = false
    /// Lines that are no step.
    private(set) var unknown: [String] = []

    init(_ device: TranscriptDevice, lineEnds: Transcript.LineEnds) {
        self.device = device
        self.lineEnds = lineEnds
        transcript = device.transcript
        pending = transcript.then[...]
        prompt = wire(transcript.prompt)
    }

    private func wire(_ text: String) -> [UInt8] { Wire.bytes(text, lineEnds) }
    private var newline: [UInt8] { lineEnds == .crlf ? [0x0D, 0x0A] : [0x0A] }

    /// What the device says first.
    mutating func opening() -> [UInt8] { said(wire(transcript.initial)) }

    /// What the device says to bytes that came in one piece.
    mutating func answer(to bytes: [UInt8]) -> [UInt8] {
        let (text, hasEnter) = Wire.typed(bytes)
        if let turn = pending.first {
            if device.isMeant(by: turn, text, hasEnter) {
                pending.removeFirst()
                return said(wire(turn.answer))
            }
            // In the middle of an answer a device of a written transcript hears nothing else.
            if transcript.form == .written { return [] }
        }
        if text.isEmpty { return newline + prompt }
        return play(text)
    }

    private mutating func play(_ line: String) -> [UInt8] {
        guard let index = index(of: line) else { return unlisted(line) }
        let step = transcript.steps[index]
        used.insert(index)
        lastPlayed = index
        pending = step.then[...]
        if let prompt = step.prompt { self.prompt = wire(prompt) }
        let hasMore = transcript.steps.indices.contains { !used.contains($0) && transcript.steps[$0].send == line }
        hasHungUp = device.lastLine == line && !hasMore && step.prompt == nil && pending.isEmpty
        let echo = transcript.form == .written && step.isEchoed ? wire(line) + newline : []
        let answer = echo + wire(asTyped(line, step))
        return hasHungUp ? answer : said(answer)
    }

    /// The answer of a recording with the line echoed as it was typed now.
    private func asTyped(_ line: String, _ step: Transcript.Step) -> String {
        guard transcript.form == .recorded, line != step.send, step.answer.hasPrefix(step.send) else {
            return step.answer
        }
        return line + step.answer.dropFirst(step.send.count)
    }

    /// The first step of this line that has not been used; else the last that has.
    private func index(of line: String) -> Int? {
        let steps = transcript.steps
        let alike = steps.indices.filter { TranscriptDevice.isSame(steps[$0].send, line) }
        if let fresh = alike.first(where: { !used.contains($0) }) { return fresh }
        if let again = alike.last { return again }
        guard transcript.form == .recorded else { return nil }
        // Whoever recorded typed more on the line.
        if line.hasPrefix("cat ") {
            let path = "cat \(TranscriptDevice.unquoted(line.dropFirst(4)));"
            if let same = steps.indices.first(where: { steps[$0].send.hasPrefix(path) }) { return same }
        }
        // A recording has passwords as steps, with values that nobody knows.
        guard let next = lastPlayed.map({ $0 + 1 }), steps.indices.contains(next),
            !used.contains(next), device.isSecret(line)
        else { return nil }
        return next
    }

    private mutating func unlisted(_ line: String) -> [UInt8] {
        let echo = wire(line) + newline
        if let output = device.output(of: line, isTyped: true) { return echo + wire(output.text) + prompt }
        if device.leaving.contains(line) {
            hasHungUp = true
            return echo
        }
        unknown.append(line)
        if transcript.form == .recorded, line.hasPrefix("cat ") {
            let path = TranscriptDevice.unquoted(line.dropFirst(4))
            return echo + wire("cat: \(path): No such file or directory\n") + prompt
        }
        return echo + wire(device.refusal) + prompt
    }

    private mutating func said(_ bytes: [UInt8]) -> [UInt8] {
        guard pending.isEmpty else { return bytes }
        if transcript.form == .written { return bytes + prompt }
        prompt = Wire.lastLine(bytes)
        return bytes
    }
}
