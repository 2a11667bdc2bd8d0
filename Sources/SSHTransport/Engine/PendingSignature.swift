/// A signature that libssh2 waits for: its callback leaves the text here, the agent's answer comes back here.
enum PendingSignature: Equatable {
    case notAsked
    case asked([UInt8])
    case answered([UInt8])
    case failed
    init() { self = .notAsked }
}
