package import ConfigModel

/// Why a capture may not be stored as good as it stands.
package enum Doubt: Sendable, Hashable, CustomStringConvertible {
    /// It is not whole or not sound; in words for the person on call.
    case fault(String)
    /// It shrank by more than half since the last good version; in bytes.
    case shrunk(ArtifactName, from: Int, to: Int)
    /// The last good version had it.
    case gone(ArtifactName)

    /// Whether it may be right all the same: a second reading that says the same settles it.
    package var asksForSecondReading: Bool {
        switch self {
        case .fault: false
        case .shrunk, .gone: true
        }
    }

    package var description: String {
        switch self {
        case .fault(let words): words
        case .shrunk(let artifact, let old, let new):
            "\(artifact): it shrank from \(old) to \(new) bytes, and no second reading has agreed: look at the device, "
                + "and accept it if that is right"
        case .gone(let artifact):
            "\(artifact): it is missing, the last good version has it, and no second reading has agreed: look at the "
                + "device, and accept it if that is right"
        }
    }
}
