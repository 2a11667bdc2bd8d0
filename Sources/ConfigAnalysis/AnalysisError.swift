package import ConfigModel
package import Patterns

/// Why a text could not be judged: always a fault of a platform's pattern, never of the text.
package enum AnalysisError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A pattern of the platform does not compile.
    case faultyPattern(platform: String, location: SourceLocation?, fault: PatternError)
    /// A pattern of the platform could not be matched against a device's text.
    case unmatchable(platform: String, location: SourceLocation?, artifact: String, fault: PatternError)

    package var description: String {
        switch self {
        case .faultyPattern(let platform, let location, let fault):
            "\(Self.place(location))platform \(platform): \(fault)"
        case .unmatchable(let platform, let location, let artifact, let fault):
            "\(Self.place(location))platform \(platform), while reading \(artifact): \(fault)"
        }
    }

    private static func place(_ location: SourceLocation?) -> String { location.map { "\($0): " } ?? "" }
}
