/// One part of a path in the store, made of a name that a device or an inventory chose.
///
/// Plain names stay as they are. Everything that git, a file system or a shell could take for something else is
/// percent-encoded: `.` and `..`, all that begins with `.git`, separators, control characters, `%` itself, whatever is
/// neither letter nor digit outside ASCII (among it what HFS+ ignores), and a full stop at the end, which Windows drops.
/// Different names get different parts, and each can be read back.
enum PathComponent {
    /// What common file systems allow for one name, in bytes.
    static let limit = 255
    /// Stands for the empty name, and at the end of a name marks the file that has a folder's name. It cannot be an
    /// escape, because two digits would follow.
    static let mark = "%"

    /// - Returns: possibly longer than `limit`.
    static func encoded(_ name: String) -> String {
        guard !name.isEmpty else { return mark }
        let hidesGit = name.utf8.first == 0x2E && (name.lowercased().hasPrefix(".git") || name == "." || name == "..")
        var text = ""
        let last = name.unicodeScalars.index(before: name.unicodeScalars.endIndex)
        for index in name.unicodeScalars.indices {
            let scalar = name.unicodeScalars[index]
            let isFullStop = scalar == "."
            let isRefused = isFullStop && (index == last || (hidesGit && index == name.unicodeScalars.startIndex))
            if isPlain(scalar), !isRefused {
                text.unicodeScalars.append(scalar)
            } else {
                for byte in String(scalar).utf8 { text += escape(byte) }
            }
        }
        return text
    }

    /// The name that was encoded.
    /// - Returns: nil for what `encoded` never gives.
    static func decoded(_ component: some StringProtocol) -> String? {
        if component == mark { return "" }
        var bytes: [UInt8] = []
        var rest = Array(component.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ObjectID.value(ofDigit:)),
                let low = rest.popFirst().flatMap(ObjectID.value(ofDigit:))
            else { return nil }
            bytes.append(high << 4 | low)
        }
        guard let name = String(validating: bytes, as: UTF8.self), encoded(name).utf8.elementsEqual(component.utf8)
        else {
            return nil
        }
        return name
    }

    static func escape(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else {
            return switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "+", "@", ",", "=": true
            default: false
            }
        }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter, .decimalNumber: true
        default: false
        }
    }
}
