/// Where in an escape sequence the stream stands (ECMA-48; xterm's "Control Sequences").
enum EscapeState: Sendable, Hashable {
    case none
    /// After ESC.
    case escape
    /// After `ESC (` and its like: one byte more.
    case charset
    /// After `ESC [`.
    case control(ControlSequence)
    /// In a string (OSC, DCS, SOS, PM, APC), after that many bytes of it.
    case string(Int)
    /// In a string, after an ESC that may end it.
    case stringEscape(Int)
}

/// The parameters of a control sequence that is under way.
struct ControlSequence: Sendable, Hashable {
    var first: Int?
    var second: Int?
    var parameter = 1
    var isPrivate = false
    var length = 0

    mutating func take(digit: UInt8) {
        let value = Int(digit - 0x30)
        if parameter == 1 { first = Self.grown(first, by: value) }
        if parameter == 2 { second = Self.grown(second, by: value) }
    }

    private static func grown(_ number: Int?, by digit: Int) -> Int { min((number ?? 0) * 10 + digit, 100_000) }
}

extension TerminalText {
    /// The longest string that is waited out; no device sets a longer title.
    private static var longestString: Int { 1024 }

    mutating func takeEscaped(_ byte: UInt8) {
        // A line end within a sequence means that the sequence is broken: it must not eat the text.
        if byte == 0x0A || byte == 0x0D || byte == 0x18 || byte == 0x1A {
            escape = .none
            if byte == 0x0A || byte == 0x0D { take(byte) }
            return
        }
        switch escape {
        case .none: take(byte)
        case .escape: takeAfterEscape(byte)
        case .charset: escape = byte == 0x1B ? .escape : .none
        case .control(let sequence): takeControl(byte, sequence)
        case .string(let length):
            if byte == 0x07 || length >= Self.longestString {
                escape = .none
            } else {
                escape = byte == 0x1B ? .stringEscape(length) : .string(length + 1)
            }
        case .stringEscape(let length): escape = byte == 0x5C ? .none : .string(length + 2)
        }
    }

    private mutating func takeAfterEscape(_ byte: UInt8) {
        escape = .none
        switch byte {
        case 0x5B: escape = .control(ControlSequence())  // [
        case 0x5D, 0x50, 0x58, 0x5E, 0x5F: escape = .string(0)  // ] P X ^ _
        case 0x20, 0x23, 0x25, 0x28...0x2F: escape = .charset
        case 0x1B: escape = .escape
        case 0x45: endLine()  // E: next line; ProCurve ends its lines with it
        case 0x30...0x7E: break
        default: take(byte)
        }
    }

    private mutating func takeControl(_ byte: UInt8, _ sequence: ControlSequence) {
        var sequence = sequence
        sequence.length += 1
        switch byte {
        case 0x30...0x39: sequence.take(digit: byte)
        case 0x3A, 0x3B: sequence.parameter += 1
        case 0x3C...0x3F: sequence.isPrivate = true
        case 0x20...0x2F: sequence.isPrivate = true
        case 0x40...0x7E:
            escape = .none
            if !sequence.isPrivate { obey(byte, sequence) }
            return
        case 0x1B:
            escape = .escape
            return
        default:
            escape = .none
            take(byte)
            return
        }
        escape = sequence.length > 64 ? .none : .control(sequence)
    }

    private mutating func obey(_ final: UInt8, _ sequence: ControlSequence) {
        let count = max(1, sequence.first ?? 1)
        switch final {
        case 0x43, 0x61: moveCursor(by: count)  // C a: right
        case 0x44: moveCursor(by: -count)  // D: left
        case 0x47, 0x60: moveCursor(to: count - 1)  // G `: column
        case 0x48, 0x66: goTo(row: sequence.first, column: max(1, sequence.second ?? 1))  // H f
        case 0x4B: erase(sequence.first ?? 0)  // K: in line
        // J: in display, from the cursor on. Clearing the whole screen takes nothing from the text: what was said stands,
        // and a line in a configuration must not be able to hide itself so.
        case 0x4A: if sequence.first ?? 0 == 0 { erase(0) }
        case 0x50: delete(count)  // P
        case 0x40: insertBlanks(count)  // @
        case 0x58: eraseCharacters(count)  // X
        default: break  // colours, modes, scrolling: nothing of the text
        }
    }

    private mutating func erase(_ part: Int) {
        switch part {
        case 0: eraseToEnd()
        case 1: eraseToCursor()
        default: eraseLine()
        }
    }

    /// Another row is another line, else the column alone counts.
    private mutating func goTo(row target: Int?, column: Int) {
        let target = target ?? 1
        if let row, row != target, !isAtLineStart { endLine() }
        row = target
        moveCursor(to: column - 1)
    }
}
