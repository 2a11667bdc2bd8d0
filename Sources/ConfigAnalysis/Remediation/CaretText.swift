package import ConfigModel
import Patterns

/// Texts in which a device shows control characters as a caret and a letter.
package enum CaretText {
    /// The text with the characters themselves, in those lines, or in what begins with those lines and belongs together, that one
    /// of the patterns matches.
    package static func controlled(
        _ text: [UInt8], by patterns: [PatternText], of platform: Platform
    ) throws(AnalysisError) -> [UInt8] {
        var placed: [PlacedPattern] = []
        for pattern in patterns { placed.append(try PlacedPattern(pattern, of: platform)) }
        let tree = ConfigTree(text, syntax: platform.syntax)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        do throws(PatternFault) {
            for node in tree.nodes {
                let bytes = text[node.range]
                result += try isMeant(Array(text[node.content]), placed) ? replaced(bytes) : Array(bytes)
            }
        } catch {
            throw .unmatchable(
                platform: platform.name, location: error.location, artifact: "a text to be put back", fault: error.fault
            )
        }
        return result
    }

    private static func isMeant(_ line: [UInt8], _ patterns: [PlacedPattern]) throws(PatternFault) -> Bool {
        for pattern in patterns {
            let found = try pattern.placed { pattern throws(PatternError) in try pattern.matches(line) }
            if found { return true }
        }
        return false
    }

    /// `^@` to `^_`, as caret notation has them.
    private static func replaced(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "^"), let next = rest.first, (0x40...0x5F).contains(next) {
                result.append(next & 0x1F)
                rest.removeFirst()
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
