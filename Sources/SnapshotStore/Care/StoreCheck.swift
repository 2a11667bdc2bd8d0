/// What `store verify` found, of everything that is stored.
package struct StoreCheck: Sendable, Codable {
    /// One repository, read whole.
    package struct Repository: Sendable, Codable {
        /// Such as `store.git`.
        package var name: String
        package var commits = 0
        /// Trees and blobs that a commit leads to.
        package var objects = 0
        package var bytes = 0
        package var isEncrypted = false

        package init(name: String) { self.name = name }
    }

    package var repositories: [Repository] = []
    /// Versions that git has and the index was compared with.
    package var versions = 0
    package var copies = 0
    package var images = 0
    package var auditEntries = 0
    package var faults: [StoreFault] = []
    /// What only the owner of `var/` can look at, and this user could not.
    package var unchecked: [String] = []

    package init() {}
}

/// One thing that is not as it was stored.
package struct StoreFault: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// An object of git is damaged or missing.
        case object
        /// A repository as a whole: a ref, a folder, what stock git says of it.
        case repository
        /// Something names bytes that are not there.
        case reference
        /// A key cannot be had, so that exact bytes could not be looked at.
        case key
        /// The index is not what git says.
        case index
        case vault
        case audit
        case runs
    }

    package var kind: Kind
    /// The repository or file, and the path in it.
    package var place: String
    /// What is wrong and what to do.
    package var reason: String

    package init(_ kind: Kind, at place: String, _ reason: String) {
        self.kind = kind
        self.place = place
        self.reason = reason
    }
}
