package import FoundationEssentials

/// Who made a commit, and when: the part of an `author` line behind the word.
///
/// ```
/// Oxidized <o@example.com> 1700000000 +0100
/// ```
package struct GitSignature: Sendable, Hashable {
    package var name: String
    package var email: String
    /// To the second.
    package var time: Date
    /// As git writes it: `+0100`. It only says how the time was shown to the author.
    package var offset: String

    static let plumbline = (name: "Plumbline", email: "plumbline@localhost")

    package init(name: String, email: String, time: Date, offset: String = "+0000") {
        self.name = name
        self.email = email
        self.time = time
        self.offset = offset
    }

    /// - Returns: nil when it has another form. Other tools' names may be of any bytes: they are cleaned as they are written.
    init?(parsing line: some StringProtocol) {
        let text = String(line)
        guard let close = text.lastIndex(of: ">"), let open = text[..<close].firstIndex(of: "<") else { return nil }
        let words = text[text.index(after: close)...].split(separator: " ")
        guard let seconds = words.first.flatMap({ Int64($0) }) else { return nil }
        var name = text[..<open]
        while name.last == " " { name.removeLast() }
        self.init(
            name: String(name), email: String(text[text.index(after: open)..<close]),
            time: Date(timeIntervalSince1970: Double(seconds)),
            offset: words.count > 1 ? String(words[1]) : "+0000")
    }

    /// As git takes it, `git fsck --strict` too: no brackets, no line ends, a name, and a time from 1970 on.
    var serialised: String {
        let seconds = Int64(max(0, Timestamp.rounded(time).timeIntervalSince1970.rounded(.down)))
        let shown = Self.clean(name)
        return
            "\(shown.isEmpty ? "unknown" : shown) <\(Self.clean(email))> \(seconds) \(Self.isOffset(offset) ? offset : "+0000")"
    }

    private static func clean(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(200) where !"<>".unicodeScalars.contains(scalar) {
            clean.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(String(clean).split(separator: " ").joined(separator: " "))
    }

    /// `+hhmm` within a day.
    private static func isOffset(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[0] == 0x2B || bytes[0] == 0x2D, let number = Int(text.dropFirst()),
            bytes[1...].allSatisfy({ (0x30...0x39).contains($0) })
        else { return false }
        return number / 100 <= 14 && number % 100 < 60
    }
}
