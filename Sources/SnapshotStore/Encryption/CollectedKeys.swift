/// Where the keys of the repositories of exact bytes come from, and whether a new repository is encrypted.
package struct CollectedKeys: Sendable {
    /// One way to have the keys of repositories, by the repository's stem (`collected-2026`).
    package enum Source: Sendable {
        /// Files `<stem>.key` in a folder; one that is missing is made with its repository.
        case folder(String)
        /// Delivered by a program, which has been asked when the answer comes; nothing is ever made. Runs on the store's
        /// thread, which may wait.
        case delivered(@Sendable (String) throws(StoreError) -> GitCryptKey)
    }

    /// What a repository that is begun from now on gets. One that exists stays as it is.
    package var encrypts: Bool
    package var source: Source

    package init(encrypts: Bool, source: Source) {
        self.encrypts = encrypts
        self.source = source
    }

    /// As a workspace has it that says nothing else: encrypted, the keys in `var/keys/`.
    /// - Parameter directory: The workspace's `var/`.
    package static func standard(_ directory: String) -> CollectedKeys {
        CollectedKeys(encrypts: true, source: .folder("\(directory)/keys"))
    }

    /// The key of a repository that exists.
    func key(of name: CollectedName) throws(StoreError) -> GitCryptKey {
        switch source {
        case .folder(let folder): try KeyFile(folder: folder, stem: name.stem).read()
        case .delivered(let ask): try ask(name.stem)
        }
    }

    /// The key for a repository that is about to be made; durable when this returns.
    func newKey(for name: CollectedName) throws(StoreError) -> GitCryptKey {
        switch source {
        case .folder(let folder): try KeyFile(folder: folder, stem: name.stem).readOrCreate()
        case .delivered(let ask): try ask(name.stem)
        }
    }
}
