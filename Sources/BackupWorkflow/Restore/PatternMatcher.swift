import ConfigModel
import Patterns

/// A pattern of a platform, its faults made the workflow's.
struct PatternMatcher: Sendable {
    private let pattern: Pattern
    private let platform: String

    init(_ text: PatternText, in platform: Platform, options: Pattern.Options = []) throws(WorkflowError) {
        self.platform = platform.name
        do throws(PatternError) { pattern = try Pattern(text.text, options: options) } catch {
            let place = text.location.map { "\($0): " } ?? ""
            throw .rules("\(place)platform '\(platform.name)': \(error)")
        }
    }

    func matches(_ bytes: [UInt8]) throws(WorkflowError) -> Bool {
        do throws(PatternError) { return try pattern.matches(bytes) } catch {
            throw .rules("platform '\(platform)': \(error)")
        }
    }

    /// What of a collected text is not sent back: lines that change by themselves, and those that `drop` names.
    static func dropping(of platform: Platform) throws(WorkflowError) -> [PatternMatcher] {
        var texts = platform.restore?.drop ?? []
        for rule in platform.volatile {
            if case .line(let text) = rule { texts.append(text) }
        }
        var matchers: [PatternMatcher] = []
        for text in texts { matchers.append(try PatternMatcher(text, in: platform)) }
        return matchers
    }

    /// A text without the lines that any of the patterns matches. Line ends become LF.
    static func without(_ matchers: [PatternMatcher], _ bytes: [UInt8]) throws(WorkflowError) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count + 1)
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            var line = Array(part)
            if line.last == 0x0D { line.removeLast() }
            var isDropped = false
            for matcher in matchers where try matcher.matches(line) { isDropped = true }
            if !isDropped { kept += line + [0x0A] }
        }
        // The split leaves an empty line behind the last line end.
        while kept.last == 0x0A, kept.dropLast().last == 0x0A { kept.removeLast() }
        return kept
    }
}
