/// Why a pattern cannot be used, or gave no answer.
package enum PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no pattern. `offset` counts bytes from the start of `pattern`.
    case invalid(pattern: String, offset: Int, reason: String)
    /// Matching took more steps than any sensible pattern needs, and was stopped.
    case runaway(pattern: String)
    /// The library could not do its work, for want of memory for instance.
    case failed(pattern: String, reason: String)

    package var description: String {
        switch self {
        case .invalid(let pattern, let offset, let reason):
            "pattern '\(pattern)' is faulty at offset \(offset): \(reason)"
        case .runaway(let pattern):
            "pattern '\(pattern)' took too many steps and was stopped: "
                + "write it without nested or overlapping repetitions such as (a+)+"
        case .failed(let pattern, let reason):
            "pattern '\(pattern)' could not be matched: \(reason)"
        }
    }
}
