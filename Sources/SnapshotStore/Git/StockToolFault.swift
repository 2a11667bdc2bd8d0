/// Why a program of the system did not do its part.
package enum StockToolFault: Error, Sendable, Hashable, CustomStringConvertible {
    case missing(program: String, package: String)
    case timedOut(what: String, after: Duration)
    /// It wrote more than was asked for.
    case tooLong(what: String, limit: Int)
    case notStarted(what: String, reason: String)
    case failed(what: String, status: Int32, message: String)

    package var description: String {
        switch self {
        case .missing(let program, let package):
            "'\(program)' is not on this machine: install the package '\(package)' ('apt install \(package)')"
        case .timedOut(let what, let span): "'\(what)' had not ended after \(span.components.seconds) s and was ended"
        case .tooLong(let what, let limit): "'\(what)' wrote more than \(limit) bytes and was ended"
        case .notStarted(let what, let reason): "'\(what)' could not be run (\(reason))"
        case .failed(let what, let status, let message):
            "'\(what)' failed with status \(status)\(message.isEmpty ? "" : ": \(message)")"
        }
    }
}
