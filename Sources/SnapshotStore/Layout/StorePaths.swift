/// The names below a workspace's `var/`.
struct StorePaths: Sendable, Hashable {
    /// `var/` itself.
    var root: String

    var store: String { "\(root)/store.git" }
    var index: String { "\(root)/state.sqlite" }
    var runs: String { "\(root)/runs" }
    var locks: String { "\(root)/locks" }
    var audit: String { "\(root)/audit.jsonl" }

    static func collected(year: Int) -> String { "collected-\(year).git" }

    /// The path of a repository of exact bytes.
    /// - Returns: nil unless the name has the form `collected-2026.git`: it comes from a file that others may have edited.
    func collected(_ name: String) -> String? {
        let bytes = Array(name.utf8)
        guard name.hasPrefix("collected-"), name.hasSuffix(".git"), bytes.count == 18,
            bytes[10..<14].allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return "\(root)/\(name)"
    }
}
