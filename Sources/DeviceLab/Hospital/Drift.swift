/// A change that somebody makes to a device without telling anybody.
package enum Drift: Sendable, Hashable, Codable {
    /// An SNMP community that may write.
    case rogueCommunity
    /// Telnet beside SSH on every line.
    case telnet
    /// Another software version; on a Linux-like device, one altered byte in a firmware image.
    case firmware
    /// An account that nobody approved.
    case rogueUser
    /// Lines of a section (an empty one for the top level) taken away and added.
    case lines(section: String, add: [String], remove: [String])
    /// A line added to a file of a Linux-like device.
    case file(path: String, add: String)

    /// The names of those that need nothing else.
    package static let names = ["rogue-community", "telnet", "firmware", "rogue-user"]

    /// Nil when the name is not among `names`.
    package init?(named name: String) {
        switch name {
        case "rogue-community": self = .rogueCommunity
        case "telnet": self = .telnet
        case "firmware": self = .firmware
        case "rogue-user": self = .rogueUser
        default: return nil
        }
    }

    package var name: String {
        switch self {
        case .rogueCommunity: "rogue-community"
        case .telnet: "telnet"
        case .firmware: "firmware"
        case .rogueUser: "rogue-user"
        case .lines: "line"
        case .file: "file"
        }
    }
}

extension LabDevice {
    /// Makes the change.
    /// - Returns: What was done, in one line without a secret.
    /// - Throws: `driftImpossible` when the device has nothing of the kind; it is then as it was.
    package mutating func drift(_ drift: Drift) throws(LabError) -> String {
        switch system {
        case .ios(var device):
            let done = try device.drift(drift, on: id)
            system = .ios(device)
            return done
        case .junos:
            throw .driftImpossible(
                device: id, kind: drift.name, reason: "the lab has no drift for Junos; change its system")
        case .linux(var device):
            let done = try device.drift(drift, on: id)
            system = .linux(device)
            return done
        }
    }
}

extension IOSSystem {
    fileprivate mutating func drift(_ drift: Drift, on id: String) throws(LabError) -> String {
        switch drift {
        case .rogueCommunity:
            let line = "snmp-server community dEmOsEcReT-rogue RW"
            try edit(section: "", add: [line], remove: [], drift, id)
            return "\(id): added an SNMP community that may write (snmp-server community … RW)"
        case .telnet:
            let sections = runningConfig.filter { $0.hasPrefix("line vty") }
            guard !sections.isEmpty else { throw .driftImpossible(device: id, kind: drift.name, reason: "no line vty") }
            for section in sections {
                try edit(
                    section: section, add: [" transport input telnet ssh"], remove: [" transport input ssh"], drift, id)
            }
            return "\(id): opened telnet on \(sections.joined(separator: ", ")) (transport input telnet ssh)"
        case .firmware:
            version = "15.2(7)E9"
            image = "flash:c2960x-universalk9-mz.152-7.E9.bin"
            return "\(id): now runs version \(version), and not the approved one"
        case .rogueUser:
            let line = "username backdoor privilege 15 secret 9 $9$dEmOsEcReTbackdoor$Zz9yX8wV7uT6sR5q"
            try edit(section: "", add: [line], remove: [], drift, id)
            return "\(id): added the account 'backdoor' with privilege 15"
        case .lines(let section, let add, let remove):
            try edit(section: section, add: add, remove: remove, drift, id)
            let place = section.isEmpty ? "the top level" : "'\(section)'"
            return "\(id): in \(place) removed \(remove.count) and added \(add.count) lines"
        case .file: throw .driftImpossible(device: id, kind: drift.name, reason: "it has a command line and no files")
        }
    }

    /// Takes lines away from a section and adds others where they stood, or else at the section's end.
    private mutating func edit(
        section: String, add: [String], remove: [String], _ drift: Drift, _ id: String
    ) throws(LabError) {
        var lines = runningConfig
        var range = lines.startIndex..<lines.endIndex
        if !section.isEmpty {
            guard let start = lines.firstIndex(of: section) else {
                throw .driftImpossible(device: id, kind: drift.name, reason: "there is no section '\(section)'")
            }
            let end = lines[(start + 1)...].firstIndex { !$0.hasPrefix(" ") } ?? lines.endIndex
            range = (start + 1)..<end
        }
        var place: Int?
        var end = range.upperBound
        for line in remove {
            let wanted = section.isEmpty || line.hasPrefix(" ") ? line : " " + line
            guard let found = lines[range.lowerBound..<end].firstIndex(of: wanted) else {
                throw .driftImpossible(device: id, kind: drift.name, reason: "there is no line '\(line)' to remove")
            }
            lines.remove(at: found)
            end -= 1
            place = found
        }
        let added = add.map { section.isEmpty || $0.hasPrefix(" ") ? $0 : " " + $0 }
        lines.insert(contentsOf: added, at: place ?? (section.isEmpty ? topLevelEnd(of: lines, added) : end))
        change { $0 = lines }
    }

    /// Where IOS would show a new top-level line: after the last of its kind, else at the end.
    private func topLevelEnd(of lines: [String], _ added: [String]) -> Int {
        let word = added.first?.split(separator: " ").first.map { $0 + " " } ?? ""
        return lines.lastIndex { $0.hasPrefix(word) }.map { $0 + 1 } ?? lines.endIndex
    }
}

extension LinuxSystem {
    fileprivate mutating func drift(_ drift: Drift, on id: String) throws(LabError) -> String {
        switch drift {
        case .rogueCommunity:
            try append("rwcommunity dEmOsEcReT-rogue\n", to: "/etc/snmp/snmpd.conf", drift, id)
            return "\(id): added an SNMP community that may write to /etc/snmp/snmpd.conf"
        case .telnet:
            files.write("/etc/inetd.conf", text: "telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n")
            return "\(id): opened telnet in /etc/inetd.conf"
        case .firmware: return try alterFirmware(drift, id)
        case .rogueUser:
            try append("backdoor:x:0:0::/root:/bin/sh\n", to: "/etc/passwd", drift, id)
            return "\(id): added the account 'backdoor' with user id 0"
        case .file(let path, let line):
            try append(line + "\n", to: path, drift, id)
            return "\(id): added a line to \(path)"
        case .lines: throw .driftImpossible(device: id, kind: drift.name, reason: "it has files; use --file")
        }
    }

    private mutating func append(_ text: String, to path: String, _ drift: Drift, _ id: String) throws(LabError) {
        guard let real = files.resolve(path), let bytes = files.read(real), let file = files.entry(real) else {
            throw .driftImpossible(device: id, kind: drift.name, reason: "there is no file \(path)")
        }
        files.write(real, bytes + text.utf8, mode: file.mode, modified: file.modified + 86_400)
    }

    /// One byte in the middle of the first firmware image; its size stays.
    private mutating func alterFirmware(_ drift: Drift, _ id: String) throws(LabError) -> String {
        for vendor in files.names(in: "/opt") ?? [] {
            guard let name = files.names(in: "/opt/\(vendor)/firmware")?.first,
                case let path = "/opt/\(vendor)/firmware/\(name)", var bytes = files.read(path), !bytes.isEmpty,
                let file = files.entry(path)
            else { continue }
            bytes[bytes.count / 2] ^= 0x5a
            files.write(path, bytes, mode: file.mode, modified: file.modified &+ 60)
            return "\(id): altered one byte of \(path), its size unchanged"
        }
        throw .driftImpossible(device: id, kind: drift.name, reason: "there is no firmware below /opt")
    }
}
