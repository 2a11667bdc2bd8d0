import ConfigModel
import Patterns

/// A pattern of a platform, and where it was written.
struct PlacedPattern: Sendable {
    let pattern: Pattern
    let location: SourceLocation?

    init(_ text: PatternText, of platform: Platform, options: Pattern.Options = []) throws(AnalysisError) {
        do throws(PatternError) { pattern = try Pattern(text.text, options: options) } catch {
            throw .faultyPattern(platform: platform.name, location: text.location, fault: error)
        }
        location = text.location
    }

    /// Calls `body`; what it throws gets the place of the pattern.
    func placed<T>(_ body: (Pattern) throws(PatternError) -> T) throws(PatternFault) -> T {
        do throws(PatternError) { return try body(pattern) } catch {
            throw PatternFault(location: location, fault: error)
        }
    }
}

/// A pattern that could not be matched, and where it was written.
struct PatternFault: Error {
    var location: SourceLocation?
    var fault: PatternError
}
