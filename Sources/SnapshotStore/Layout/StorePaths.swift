/// The names below a workspace's `var/`.
struct StorePaths: Sendable, Hashable {
    /// `var/` itself.
    var root: String

    var store: String { "\(root)/store.git" }
    var index: String { "\(root)/state.sqlite" }
    var runs: String { "\(root)/runs" }
    var locks: String { "\(root)/locks" }
    var audit: String { "\(root)/audit.jsonl" }

    /// The path of a repository of exact bytes.
    func collected(_ name: CollectedName) -> String { "\(root)/\(name)" }
}
