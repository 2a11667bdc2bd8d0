import ConfigModel
import FoundationEssentials

/// One line of a `known_hosts` file with its line end.
struct KnownHostsLine: Sendable {
    let bytes: [UInt8]

    struct Problem: Error, Hashable {
        /// Counted from 1.
        var column: Int
        var what: String
        var remedy: String
    }

    static func split(_ bytes: [UInt8]) -> [KnownHostsLine] {
        var lines: [KnownHostsLine] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
            lines.append(KnownHostsLine(bytes: Array(bytes[start..<end])))
            start = end
        }
        return lines
    }

    // MARK: Reading

    /// - Returns: nil for an empty line or a comment.
    func entry(number: Int) throws(Problem) -> KnownHosts.Entry? {
        var fields = Fields(bytes)
        guard let first = fields.next(), first.text.first != "#" else { return nil }
        var hosts = first
        var marker = KnownHosts.Entry.Marker.none
        if first.text.hasPrefix("@") {
            marker = try Self.marker(first)
            hosts = try fields.require("the host", after: first)
        }
        guard let patterns = HostPatterns(hosts.text) else {
            throw Problem(
                column: hosts.column, what: "the hosts cannot be read",
                remedy: "write names with commas between them, or |1|SALT|HASH")
        }
        let algorithm = try fields.require("the key's type", after: hosts)
        let blob = try fields.require("the key", after: algorithm)
        let key = try Self.key(algorithm, blob)
        return KnownHosts.Entry(
            line: number, marker: marker, key: key, comment: fields.rest, hosts: hosts.text, patterns: patterns)
    }

    private static func marker(_ field: Fields.Field) throws(Problem) -> KnownHosts.Entry.Marker {
        switch field.text {
        case "@revoked": return .revoked
        case "@cert-authority": return .certificateAuthority
        default:
            throw Problem(
                column: field.column, what: "an unknown marker", remedy: "known are @revoked and @cert-authority")
        }
    }

    private static func key(_ algorithm: Fields.Field, _ field: Fields.Field) throws(Problem) -> HostKey {
        if Int(algorithm.text) != nil {
            throw Problem(
                column: algorithm.column, what: "a key of SSH protocol 1", remedy: "remove the line: nobody speaks it")
        }
        guard let blob = Data(base64Encoded: field.text) else {
            throw Problem(column: field.column, what: "the key is not base64", remedy: "enrol the host's key again")
        }
        let key = HostKey(algorithm: algorithm.text, blob: Array(blob))
        guard key.blobNamesAlgorithm else {
            throw Problem(
                column: field.column, what: "the key is not of the type '\(algorithm.text)'",
                remedy: "enrol the host's key again")
        }
        return key
    }

    // MARK: Editing

    /// The line without a host's name.
    /// - Returns: Nothing when it was the only one; nil when the host is meant by a pattern, which is left alone.
    func without(_ host: String, _ patterns: HostPatterns) -> [UInt8]? {
        guard case .plain(let names) = patterns else { return [] }
        guard names.contains(host) else { return nil }
        guard names.contains(where: { $0 != host }) else { return [] }
        guard let start = bytes.firstIndex(where: { !Fields.isBlank($0) }),
            let end = bytes[start...].firstIndex(where: Fields.isBlank)
        else { return nil }
        let others = bytes[start..<end].split(separator: UInt8(ascii: ",")).filter {
            String(decoding: $0, as: UTF8.self).lowercased() != host
        }
        return Array(bytes[..<start]) + Array(others.joined(separator: [UInt8(ascii: ",")])) + Array(bytes[end...])
    }
}

/// The words of a line, blanks between them.
private struct Fields {
    struct Field {
        var text: String
        var column: Int
        var end: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    mutating func next() -> Field? {
        guard let start = bytes[position...].firstIndex(where: { !Self.isBlank($0) }) else { return nil }
        let end = bytes[start...].firstIndex(where: Self.isBlank) ?? bytes.count
        position = end
        return Field(text: String(decoding: bytes[start..<end], as: UTF8.self), column: start + 1, end: end)
    }

    mutating func require(_ what: String, after field: Field) throws(KnownHostsLine.Problem) -> Field {
        guard let next = next() else {
            throw KnownHostsLine.Problem(
                column: field.end + 1, what: "the line ends before \(what)",
                remedy: "write HOST TYPE KEY, or remove the line")
        }
        return next
    }

    /// What stands after the last word that was taken, without blanks around it.
    var rest: String {
        let rest = bytes[position...].drop(while: Self.isBlank)
        guard let last = rest.lastIndex(where: { !Self.isBlank($0) }) else { return "" }
        return String(decoding: rest[...last], as: UTF8.self)
    }
}

extension HostKey {
    /// The wire form begins with the type's name, its length before it (RFC 4253, section 6.6).
    fileprivate var blobNamesAlgorithm: Bool {
        let name = Array(algorithm.utf8)
        let length = [0, 0, UInt8(truncatingIfNeeded: name.count >> 8), UInt8(truncatingIfNeeded: name.count)]
        return blob.count > 4 + name.count && blob.starts(with: length + name)
    }
}
