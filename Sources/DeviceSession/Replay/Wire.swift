import ConfigModel

/// Texts as they go over the wire.
enum Wire {
    /// The text's bytes, every LF as the device ends its lines. A CR that stands before an LF already is that of a CR LF.
    static func bytes(_ text: String, _ lineEnds: Transcript.LineEnds) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        for byte in text.utf8 {
            if byte == 0x0A {
                let hasReturn = bytes.last == 0x0D
                if lineEnds == .crlf, !hasReturn { bytes.append(0x0D) }
                if lineEnds == .lf, hasReturn { bytes.removeLast() }
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// What was typed, without its line end, and whether there was one.
    static func typed(_ bytes: [UInt8]) -> (text: String, hasEnter: Bool) {
        var rest = bytes[...]
        if rest.last == 0x0A { rest.removeLast() }
        if rest.last == 0x0D { rest.removeLast() }
        return (String(decoding: rest, as: UTF8.self), rest.count < bytes.count)
    }

    /// What stands behind the last line end: of a recording the prompt.
    static func lastLine(_ bytes: [UInt8]) -> [UInt8] {
        let start = bytes.lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? 0
        return Array(bytes[start...])
    }
}
