/// The lines that lead from one configuration to another, in the device's own language.
///
/// They hold secrets in clear, as the texts that they come from do: redact before showing them.
package struct Remediation: Sendable, Hashable {
    /// In the order of entering, after the platform's `enter` and before its `leave`; each stands in the mode that it needs.
    package var lines: [String]
    /// What differs and cannot be expressed: the line, and why. Empty when `lines` bring about all of the target.
    package var unsupported: [String]

    package init(lines: [String] = [], unsupported: [String] = []) {
        self.lines = lines
        self.unsupported = unsupported
    }

    /// Longer lines are cut by the line editors of devices, most at 4,096 bytes or before.
    static let longestLine = 4_000

    /// Why a line cannot be entered; nil when it can.
    static func fault(of line: String, typed: Bool) -> String? {
        if line.utf8.count > longestLine { return "is longer than \(longestLine) bytes" }
        if line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has control characters" }
        if typed, line.utf8.contains(UInt8(ascii: "?")) { return "has a '?', which asks for help when it is typed" }
        return nil
    }

    mutating func refuse(_ line: String, _ reason: String) {
        let text = line.prefix { $0 != "\n" }.prefix(200)
        let entry = "'\(text)' \(reason)"
        if !unsupported.contains(entry) { unsupported.append(entry) }
    }
}
