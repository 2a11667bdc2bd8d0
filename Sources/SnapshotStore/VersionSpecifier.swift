package import ConfigModel
package import FoundationEssentials

/// Which version of a device: what stands behind the `@`.
package enum VersionSpecifier: Sendable, Hashable {
    case latest
    case number(Int)
    /// The latest one taken before `before`.
    case date(before: Date, text: String)
    /// The state at a commit of `store.git`, by at least 7 digits of its name, in lower case.
    case commit(prefix: String)
    /// The approved one, which only the caller knows.
    case approved

    /// Reads what stands behind the `@`; nothing is the latest. Digits alone are a number up to 6 of them, from 7 on
    /// the beginning of a commit.
    package init(_ text: String) throws(StoreError) {
        let isHexadecimal = text.utf8.allSatisfy { ObjectID.value(ofDigit: $0) != nil }
        if text.isEmpty || text == "latest" {
            self = .latest
        } else if text == "approved" {
            self = .approved
        } else if text.utf8.count < 7, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            number > 0
        {
            self = .number(number)
        } else if isHexadecimal, (7...40).contains(text.utf8.count) {
            self = .commit(prefix: text.lowercased())
        } else if let end = Timestamp.endOfDay(text) {
            self = .date(before: end, text: text)
        } else if let instant = Timestamp.date(text) {
            // A time to the second means that whole second; versions are dated to the second.
            self = .date(before: instant.addingTimeInterval(0.001), text: text)
        } else {
            throw .notASpecifier(text)
        }
    }

    /// Reads `DEVICE`, `DEVICE@3`, `DEVICE@2026-11-23`, …
    /// - Returns: nil when what stands before the `@` is no device id.
    package static func reference(_ text: String) throws(StoreError) -> (device: DeviceID, version: VersionSpecifier)? {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let device = DeviceID(String(parts[0])) else { return nil }
        return (device, try VersionSpecifier(parts.count > 1 ? String(parts[1]) : ""))
    }
}

extension VersionSpecifier: CustomStringConvertible {
    package var description: String {
        switch self {
        case .latest: "latest"
        case .number(let number): "\(number)"
        case .date(_, let text): text
        case .commit(let prefix): prefix
        case .approved: "approved"
        }
    }
}
