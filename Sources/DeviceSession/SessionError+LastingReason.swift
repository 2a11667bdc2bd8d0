import ConfigModel

extension SessionError {
    /// The reason in words that are the same tomorrow if it is the same reason: without address, and without what the
    /// device said. For facts, of which a new version is stored when they change.
    var lastingReason: String {
        switch self {
        case .commandRejected(_, let command, _): "the device does not take '\(command)'"
        case .commandFailed(_, let command, let status, _): "'\(command)' ended with status \(status)"
        case .fileUnavailable: "it cannot be read"
        case .tooLarge(_, _, let limit): "it is larger than \(limit) bytes"
        case .unsupported: "the device has no way to read it that the platform lists"
        case .timedOut: "it took too long"
        default: "it could not be had (\(kind.rawValue))"
        }
    }
}
