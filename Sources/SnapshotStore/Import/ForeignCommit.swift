/// One commit of another tool's repository, and the files that it changed.
package struct ForeignCommit: Sendable, Hashable {
    package struct Change: Sendable, Hashable {
        /// From the root of the repository.
        package var path: [String]
        /// Nil for a file that was removed.
        package var blob: ObjectID?
    }

    package var id: ObjectID
    package var author: GitSignature
    /// The first line of its message.
    package var subject: String
    /// Of regular files alone: links and other repositories are passed over.
    package var changes: [Change]
}
