import FoundationEssentials

/// The blocks of a tar archive, as every `tar` reads them: ustar (POSIX.1-1988), with a pax header (POSIX.1-2001) before an entry
/// whose name or size does not fit.
enum TarFormat {
    static let block = 512
    /// What ends an archive.
    static let end = [UInt8](repeating: 0, count: 2 * block)

    struct Entry: Sendable, Hashable {
        /// Relative, without `.` and `..`.
        var path: String
        var size: Int
        var modified: Date
        var mode = 0o600
    }

    /// All that stands before an entry's bytes.
    static func header(_ entry: Entry) -> [UInt8] {
        let name = Array(entry.path.utf8)
        let isPlain = name.allSatisfy { $0 < 0x80 }
        if isPlain, entry.size < 1 << 33, let (prefix, last) = split(name) {
            return record(entry, prefix: prefix, name: last, kind: "0")
        }
        var pax = keyword("path", entry.path)
        if entry.size >= 1 << 33 { pax += keyword("size", "\(entry.size)") }
        var described = entry
        described.size = pax.count
        let short = Array(name.filter { $0 < 0x80 }.suffix(90))
        var bytes = record(described, prefix: [], name: Array("pax/".utf8) + short, kind: "x")
        bytes += pax + padding(after: pax.count)
        described.size = entry.size < 1 << 33 ? entry.size : 0
        return bytes + record(described, prefix: [], name: short, kind: "0")
    }

    /// What fills up the last block of an entry.
    static func padding(after size: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (block - size % block) % block)
    }

    /// A path in the two fields that ustar has for it; nil when they are too short.
    private static func split(_ name: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        if name.count <= 100 { return ([], name) }
        for (index, byte) in name.enumerated() where byte == 0x2F && index <= 155 && index > 0 {
            let rest = name[(index + 1)...]
            if rest.count <= 100, !rest.isEmpty { return (Array(name[..<index]), Array(rest)) }
        }
        return nil
    }

    private static func keyword(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        // The length counts its own digits.
        var length = rest.utf8.count + 1
        while "\(length)".utf8.count + rest.utf8.count != length { length += 1 }
        return Array("\(length)\(rest)".utf8)
    }

    private static func record(_ entry: Entry, prefix: [UInt8], name: [UInt8], kind: Character) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in text.enumerated() { bytes[place + offset] = byte }
        }
        func octal(_ value: Int, _ digits: Int, at place: Int) {
            let text = String(max(0, value), radix: 8)
            put((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8, at: place)
        }
        put(name, at: 0)
        octal(entry.mode, 7, at: 100)
        octal(0, 7, at: 108)
        octal(0, 7, at: 116)
        octal(entry.size, 11, at: 124)
        octal(min(Int(entry.modified.timeIntervalSince1970), (1 << 33) - 1), 11, at: 136)
        put(String(repeating: " ", count: 8).utf8, at: 148)
        put(String(kind).utf8, at: 156)
        put("ustar\u{0}00".utf8, at: 257)
        put(prefix, at: 345)
        let sum = bytes.reduce(0) { $0 + Int($1) }
        octal(sum, 6, at: 148)
        put([0, 0x20], at: 154)
        return bytes
    }
}
