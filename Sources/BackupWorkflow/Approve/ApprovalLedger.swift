import ConfigModel
import FoundationEssentials
import SnapshotStore

/// What is remembered of decisions, in `var/approvals.jsonl`: when each came to us, and which signatures held.
///
/// `Baselines/` is for people to edit, merge and copy; this is not. A decision that was here once and is gone, or is another, is
/// no clean slate but a fault. Lines are only ever added.
struct ApprovalLedger: Sendable {
    /// A decision as it came.
    struct Seen: Sendable, Hashable, Codable {
        var name: String
        var sequence: Int
        /// SHA-256 of the manifest.
        var digest: String
        var devices: [DeviceID]
        var entered: Date
    }

    /// A signature that held.
    struct Verified: Sendable, Hashable, Codable {
        /// SHA-256 over all that was looked at: manifest, signature, signers and time.
        var digest: String
        /// The fingerprint of the key.
        var key: String
    }

    private struct Line: Codable {
        var seen: Seen?
        var verified: Verified?
    }

    private let path: String
    private(set) var seen: [String: Seen] = [:]
    private var keys: [String: String] = [:]
    /// Lines that cannot be read: what they remembered is not known.
    private(set) var faults: [String] = []
    private var fresh: [Line] = []

    /// - Parameter state: The workspace's `var`.
    init(state: String) {
        path = state + "/approvals.jsonl"
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let bytes = try? FileTree.bytes(of: path) else {
            faults.append("var/approvals.jsonl cannot be read")
            return
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        for (index, text) in bytes.split(separator: 0x0A).enumerated() {
            guard let line = try? decoder.decode(Line.self, from: Data(text)) else {
                faults.append("var/approvals.jsonl:\(index + 1) cannot be read")
                continue
            }
            if let seen = line.seen, self.seen[seen.name] == nil { self.seen[seen.name] = seen }
            if let verified = line.verified { keys[verified.digest] = verified.key }
        }
    }

    /// Whether decisions were ever signed here.
    var hasSignatures: Bool { !keys.isEmpty }

    func key(verifiedBy digest: String) -> String? { keys[digest] }

    mutating func note(_ seen: Seen) {
        guard self.seen[seen.name] == nil else { return }
        self.seen[seen.name] = seen
        fresh.append(Line(seen: seen))
    }

    mutating func note(_ verified: Verified) {
        guard keys.updateValue(verified.key, forKey: verified.digest) == nil else { return }
        fresh.append(Line(verified: verified))
    }

    /// Writes down what is new. For the owner of `var/` alone.
    mutating func save() throws(FileTree.Failure) {
        guard !fresh.isEmpty else { return }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8] = []
        for line in fresh {
            guard let text = try? encoder.encode(line) else { continue }
            bytes += text + [0x0A]
        }
        try FileTree.append(bytes, to: path)
        fresh = []
    }
}
