/// Finds where a command's echo ends and its answer begins.
///
/// Devices echo the line as it is, after a second prompt, wrapped at the terminal's edge, scrolled sideways behind a `$`,
/// or not at all. It looks at finished lines only, in order, so that the cut of the stream makes no difference.
struct EchoSearch: Sendable {
    struct Finding: Sendable, Hashable {
        /// An index of the text.
        var start: Int
        var echoed: Bool
    }

    private let command: [UInt8]
    private let prompt: [UInt8]
    /// The bytes as they came, to undo the wrapping of a terminal that has an edge.
    private var raw: [UInt8] = []
    private(set) var finding: Finding?

    private static var longest: Int { 16_384 }

    init(command: String, prompt: [UInt8]) {
        self.command = Self.squeezed(command.utf8)
        self.prompt = Self.squeezed(prompt)
    }

    /// - Parameter text: What the terminal shows of everything since the command was sent; its lines end before `lineStart`.
    mutating func look(at bytes: [UInt8], text: [UInt8], lineStart: Int) {
        guard finding == nil else { return }
        if raw.count < Self.longest { raw += bytes.prefix(Self.longest) }
        let isLong = text.count > Self.longest
        finding = search(text, lineStart: isLong ? text.count : lineStart, isAll: isLong)
        if finding != nil { raw = [] }
    }

    /// The finding once no more will come.
    mutating func conclude(text: [UInt8], lineStart: Int) -> Finding {
        if let finding { return finding }
        let found = search(text, lineStart: lineStart, isAll: true) ?? Finding(start: 0, echoed: false)
        finding = found
        return found
    }

    private func search(_ text: [UInt8], lineStart: Int, isAll: Bool) -> Finding? {
        var place = 0
        var skipped = 0
        var afterPrompt = 0
        // A blank line or an older prompt may stand before the echo.
        while let end = text[place..<lineStart].firstIndex(of: 0x0A) {
            let line = Self.squeezed(text[place..<end])
            guard line.isEmpty || line == prompt, skipped < 4 else { break }
            place = end + 1
            skipped += 1
            if !line.isEmpty || skipped == 1 { afterPrompt = place }
        }
        guard place < lineStart else { return isAll ? Finding(start: afterPrompt, echoed: false) : nil }
        if let end = wrappedEcho(in: text, from: place, lineStart: lineStart) {
            // Nil: the lines so far are a part of the echo.
            if let end { return Finding(start: end, echoed: true) }
            if !isAll { return nil }
        }
        return Finding(start: afterPrompt, echoed: false)
    }

    /// - Returns: Nil when no echo begins here; an inner nil when it may, but has not ended.
    private func wrappedEcho(in text: [UInt8], from place: Int, lineStart: Int) -> Int?? {
        var place = place
        var seen: [UInt8] = []
        while let end = text[place..<lineStart].firstIndex(of: 0x0A) {
            seen += Self.squeezed(text[place..<end])
            if isEcho(seen) || isUnwrappedEcho(seen) { return .some(end + 1) }
            let body = seen.starts(with: prompt) ? seen.dropFirst(prompt.count) : seen[...]
            guard body.count >= 8, body.count < command.count, command.starts(with: body) else { return nil }
            place = end + 1
        }
        return .some(nil)
    }

    private func isEcho(_ line: [UInt8]) -> Bool {
        guard !command.isEmpty else { return line.isEmpty || line == prompt }
        if line == command { return true }
        if line.count > command.count, line.suffix(command.count).elementsEqual(command) {
            let before = line.dropLast(command.count)
            return before.elementsEqual(prompt) || before.elementsEqual(prompt + prompt)
        }
        // Scrolled sideways: `$` stands for what has left the window.
        guard let dollar = line.lastIndex(of: 0x24) else { return false }
        let rest = line[(dollar + 1)...]
        return rest.count >= 4 && rest.count < command.count && command.suffix(rest.count).elementsEqual(rest)
            && (dollar == 0 || line[..<dollar].elementsEqual(prompt))
    }

    /// Readline moves to the next row by a blank and a carriage return; without an edge they would overwrite the line.
    private func isUnwrappedEcho(_ seen: [UInt8]) -> Bool {
        guard raw.contains(0x0D), let line = raw.split(separator: 0x0A).first(where: { !Self.squeezed($0).isEmpty })
        else {
            return false
        }
        var terminal = TerminalText()
        terminal.feed(line.filter { $0 != 0x0D })
        return isEcho(Self.squeezed(terminal.line))
    }

    /// Without blanks: they are what wrapping adds and takes.
    private static func squeezed(_ line: some Sequence<UInt8>) -> [UInt8] {
        line.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D && $0 != 0 }
    }
}
