import ConfigModel

extension TrialReport {
    /// For people: a line for a transcript that passes; what would be stored, dropped and masked where `details` are wanted.
    package func text(paint: Paint, details: Bool, texts: Bool) -> [String] {
        let mark = passed ? paint(.green, "pass") : paint(.red, "FAIL")
        var lines = ["\(mark)  \(printable(file)) (\(platform), \(Wording.count(cuts, "replay")))"]
        lines += failures.map { "      \(printable($0))" }
        guard details || !passed else { return lines }
        if let error { lines.append("  error         \(printable(error))") }
        lines += reasons.map { "  quarantine    \(printable($0))" }
        lines += stored.map { "  stored        \(printable($0.artifact)): \($0.lines) lines, \($0.bytes) bytes" }
        if let facts { lines.append("  facts         \(Self.words(facts))") }
        lines += rows(dropped, "dropped") + rows(replaced, "volatile part")
        lines += Self.kinds(fingerprinted).map { "  fingerprinted \($0)" }
        lines += uncovered.map { "  UNCOVERED     \($0.kind) in line \($0.line) of \(printable($0.artifact))" }
        lines += notes.map { "  note          \(printable($0))" }
        lines += Set(unknown).sorted().map { "  not in it     \(printable($0))" }
        guard texts else { return lines }
        for text in stored {
            lines.append("  --- \(printable(text.artifact))")
            let content = text.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            lines += content.map { "  | " + printable(String(decoding: $0, as: UTF8.self)) }
        }
        return lines
    }

    private static let mostRows = 12

    private func rows(_ rows: [Line], _ name: String) -> [String] {
        let head = padded(name, to: 13)
        let shown = rows.prefix(Self.mostRows).map {
            "  \(head) \(printable($0.artifact)):\($0.line): \(printable($0.text))"
        }
        return rows.count > shown.count ? shown + ["  \(head) … and \(rows.count - shown.count) more"] : shown
    }

    private static func words(_ facts: Facts) -> String {
        let values: [(String, String?)] = [
            ("vendor", facts.vendor), ("model", facts.model), ("version", facts.version),
            ("hostname", facts.hostname),
            ("serials", facts.serials.isEmpty ? nil : facts.serials.joined(separator: " ")),
            ("boot", facts.boot.isEmpty ? nil : facts.boot.joined(separator: " ")),
        ]
        let images = facts.images.map {
            "image \($0.path) \($0.digest?.description ?? $0.note ?? "without a digest")"
        }
        let words = values.compactMap { name, value in value.map { "\(name) \($0)" } } + images
        return words.isEmpty ? "none" : printable(words.joined(separator: ", "))
    }

    /// `community: 2 (running-config lines 14, 15)`.
    private static func kinds(_ secrets: [Secret]) -> [String] {
        let groups = Dictionary(grouping: secrets) { "\($0.artifact)\n\($0.kind)" }
        return groups.sorted { $0.key < $1.key }.compactMap { _, group in
            guard let first = group.first else { return nil }
            let lines = group.prefix(20).map { String($0.line) }.joined(separator: ", ")
            return "\(first.kind): \(group.count) (\(printable(first.artifact)), line \(lines))"
        }
    }
}
