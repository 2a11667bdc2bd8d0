import Glibc

/// A terminal whose keys come one by one; as it was once this is gone.
final class Keyboard {
    private var before = termios()

    /// - Returns: Nil where standard input is no terminal.
    init?() {
        guard isatty(0) == 1, tcgetattr(0, &before) == 0 else { return nil }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &raw.c_cc) { keys in
            keys[Int(VMIN)] = 1
            keys[Int(VTIME)] = 0
        }
        guard tcsetattr(0, TCSADRAIN, &raw) == 0 else { return nil }
    }

    deinit { tcsetattr(0, TCSADRAIN, &before) }

    /// The next key; an escape sequence counts as one key that means nothing. Nil at the end of input.
    func key() -> Character? {
        guard let byte = next() else { return nil }
        guard byte == 0x1B else { return Character(Unicode.Scalar(byte)) }
        // What an arrow key sends comes at once.
        var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        while poll(&descriptor, 1, 20) == 1 { if next() == nil { break } }
        return "\u{1B}"
    }

    private func next() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(0, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }

    /// A line, as terminals edit it.
    /// - Returns: Nil when nothing was typed, or at the end of input.
    func line(_ question: String) -> String? {
        var cooked = before
        cooked.c_lflag |= tcflag_t(ICANON | ECHO)
        var raw = termios()
        tcgetattr(0, &raw)
        tcsetattr(0, TCSADRAIN, &cooked)
        defer { tcsetattr(0, TCSADRAIN, &raw) }
        Console.write(Array(question.utf8), to: 1)
        guard let text = readLine(strippingNewline: true) else { return nil }
        var trimmed = text[...]
        while trimmed.first?.isWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}
