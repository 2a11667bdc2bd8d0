/// Text from devices, made harmless for a terminal or a page: control characters (C0, DEL, C1), bidirectional overrides
/// and line separators become their escaped code point. A tab stays a tab.
/// - Parameter keepingLines: Whether a newline stays one.
package func printable(_ text: some StringProtocol, keepingLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: isHarmful) else { return String(text) }
    var clean = ""
    for scalar in text.unicodeScalars {
        if isHarmful(scalar), !(keepingLines && scalar == "\n") {
            clean += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            clean.unicodeScalars.append(scalar)
        }
    }
    return clean
}

private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09: false
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
}
