/// What a command's answer must not contain: bytes that are no text.
enum TextFault {
    /// The first such byte, in words.
    static func first(in bytes: [UInt8]) -> String? {
        bytes.withUnsafeBufferPointer { buffer in
            let control = buffer.firstIndex(where: isForbidden)
            let invalid = UTF8Text.firstFault(in: buffer)
            switch (control, invalid) {
            case (nil, nil): return nil
            case (let control?, let invalid) where control < invalid ?? Int.max:
                return describe("control character", buffer, control)
            case (_, let invalid?): return describe("invalid UTF-8", buffer, invalid)
            case (let control?, nil): return describe("control character", buffer, control)
            }
        }
    }

    /// Tab, LF, FF and CR belong to texts; ETX (Ctrl-C) is what some devices print around banners.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0C && byte != 0x0D && byte != 0x03) || byte == 0x7F
    }

    private static func describe(_ what: String, _ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> String {
        let line = bytes[..<place].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let digits = String(bytes[place], radix: 16)
        return "line \(line) has \(what) (byte 0x\(digits.count < 2 ? "0" : "")\(digits)): the answer was garbled"
    }
}
