/// A text as YAML 1.1 and 1.2 read it back as exactly this text, never as a number, a boolean or markup.
package enum YAMLScalar {
    /// Bare where that is plainly safe, else in double quotes.
    package static func text(_ value: String) -> String { isPlain(value) ? value : quoted(value) }

    /// In double quotes, everything escaped that is not printable (YAML 1.2.2, sections 5.1 and 5.7).
    package static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case " "..."~": text.unicodeScalars.append(scalar)
            default:
                if isPrintable(scalar) {
                    text.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    let width = scalar.value > 0xFFFF ? 8 : 4
                    text += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
                }
            }
        }
        return text + "\""
    }

    /// Reads a bare text, a bare number or what `quoted` writes.
    /// - Returns: nil when it is something else.
    package static func value(_ text: Substring) -> String? {
        guard text.hasPrefix("\"") else {
            let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D }
            return isNumber || isPlain(String(text)) ? String(text) : nil
        }
        var scalars = String.UnicodeScalarView()
        var rest = text.unicodeScalars.dropFirst()
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return rest.isEmpty ? String(scalars) : nil }
            guard scalar == "\\" else {
                scalars.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "\"": scalars.append("\"")
            case "\\": scalars.append("\\")
            case "n": scalars.append("\n")
            case "r": scalars.append("\r")
            case "t": scalars.append("\t")
            case "u":
                guard let scalar = hexadecimal(&rest, digits: 4) else { return nil }
                scalars.append(scalar)
            case "U":
                guard let scalar = hexadecimal(&rest, digits: 8) else { return nil }
                scalars.append(scalar)
            default: return nil
            }
        }
        return nil
    }

    private static func hexadecimal(
        _ rest: inout Substring.UnicodeScalarView.SubSequence, digits: Int
    ) -> Unicode.Scalar? {
        let text = String(String.UnicodeScalarView(rest.prefix(digits)))
        guard text.utf8.count == digits, let value = UInt32(text, radix: 16) else { return nil }
        rest = rest.dropFirst(digits)
        return Unicode.Scalar(value)
    }

    /// Letters first, then letters, digits and a few signs; no word that means something in YAML 1.1.
    private static func isPlain(_ value: String) -> Bool {
        guard let first = value.utf8.first, isLetter(first) || first == 0x2F else { return false }
        let isSafe = value.utf8.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x2F, 0x5F].contains($0)
        }
        let words: Set<String> = ["y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf"]
        return isSafe && !words.contains(value.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
    }

    /// Outside of ASCII: neither controls nor line and paragraph separators, byte order marks, or anything unassigned.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0xA0 else { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
