/// Puts invented values in the place of secrets, of the same shape and the same for the same everywhere.
struct Invention {
    private var invented: [String: String] = [:]
    /// Shorter ones would change every text that has these letters.
    static let leastLength = 3

    /// What stands for a value: letters for letters, digits for digits, all signs as they were.
    mutating func add(_ value: String) {
        guard value.count >= Self.leastLength, invented[value] == nil else { return }
        for _ in 0..<20 {
            let other = Self.another(value)
            guard other != value, !invented.values.contains(other) else { continue }
            invented[value] = other
            return
        }
    }

    mutating func add(_ value: String, as other: String) { if !value.isEmpty { invented[value] = other } }

    var originals: [String] { Array(invented.keys) }

    /// The invented value; nil for one that was not added.
    subscript(value: String) -> String? { invented[value] }

    /// The text with every value replaced, the longest first; within a word of other letters it is no value.
    func applied(to text: String) -> String {
        var bytes = Array(text.utf8)
        for (value, other) in invented.sorted(by: { ($0.key.utf8.count, $0.key) > ($1.key.utf8.count, $1.key) }) {
            bytes = Self.replaced(Array(value.utf8), by: Array(other.utf8), in: bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func replaced(_ value: [UInt8], by other: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard let first = value.first, let last = value.last else { return bytes }
        var result: [UInt8] = []
        var place = 0
        while let range = bytes[place...].firstRange(of: value) {
            let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : 0x20
            let after = range.upperBound < bytes.count ? bytes[range.upperBound] : 0x20
            let isWord = !(isWordPart(first) && isWordPart(before)) && !(isWordPart(last) && isWordPart(after))
            result += bytes[place..<range.lowerBound]
            result += isWord ? other : value
            place = range.upperBound
        }
        return result + bytes[place...]
    }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func another(_ value: String) -> String {
        // `$9$salt$hash`: the short words between dollars say which kind of hash it is.
        if value.hasPrefix("$") {
            let words = value.split(separator: "$", omittingEmptySubsequences: false)
            return words.map { $0.count <= 4 ? String($0) : scrambled(String($0)) }.joined(separator: "$")
        }
        return scrambled(value)
    }

    private static func scrambled(_ value: String) -> String {
        let isHex =
            value.utf8.count > 7
            && value.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            }
        return String(
            value.map { character in
                guard let byte = character.asciiValue else { return character }
                let range: ClosedRange<UInt8>
                switch byte {
                case 0x30...0x39: range = 0x30...0x39
                case 0x41...0x5A: range = isHex ? 0x41...0x46 : 0x41...0x5A
                case 0x61...0x7A: range = isHex ? 0x61...0x66 : 0x61...0x7A
                default: return character
                }
                return Character(Unicode.Scalar(UInt8.random(in: range)))
            })
    }
}
