package import ConfigModel
import FoundationEssentials

/// The host keys on record, in OpenSSH's format: bytes in, bytes out, so that `ssh-keygen` and we can edit the same file.
///
/// Other than OpenSSH, a name without port never speaks for another port than 22: two devices behind one address are two.
package struct KnownHosts: Sendable {
    /// The whole file.
    package let bytes: [UInt8]
    /// Lines that say something, in the order of the file.
    package let entries: [Entry]
    /// Lines that cannot be read; each of them leaves a device without its key.
    package let faults: [Fault]
    /// Lines that are right and of no use to us.
    package let notices: [Fault]

    package struct Entry: Sendable, Hashable {
        package enum Marker: Sendable, Hashable { case none, revoked, certificateAuthority }

        /// Counted from 1.
        package var line: Int
        package var marker: Marker
        package var key: HostKey
        package var comment: String
        /// As the file has it: names, patterns, or a hash.
        package var hosts: String
        var patterns: HostPatterns
    }

    private let lines: [KnownHostsLine]
    /// Entries by the names that they have as they are; a fleet has one a device, and asks for each.
    private let byName: [String: [Int]]
    /// Entries with patterns or hashes, which must be tried one by one.
    private let others: [Int]

    /// - Parameter file: The name that faults tell, relative to the workspace.
    package init(_ bytes: [UInt8] = [], file: String = WorkspaceLayout.knownHosts) {
        self.bytes = bytes
        lines = KnownHostsLine.split(bytes)
        var entries: [Entry] = []
        var faults: [Fault] = []
        var notices: [Fault] = []
        for (index, line) in lines.enumerated() {
            do throws(KnownHostsLine.Problem) {
                guard let entry = try line.entry(number: index + 1) else { continue }
                entries.append(entry)
                guard entry.marker == .certificateAuthority else { continue }
                let place = SourceLocation(file: file, line: index + 1, column: 1)
                notices.append(
                    Fault(
                        at: place, "@cert-authority is not used: host certificates are not read",
                        remedy: "enrol the host's own key as well"))
            } catch {
                let place = SourceLocation(file: file, line: index + 1, column: error.column)
                faults.append(Fault(at: place, error.what, remedy: error.remedy))
            }
        }
        self.entries = entries
        var byName: [String: [Int]] = [:]
        var others: [Int] = []
        for (index, entry) in entries.enumerated() {
            guard let names = entry.patterns.exactNames else {
                others.append(index)
                continue
            }
            for name in Set(names) { byName[name, default: []].append(index) }
        }
        self.byName = byName
        self.others = others
        self.faults = faults
        self.notices = notices
    }

    /// The lines that speak of a host.
    package func entries(address: String, port: Int) -> [Entry] {
        let host = HostPatterns.hostName(address, port: port)
        let found = (byName[host] ?? []) + others.filter { entries[$0].patterns.matches(host) }
        return found.sorted().map { entries[$0] }
    }

    /// What a host may show. Empty for one that is not on record: it is not spoken to.
    package func policy(address: String, port: Int) -> HostKeyPolicy {
        let found = entries(address: address, port: port)
        return HostKeyPolicy(
            accepted: found.filter { $0.marker == .none }.map(\.key),
            revoked: found.filter { $0.marker == .revoked }.map(\.key))
    }
}

// MARK: - Editing

extension KnownHosts {
    /// The file with a line for each key that is not on record for the host yet, put at the end; all else stays as it is.
    /// - Parameter comment: One line; line breaks in it become spaces.
    package func adding(address: String, port: Int, keys: [HostKey], comment: String = "") -> KnownHosts {
        let host = HostPatterns.hostName(address, port: port)
        let known = policy(address: address, port: port).accepted
        var text = ""
        for key in keys where !known.contains(key) {
            let remark = String(comment.map { $0.isNewline ? " " : $0 })
            text += "\(host) \(key.algorithm) \(key.base64)" + (remark.isEmpty ? "" : " \(remark)") + "\n"
        }
        guard !text.isEmpty else { return self }
        let needsBreak = bytes.last.map { $0 != 0x0A } ?? false
        return KnownHosts(bytes + (needsBreak ? [0x0A] : []) + Array(text.utf8))
    }

    package struct Removal: Sendable {
        package var knownHosts: KnownHosts
        /// The keys that were taken out.
        package var removed: [HostKey]
        /// Lines (of the file as it was) that still speak of the host: a pattern that other hosts share, or a marker.
        package var remaining: [Int]
    }

    /// The file without the host's keys. Of a line with several names only this name goes; patterns and lines with
    /// a marker stay, for they speak of others too.
    package func removing(address: String, port: Int) -> Removal {
        let host = HostPatterns.hostName(address, port: port)
        var kept: [UInt8] = []
        var removed: [HostKey] = []
        var remaining: [Int] = []
        let byLine = Dictionary(entries.map { ($0.line, $0) }) { first, _ in first }
        for (index, line) in lines.enumerated() {
            guard let entry = byLine[index + 1], entry.patterns.matches(host) else {
                kept += line.bytes
                continue
            }
            guard entry.marker == .none, let rest = line.without(host, entry.patterns) else {
                remaining.append(index + 1)
                kept += line.bytes
                continue
            }
            removed.append(entry.key)
            kept += rest
        }
        return Removal(knownHosts: KnownHosts(kept), removed: removed, remaining: remaining)
    }
}
