import CLibGit2
import Glibc
import SystemPackage

/// libgit2 as a whole: started once, asked for its last error.
enum GitLibrary {
    private static let started: Int32 = {
        let count = git_libgit2_init()
        return count < 0 ? count : plumbline_git_configure()
    }()

    static func start() throws(StoreError) {
        guard started >= 0 else {
            throw .damagedRepository(path: "libgit2", reason: "it cannot be started: \(lastMessage())")
        }
    }

    /// To be asked at once after a failed call, on the same thread.
    static func lastMessage() -> String {
        guard let error = git_error_last(), let message = error.pointee.message else { return "unknown error" }
        return String(cString: message)
    }

    /// What a failed call on a repository means. To be asked at once, on the same thread.
    static func failure(_ code: Int32, path: String, operation: String) -> StoreError {
        let message = lastMessage()
        // libgit2 appends the system's words for errno to its own message and offers the number nowhere.
        let known: [Errno] = [
            .noSpace, .diskQuotaExceeded, .permissionDenied, .notPermitted, .readOnlyFileSystem, .ioError,
            .tooManyOpenFiles,
        ]
        if let cause = known.first(where: { message.hasSuffix(String(cString: strerror($0.rawValue))) }) {
            return .system(cause, path: path, operation: operation)
        }
        return .inputOutput(path: path, operation: operation, reason: "\(message), code \(code)")
    }
}

extension ObjectID {
    init(_ oid: git_oid) {
        // A git_oid is 20 bytes, so there is always an id in it.
        self = withUnsafeBytes(of: oid) { ObjectID($0)! }
    }

    var oid: git_oid {
        var oid = git_oid()
        withUnsafeMutableBytes(of: &oid) { $0.copyBytes(from: bytes) }
        return oid
    }
}
