import ConfigModel
import Crypto
import FoundationEssentials

/// The first field of a `known_hosts` line: whom the key belongs to (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
enum HostPatterns: Sendable, Hashable {
    /// Names with `*` and `?`; `!` before one excludes.
    case plain([String])
    /// HMAC-SHA1 of one name.
    case hashed(salt: [UInt8], digest: [UInt8])

    /// - Returns: nil when the text is none.
    init?(_ text: String) {
        guard text.hasPrefix("|") else {
            let names = text.lowercased().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard names.allSatisfy({ !$0.isEmpty && $0 != "!" }) else { return nil }
            self = .plain(names)
            return
        }
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1] == "1", let salt = Data(base64Encoded: String(parts[2])),
            let digest = Data(base64Encoded: String(parts[3])), salt.count == 20, digest.count == 20
        else { return nil }
        self = .hashed(salt: Array(salt), digest: Array(digest))
    }

    /// The names, where they are nothing but names; nil for patterns and hashes.
    var exactNames: [String]? {
        guard case .plain(let names) = self,
            names.allSatisfy({ !$0.hasPrefix("!") && !$0.contains { "*?".contains($0) } })
        else { return nil }
        return names
    }

    /// How a host is called in the file: `[host]:port`, and plainly on port 22.
    static func hostName(_ address: String, port: Int) -> String {
        let address = address.lowercased()
        return port == 22 ? address : "[\(address)]:\(port)"
    }

    /// - Parameter host: As `hostName` gives it.
    func matches(_ host: String) -> Bool {
        switch self {
        case .hashed(let salt, let digest):
            let code = HMAC<Insecure.SHA1>.authenticationCode(for: Data(host.utf8), using: SymmetricKey(data: salt))
            return Array(code) == digest
        case .plain(let names):
            var found = false
            for name in names {
                guard name.hasPrefix("!") else {
                    found = found || Glob(name, brackets: false).matches(host)
                    continue
                }
                // One exclusion outweighs any match.
                if Glob(String(name.dropFirst()), brackets: false).matches(host) { return false }
            }
            return found
        }
    }
}
