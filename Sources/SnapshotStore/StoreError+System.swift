import Glibc
import SystemPackage

extension StoreError {
    /// A failed system call, told by what can be done about it.
    /// - Parameter operation: An infinitive, such as `write`.
    static func system(_ error: Errno, path: String, operation: String) -> StoreError {
        switch error {
        case .noSpace, .diskQuotaExceeded: .diskFull(path: path, free: freeBytes(at: path))
        case .permissionDenied, .notPermitted: .permission(path: path, operation: operation)
        case .readOnlyFileSystem: .readOnlyFileSystem(path: path)
        default: .inputOutput(path: path, operation: operation, reason: error.description)
        }
    }

    /// What `body` throws, as a `StoreError` about `path`.
    static func wrapping<Value>(
        _ path: String, _ operation: String, _ body: () throws -> Value
    ) throws(StoreError) -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as Errno {
            throw system(error, path: path, operation: operation)
        } catch {
            throw .inputOutput(path: path, operation: operation, reason: "\(error)")
        }
    }

    /// Bytes that an ordinary user may still write to the file system of `path`, or of its nearest parent that exists.
    static func freeBytes(at path: String) -> UInt64 {
        var statistics = statvfs()
        var place = FilePath(path)
        while statvfs(place.string, &statistics) != 0 {
            guard place.removeLastComponent() else { return 0 }
            if place.isEmpty { place = "." }
        }
        return UInt64(statistics.f_bavail) * UInt64(statistics.f_frsize)
    }
}
