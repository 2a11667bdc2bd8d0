package import FoundationEssentials

/// One line of `audit.jsonl`: who used a key, a secret, an override or the right to write, for what, and why.
///
/// The keys stand in a fixed order, `previous` first, and every character outside of printable ASCII is escaped, so that
/// no name from a device or a person can forge a line, move a cursor or break a shell loop.
package struct AuditEntry: Sendable, Hashable, Codable {
    /// SHA-256 of the bytes of the line before, without its line end; 64 zeros in the first line.
    package var previous: String
    /// Counted from 1.
    package var sequence: Int
    package var time: Date
    /// Of the process.
    package var uid: UInt32
    /// The name of `uid`; nil where it has none on this machine.
    package var user: String?
    /// The uid that logged in (`/proc/self/loginuid`), which `su` and `sudo` do not change; nil where nobody did.
    package var login: UInt32?
    /// What `sudo` says of its caller. A variable: it proves nothing by itself.
    package var sudoUser: String?
    /// What was typed.
    package var command: String
    /// One or two words, such as `run` or `quarantine accept`.
    package var action: String
    /// What it was done to.
    package var subject: String
    package var reason: String?
    package var details: [String: String]?
    /// What the log has to say of itself.
    package var notes: [Note]?

    package enum Note: String, Sendable, Hashable, Codable {
        /// A process was ended while it wrote the line before, which is no entry.
        case unfinished = "after an unfinished line"
        /// The line before is no entry, though it has its end.
        case unreadable = "after an unreadable line"
        /// The clock stands before the time of the entry before.
        case clock = "the clock went back"
    }

    static let noPrevious = String(repeating: "0", count: 64)

    /// The line, without its end.
    var line: String {
        var fields = [
            field("previous", previous), "\"sequence\":\(sequence)", field("time", Timestamp.text(of: time)),
            "\"uid\":\(uid)",
        ]
        if let user { fields.append(field("user", user)) }
        if let login { fields.append("\"login\":\(login)") }
        if let sudoUser { fields.append(field("sudoUser", sudoUser)) }
        fields += [field("command", command), field("action", action), field("subject", subject)]
        if let reason { fields.append(field("reason", reason)) }
        if let details, !details.isEmpty {
            let pairs = details.sorted { $0.key < $1.key }.map { field($0.key, $0.value) }
            fields.append("\"details\":{\(pairs.joined(separator: ","))}")
        }
        if let notes, !notes.isEmpty {
            fields.append("\"notes\":[\(notes.map { Self.quoted($0.rawValue) }.joined(separator: ","))]")
        }
        return "{\(fields.joined(separator: ","))}"
    }

    private func field(_ name: String, _ value: String) -> String { "\(Self.quoted(name)):\(Self.quoted(value))" }

    /// A JSON string in printable ASCII.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22, 0x5C: quoted += "\\" + String(UnicodeScalar(UInt8(unit)))
            case 0x20...0x7E: quoted += String(UnicodeScalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}

extension AuditEntry {
    /// Reads one line, without its end.
    /// - Returns: nil when it is not of this form.
    init?(parsing line: [UInt8]) {
        guard line.count <= AuditLog.longestLine, let entry = try? JSON.value(AuditEntry.self, Data(line)) else {
            return nil
        }
        self = entry
    }
}
