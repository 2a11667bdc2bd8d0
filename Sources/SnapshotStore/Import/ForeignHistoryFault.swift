/// Why another tool's repository cannot be read, and what to do about it.
package enum ForeignHistoryFault: Error, Sendable, Hashable, CustomStringConvertible {
    case notARepository(path: String, remedy: String)
    case unsupported(path: String, what: String, remedy: String)
    case unreadable(path: String, reason: String)
    case damaged(path: String, StoreError)

    package var description: String {
        switch self {
        case .notARepository(let path, let remedy): "\(path) is no git repository: \(remedy)"
        case .unsupported(let path, let what, let remedy): "\(path): \(what): \(remedy)"
        case .unreadable(let path, let reason): "\(path) cannot be read (\(reason))"
        case .damaged(let path, let error):
            "\(path) is damaged: \(error); 'git fsck' there tells more, and what was imported so far is kept"
        }
    }
}
