import ConfigModel

/// The algorithms that a peer's KEXINIT lists (RFC 4253, section 7.1).
struct PeerOffer: Sendable, Hashable {
    var keyExchange: [String]
    var hostKey: [String]
    var cipherToPeer: [String]
    var cipherFromPeer: [String]
    var macToPeer: [String]
    var macFromPeer: [String]

    /// What hinders an agreement.
    struct Mismatch: Sendable, Hashable {
        var kind: String
        var offered: [String]
        var allowed: [String]
    }

    /// Reads the payload of a KEXINIT packet. Nil when it is none, or is cut short.
    /// - Parameter payload: From the message number on.
    init?(payload: ArraySlice<UInt8>) {
        var reader = WireReader(payload)
        guard reader.byte() == 20, reader.skip(16),
            let lists = Self.lists(8, from: &reader)
        else { return nil }
        keyExchange = lists[0]
        hostKey = lists[1]
        cipherToPeer = lists[2]
        cipherFromPeer = lists[3]
        macToPeer = lists[4]
        macFromPeer = lists[5]
    }

    private static func lists(_ count: Int, from reader: inout WireReader) -> [[String]]? {
        var lists: [[String]] = []
        for _ in 0..<count {
            guard let bytes = reader.string() else { return nil }
            lists.append(names(in: bytes))
        }
        return lists
    }

    /// A hostile peer cannot make an error text long or ugly: at most 64 names of 64 printable characters.
    private static func names(in bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(separator: UInt8(ascii: ",")).prefix(64).map { printable($0, limit: 64) }
    }

    /// The first kind of algorithm of which the two sides have none in common.
    /// - Parameter ours: What the profile allows and the library has.
    func mismatch(with ours: AlgorithmLists) -> Mismatch? {
        let kinds: [(String, [String], [String])] = [
            ("key exchange", keyExchange, ours.keyExchange), ("host key", hostKey, ours.hostKey),
            ("cipher", cipherToPeer, ours.cipher), ("cipher", cipherFromPeer, ours.cipher),
            ("MAC", macToPeer, ours.mac), ("MAC", macFromPeer, ours.mac),
        ]
        for (kind, offered, allowed) in kinds where !allowed.contains(where: offered.contains) {
            return Mismatch(kind: kind, offered: offered, allowed: allowed)
        }
        return nil
    }
}

/// Text from a peer as an error may show it: control characters and invalid UTF-8 replaced, cut at `limit` characters.
func printable(_ bytes: some Collection<UInt8>, limit: Int) -> String {
    if bytes.count <= limit, bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) {
        return String(decoding: bytes, as: UTF8.self)
    }
    var text = ""
    for scalar in String(decoding: bytes.prefix(limit * 4), as: UTF8.self).unicodeScalars.prefix(limit) {
        let shown = scalar.properties.generalCategory
        switch shown {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            text.unicodeScalars.append("\u{FFFD}")
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text
}
