/// A pattern for absolute paths: `*`, `?` and `[…]`, each within one path component, as a POSIX shell reads them.
///
/// A wildcard does not match the dot that a hidden name begins with.
package struct PathGlob: Sendable, Hashable {
    package struct Component: Sendable, Hashable {
        package let text: [UInt8]
        package var hasWildcard: Bool { text.contains { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B } }
        package var name: String { String(decoding: text, as: UTF8.self) }
    }

    package let text: String
    package let components: [Component]

    /// - Returns: Nil unless the text is an absolute path to a name, without control characters, `.` or `..`.
    package init?(_ text: String) {
        let components = text.utf8.split(separator: 0x2F).map { Component(text: Array($0)) }
        guard text.utf8.first == 0x2F, text.utf8.last != 0x2F, !components.isEmpty else { return nil }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        guard !components.contains(where: { $0.name == "." || $0.name == ".." }) else { return nil }
        self.text = text
        self.components = components
    }

    package func matches(path: String) -> Bool {
        guard path.utf8.first == 0x2F else { return false }
        let names = path.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
        guard names.count == components.count else { return false }
        return zip(components, names).allSatisfy { Self.matches($0.text, Array($1)) }
    }

    /// Whether a name fits one component.
    package static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        if name.first == 0x2E, pattern.first != 0x2E { return false }
        // Greedy with one point to go back to: linear but for the last star, whatever the pattern.
        var (place, index) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < pattern.count, pattern[place] == 0x2A {
                star = (place, index)
                place += 1
            } else if let next = step(pattern, place, name[index]) {
                place = next
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == 0x2A }
    }

    /// The place after what matches one byte; nil when it does not match.
    private static func step(_ pattern: [UInt8], _ place: Int, _ byte: UInt8) -> Int? {
        guard place < pattern.count else { return nil }
        if pattern[place] == 0x3F { return place + 1 }
        if pattern[place] == 0x5B, let set = bracket(pattern, place) {
            return set.contains(byte) ? set.end : nil
        }
        return pattern[place] == byte ? place + 1 : nil
    }

    /// `[abc]`, `[a-z]`, `[!…]`, `[^…]`; nil when it is not closed, and `[` means itself.
    private static func bracket(_ pattern: [UInt8], _ place: Int) -> (contains: (UInt8) -> Bool, end: Int)? {
        var index = place + 1
        let isNegated = index < pattern.count && (pattern[index] == 0x21 || pattern[index] == 0x5E)
        if isNegated { index += 1 }
        let first = index
        var ranges: [ClosedRange<UInt8>] = []
        while index < pattern.count {
            if pattern[index] == 0x5D, index > first {
                let found = ranges
                return ({ byte in found.contains { $0.contains(byte) } != isNegated }, index + 1)
            }
            if index + 2 < pattern.count, pattern[index + 1] == 0x2D, pattern[index + 2] != 0x5D {
                let (low, high) = (pattern[index], pattern[index + 2])
                if low <= high { ranges.append(low...high) }
                index += 3
            } else {
                ranges.append(pattern[index]...pattern[index])
                index += 1
            }
        }
        return nil
    }
}
