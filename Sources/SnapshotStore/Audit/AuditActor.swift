import FoundationEssentials
import Glibc

/// Who acts: this process, as the system knows it.
package struct AuditActor: Sendable, Hashable {
    package var uid: UInt32
    package var user: String?
    package var login: UInt32?
    package var sudoUser: String?
    package var command: String

    package init(uid: UInt32, user: String? = nil, login: UInt32? = nil, sudoUser: String? = nil, command: String) {
        self.uid = uid
        self.user = user
        self.login = login
        self.sudoUser = sudoUser
        self.command = command
    }

    /// This process, and what it was asked to do. No argument of ours is a secret.
    package static var current: AuditActor {
        AuditActor(
            uid: geteuid(), user: AccountName.of(geteuid()), login: loginID,
            sudoUser: getenv("SUDO_USER").map { String(cString: $0) },
            command: (["plumbline"] + CommandLine.arguments.dropFirst()).joined(separator: " "))
    }

    /// See proc(5); 4294967295 stands for nobody.
    private static var loginID: UInt32? {
        guard let text = try? String(contentsOfFile: "/proc/self/loginuid", encoding: .utf8), let uid = UInt32(text),
            uid != .max
        else { return nil }
        return uid
    }
}

/// Names of users and groups on this machine.
package enum AccountName {
    /// - Returns: nil where the uid has no name.
    package static func of(_ uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return nil
        }
        return String(cString: name)
    }

    /// - Returns: nil where there is no such group.
    package static func group(_ name: String) -> UInt32? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        // A group of many members needs room for all their names.
        var buffer = [CChar](repeating: 0, count: 1 << 20)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.gr_gid
    }
}
