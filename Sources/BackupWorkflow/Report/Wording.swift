package import FoundationEssentials

/// How times and counts read in text for people.
package enum Wording {
    /// RFC 3339 in UTC, to the second: `2026-11-23T02:15:00Z`.
    package static func time(_ date: Date) -> String { date.formatted(.iso8601) }

    /// `2026-11-23 02:15`, UTC, for tables.
    package static func minute(_ date: Date) -> String {
        let text = time(date)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    /// The largest unit that fits: `40 s`, `12 min`, `5 h`, `3 d`.
    package static func age(_ seconds: Double) -> String {
        switch max(0, seconds) {
        case ..<100: "\(Int(max(0, seconds))) s"
        case ..<6000: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) d"
        }
    }

    /// `1 device`, `2 devices`.
    package static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    /// A text in lines of at most `width`, broken at spaces, each indented; in one line where there is no width.
    package static func wrapped(_ text: String, indent: Int, width: Int?) -> [String] {
        let margin = String(repeating: " ", count: indent)
        guard let width, width > indent + 20 else { return [margin + text] }
        var lines: [String] = []
        var line = margin
        for word in text.split(separator: " ") {
            if line.count > indent, line.count + 1 + word.count > width {
                lines.append(line)
                line = margin
            }
            line += (line.count > indent ? " " : "") + word
        }
        return lines + [line]
    }

    /// Seconds with one decimal.
    /// `812 bytes`, `14 kB`, `3 MB`.
    package static func bytes(_ count: Int) -> String {
        switch count {
        case ..<10_000: Self.count(count, "byte")
        case ..<10_000_000: "\((count + 500) / 1000) kB"
        default: "\((count + 500_000) / 1_000_000) MB"
        }
    }

    package static func seconds(_ value: Double) -> String { "\(number(value)) s" }

    /// With one decimal.
    package static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Duration {
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
