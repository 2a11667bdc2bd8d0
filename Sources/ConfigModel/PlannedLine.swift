/// A line of a restore's plan: the only text beside a platform's own that is ever typed at a device.
package struct PlannedLine: Sendable, Hashable, Codable {
    /// As it is sent. Several lines, where the device takes them as one: a banner with its delimiter.
    package var text: String
    /// Must match somewhere in the answer, line by line.
    package var expect: PatternText?
    /// Means failure where it matches in the answer.
    package var refuse: PatternText?
    package var isOptional: Bool
    /// The device may end the connection on it.
    package var ends: Bool

    package init(
        _ text: String, expect: PatternText? = nil, refuse: PatternText? = nil, isOptional: Bool = false,
        ends: Bool = false
    ) {
        self.text = text
        self.expect = expect
        self.refuse = refuse
        self.isOptional = isOptional
        self.ends = ends
    }

    /// A line of the platform with its placeholders filled in.
    package init(_ line: RestoreRules.Line, filling: [String: String]) {
        var text = line.send
        for (name, value) in filling.sorted(by: { $0.key < $1.key }) {
            text = text.replacing("{\(name)}", with: value)
        }
        self.init(text, expect: line.expect, refuse: line.refuse, isOptional: line.optional, ends: line.ends)
    }

    /// Whether it can be typed without pressing other keys than Enter.
    package var isTypable: Bool {
        !text.isEmpty && !text.utf8.contains { ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F }
    }
}
