/// What stands where a secret would and is a name: of a kind, of a user, of a server.
extension SecretNet {
    private static let sayings = Set(
        ["encrypted", "enc", "secret", "key", "password", "cipher", "hash", "hashed", "community"].map {
            Array($0.utf8)
        })

    /// What goes into the digest of the rules.
    static var namesDescription: String { "names 2" }

    /// Whether the word is itself a value: `type=wpa2-psk mode=dynamic`.
    static func isAssigned(_ word: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        line[..<word.lowerBound].suffix(128).reversed().prefix { !TextLines.isSpace($0) }.contains(UInt8(ascii: "="))
    }

    /// Whether the `key` at `range` is one that everybody may know: `public-key …`.
    static func isPublic(_ range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        let before = line[..<range.lowerBound].suffix(7).map(RequiredLiterals.folded)
        if before.elementsEqual("public-".utf8) || before.elementsEqual("public_".utf8) { return true }
        let longer = line[..<range.lowerBound].suffix(11).map(RequiredLiterals.folded)
        return longer.elementsEqual("authorized-".utf8)
    }

    /// Whether the value is a word of the command, in small letters alone, and a rule of the platform has found the secret
    /// further on: `mpls ldp password option 1 for 10 7 …`. A line with two secrets of which the platform knows the second
    /// alone, and the first is such a word, goes through: secrets that people did not choose badly have more than letters.
    static func isWordOfCommand(_ value: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (2...24).contains(value.count), FingerprintMarks.isMark(after: value.upperBound, in: line) else {
            return false
        }
        return line[value].allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    /// Whether the secret stands behind the value, where a rule of the platform has found it: `passwd anna encrypted …`,
    /// `key auth "192.0.2.9" encrypted …`; or whether the value is what a pre-shared key is called: `psk hq id …`.
    static func isName(_ value: Range<Int>, after word: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = line[value.upperBound...].prefix(256)
        while let first = rest.first, !TextLines.isSpace(first) {
            // Of a quoted value the closing quote.
            guard first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else { return false }
            rest = rest.dropFirst()
        }
        let words = rest.split(maxSplits: 3, whereSeparator: TextLines.isSpace).prefix(3).map { Array($0) }
        guard let first = words.first else { return false }
        if line[word].elementsEqual("psk".utf8), first == Array("id".utf8) { return true }
        guard let place = words.firstIndex(where: { FingerprintMarks.isMark($0) }) else { return false }
        switch place {
        case 0: return sayings.contains(line[value].map(RequiredLiterals.folded))
        case 1: return sayings.contains(words[0].map(RequiredLiterals.folded))
        default:
            let isAddress =
                words[0].first == UInt8(ascii: "\"") || words[0].allSatisfy { "0123456789.:".utf8.contains($0) }
            return isAddress && sayings.contains(words[1].map(RequiredLiterals.folded))
        }
    }
}
