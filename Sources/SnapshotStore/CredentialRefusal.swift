package import FoundationEssentials

/// That a device or jump host refused a credential. Remembered until a login with it succeeds there, the credential changes,
/// or a person releases it.
package struct CredentialRefusal: Sendable, Hashable {
    /// The credential's name in the inventory.
    package var credential: String
    /// The device's id or the jump host's name.
    package var host: String
    /// A keyed digest of what was refused: user, secret and `enable`. Nil where it is not known.
    package var digest: String?
    /// The last time.
    package var time: Date
    /// How often, since the host last accepted it.
    package var count: Int
    /// Whether no login with the credential has succeeded anywhere since. Two such refusals hold the credential.
    package var isUnanswered: Bool

    package init(
        credential: String, host: String, digest: String?, time: Date, count: Int = 1, isUnanswered: Bool = true
    ) {
        self.credential = credential
        self.host = host
        self.digest = digest
        self.time = time
        self.count = count
        self.isUnanswered = isUnanswered
    }
}

extension SnapshotStore {
    /// Every refusal that is remembered, oldest first.
    package func refusals() throws(StoreError) -> [CredentialRefusal] {
        try indexed { (index) throws(IndexFault) in try index.refusals() }
    }

    package func remember(_ refusal: CredentialRefusal) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        try indexed { (index) throws(IndexFault) in try index.remember(refusal) }
    }

    /// A login succeeded: what `host` refused is forgotten, and what others refused holds the credential no more.
    package func noteAcceptance(of credential: String, by host: String) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        try indexed { (index) throws(IndexFault) in try index.noteAcceptance(of: credential, by: host) }
    }

    /// Forgets what was refused of a credential: it may be tried again.
    /// - Parameter digest: Refusals of what it is now stay; nil to forget all.
    package func forgetRefusals(of credential: String, exceptOf digest: String? = nil) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        try indexed { (index) throws(IndexFault) in try index.forgetRefusals(of: credential, exceptOf: digest) }
    }
}
