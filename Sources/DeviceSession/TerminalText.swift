/// What a terminal would show of the bytes that a device sends: escapes obeyed, erased parts gone, line ends as LF.
///
/// It works byte by byte and is right at every cut of the stream. One buffer holds the finished lines and, from
/// `lineStart`, the line under way, with a cursor in it. There is no width: a line is as long as the device makes it.
/// Carriage return and backspace move the cursor, printing overwrites. All bytes that are no terminal control stay as they
/// are, invalid UTF-8 too; NUL and BEL go.
struct TerminalText: Sendable {
    /// Finished lines, each with its LF, and the line under way, without.
    private(set) var text: [UInt8] = []
    private(set) var lineStart = 0
    private(set) var cursor = 0
    /// Columns of the line under way that a pager's mark takes; they go unless the device overwrites them.
    private var ghost: Range<Int>?
    /// A blank has overwritten something in the line under way. Such a blank is kept as NUL, which the stream cannot
    /// bring, until it is known whether anything visible follows it.
    private var hasErasures = false
    var escape = EscapeState.none
    /// The screen row that the device last moved to.
    var row: Int?

    /// The line under way, as it is now.
    var line: ArraySlice<UInt8> { text[lineStart...] }
    var isAtLineStart: Bool { lineStart == text.count }

    init() {}

    mutating func feed(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { feed($0) }
        if done == nil { Array(bytes).withUnsafeBufferPointer { feed($0) } }
    }

    private mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if !isInEscape, cursor == text.count, Self.isPlain(byte) {
                var end = index + 1
                while end < bytes.count, bytes[end] >= 0x20 || Self.isPlain(bytes[end]) { end += 1 }
                makeRoom(for: end - index)
                text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[index..<end]))
                cursor = text.count
                index = end
                // Most lines end like this, and need nothing settled.
                if end + 1 < bytes.count, bytes[end] == 0x0D, bytes[end + 1] == 0x0A, ghost == nil, !hasErasures {
                    endPlainLine()
                    index = end + 2
                }
            } else {
                if isInEscape { takeEscaped(byte) } else { take(byte) }
                index += 1
            }
        }
    }

    /// Forgets the finished lines before `place`, an index of `text`.
    mutating func forget(before place: Int) {
        let place = min(max(0, place), lineStart)
        guard place > 0 else { return }
        text.removeFirst(place)
        lineStart -= place
        cursor -= place
        if let range = ghost { ghost = range.lowerBound - place..<range.upperBound - place }
    }

    /// The whole text when nothing more comes: the last line without an LF when it had none.
    consuming func finished() -> [UInt8] {
        settleLine()
        return text
    }

    /// Takes a part of the finished lines out of the text, and empties it.
    mutating func take(_ range: Range<Int>) -> [UInt8] {
        var part: [UInt8]
        if text.count < Self.large {
            part = Array(text[range])
        } else {
            // A large text is not held twice.
            part = text
            text = []
            part.removeSubrange(range.upperBound...)
            part.removeSubrange(..<range.lowerBound)
        }
        if hasErasures { for index in part.indices where part[index] == 0 { part[index] = 0x20 } }
        clear()
        return part
    }

    private static var large: Int { 128 << 10 }

    /// A large text grows by an eighth, not by as much again.
    private mutating func makeRoom(for count: Int) {
        guard text.count >= Self.large, text.count + count > text.capacity else { return }
        text.reserveCapacity(text.count + text.count / 8 + count)
    }

    /// Empties the text, the line under way too. An escape sequence that has begun goes on.
    mutating func clear() {
        text.removeAll(keepingCapacity: text.capacity < 16_384)
        lineStart = 0
        cursor = 0
        ghost = nil
        hasErasures = false
    }

    /// Takes `columns` of the line under way, counted from `lineStart`, for a pager's mark that is no part of the text.
    mutating func treatAsMark(_ columns: Range<Int>) {
        let upper = min(lineStart + columns.upperBound, text.count)
        ghost = min(lineStart + columns.lowerBound, upper)..<upper
    }

    private var isInEscape: Bool {
        if case .none = escape { false } else { true }
    }

    private mutating func endPlainLine() {
        text.append(0x0A)
        lineStart = text.count
        cursor = lineStart
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00, 0x07, 0x08, 0x0A, 0x0D, 0x0E, 0x0F, 0x1B: false
        default: true
        }
    }
}

extension TerminalText {
    mutating func take(_ byte: UInt8) {
        switch byte {
        case 0x0A: endLine()
        case 0x0D: returnCarriage()
        case 0x08: backspace()
        case 0x1B: escape = .escape
        // NUL pads, BEL rings, SO and SI choose a character set.
        case 0x00, 0x07, 0x0E, 0x0F: break
        default: put(byte)
        }
    }

    private mutating func put(_ byte: UInt8) {
        if let range = ghost, range.contains(cursor) {
            ghost = cursor + 1 < range.upperBound ? cursor + 1..<range.upperBound : nil
        }
        if cursor == text.count {
            text.append(byte)
        } else if byte == 0x20, text[cursor] != 0 {
            text[cursor] = 0
            hasErasures = true
        } else {
            text[cursor] = byte
        }
        cursor += 1
    }

    mutating func endLine() {
        settleLine()
        // A line that was nothing but a pager's mark, which the device leaves standing.
        if let range = ghost, range.lowerBound == lineStart, range.upperBound >= text.count, !text[lineStart...].isEmpty
        {
            text.removeSubrange(lineStart...)
        } else {
            if let range = ghost { text.removeSubrange(range.clamped(to: lineStart..<text.count)) }
            text.append(0x0A)
        }
        lineStart = text.count
        cursor = lineStart
        ghost = nil
        hasErasures = false
    }

    /// Erased blanks at the end go, those before something visible become blanks.
    private mutating func settleLine() {
        guard hasErasures else { return }
        trimErased()
        for index in lineStart..<text.count where text[index] == 0 { text[index] = 0x20 }
    }

    private mutating func trimErased() {
        while text.count > lineStart, text.last == 0 { text.removeLast() }
        lineShrank()
    }

    /// After something went from the end of the line.
    private mutating func lineShrank() {
        cursor = min(cursor, text.count)
        guard let range = ghost else { return }
        ghost = range.lowerBound < text.count ? range.lowerBound..<min(range.upperBound, text.count) : nil
    }

    private mutating func returnCarriage() {
        if hasErasures { trimErased() }
        cursor = lineStart
    }

    private mutating func backspace() {
        guard cursor > lineStart else { return }
        cursor -= 1
        // The continuation bytes of a UTF-8 character belong to its first one.
        while cursor > lineStart, text[cursor] & 0xC0 == 0x80 { cursor -= 1 }
        if cursor == text.count - 1, text[cursor] == 0 {
            text.removeLast()
            lineShrank()
        }
    }
}

/// What the escape sequences do to the line under way.
extension TerminalText {
    /// Columns are bounded, so that a hostile device cannot blow the line up.
    private static var widest: Int { 4096 }

    mutating func moveCursor(by columns: Int) {
        moveCursor(to: cursor - lineStart + max(-Self.widest, min(columns, Self.widest)))
    }

    mutating func moveCursor(to column: Int) {
        let target = lineStart + max(0, column)
        // Beyond the end: blanks, which count only when something follows them.
        let reach = max(text.count, min(target, lineStart + Self.widest))
        if target > text.count, reach > text.count {
            text.append(contentsOf: repeatElement(0, count: reach - text.count))
            hasErasures = true
        }
        cursor = min(target, text.count)
    }

    mutating func eraseToEnd() {
        text.removeSubrange(cursor...)
        lineShrank()
    }

    mutating func eraseToCursor() {
        // No screen is wider; a hostile line of megabytes must not be written over again and again.
        let erased = max(lineStart, cursor - Self.widest)..<cursor
        text.withUnsafeMutableBufferPointer { UnsafeMutableBufferPointer(rebasing: $0[erased]).update(repeating: 0) }
        hasErasures = true
    }

    mutating func eraseLine() {
        eraseToEnd()
        eraseToCursor()
    }

    mutating func delete(_ count: Int) {
        guard text.count - cursor <= Self.widest else { return }
        text.removeSubrange(cursor..<min(text.count, cursor + max(1, min(count, Self.widest))))
        lineShrank()
    }

    mutating func insertBlanks(_ count: Int) {
        guard cursor < text.count, text.count - cursor <= Self.widest else { return }
        let room = lineStart + Self.widest - text.count
        let blanks = min(max(1, count), room)
        guard blanks > 0 else { return }
        text.insert(contentsOf: repeatElement(0x20, count: blanks), at: cursor)
    }

    mutating func eraseCharacters(_ count: Int) {
        for index in cursor..<min(text.count, cursor + max(1, min(count, Self.widest))) { text[index] = 0 }
        hasErasures = true
    }
}
