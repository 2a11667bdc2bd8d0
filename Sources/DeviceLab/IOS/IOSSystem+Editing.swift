/// What commands of the configuration mode do.
extension IOSSystem {
    enum Edit: Equatable {
        case changed, unchanged
        /// Answered with this line.
        case refused(String)
        /// Answered as a line that the device does not know.
        case unknown
    }

    mutating func edit(_ entry: IOSText.Entry, at path: [String]) -> Edit {
        let words = entry.text.words
        if words.first == "no" || words.first == "default" {
            if let refusal = refusal(of: words, at: path) { return refusal }
        } else if let refusal = objection(to: words, at: path) {
            return .refused(refusal)
        } else if words.starts(with: ["interface", "range"]) {
            return .unknown
        } else if path.isEmpty, Self.isPhysical(entry.text), let ports, !ports.contains(words.dropFirst().joined()) {
            return .unknown
        }
        let hostname = running.value("hostname")
        let changed =
            words.first == "default"
            ? reset(Array(words.dropFirst()), at: path) : running.enter([entry], at: path)
        guard changed else { return .unchanged }
        noteChange(hostnameBefore: hostname)
        return .changed
    }

    private func refusal(of words: [String], at path: [String]) -> Edit? {
        let subject = words.dropFirst().joined(separator: " ")
        if words.count == 5, words[1...2] == ["ip", "address"], isPrimary(subject, at: path),
            running.section(path)?.contains(where: { $0.text.hasSuffix(" secondary") }) ?? false
        {
            return .refused("Must delete secondary before deleting primary")
        }
        guard path.isEmpty, words.first == "no" else { return nil }
        if Self.isPhysical(subject) { return .refused("% Removal of physical interfaces is not permitted") }
        if subject.hasPrefix("ip route "), running.section([subject]) == nil {
            return .refused("%No matching route to delete")
        }
        return nil
    }

    private func isPrimary(_ address: String, at path: [String]) -> Bool {
        running.section(path)?.contains { $0.text == address } ?? false
    }

    /// What the device has against a line, given what else it is told.
    private func objection(to words: [String], at path: [String]) -> String? {
        if words.first == "neighbor", words.count > 2, path.first?.hasPrefix("router bgp ") ?? false {
            guard !["remote-as", "peer-group"].contains(words[2]) else { return nil }
            let isKnown = running.section([path[0]])?.contains {
                $0.key == "neighbor \(words[1]) remote-as" || $0.key.hasPrefix("neighbor \(words[1]) peer-group")
            }
            return isKnown == true ? nil : "% Specify remote-as or peer-group commands first"
        }
        guard words.count >= 4, words[0...1] == ["ip", "address"], path.count == 1 else { return nil }
        let wanted = Self.network(words[2...])
        let others = running.lines.filter { $0.key.hasPrefix("interface ") && $0.key != path[0] }
        for line in others where !line.below.contains(where: { $0.key.hasSuffix("vrf forwarding") }) {
            for inner in line.below where inner.key.hasPrefix("ip address") {
                guard wanted != nil, Self.network(inner.text.words.dropFirst(2)) == wanted else { continue }
                return "% \(words[2]) overlaps with \(line.key.dropFirst("interface ".count))"
            }
        }
        return nil
    }

    /// Of an address and its mask; nil for words that are none.
    private static func network(_ words: ArraySlice<String>) -> [UInt8]? {
        guard let first = words.first, let second = words.dropFirst().first else { return nil }
        let (address, mask) = (bytes(first), bytes(second))
        guard address.count == 4, mask.count == 4 else { return nil }
        return zip(address, mask).map { $0 & $1 } + mask
    }

    private static func bytes(_ text: String) -> [UInt8] {
        text.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
    }

    private mutating func reset(_ words: [String], at path: [String]) -> Bool {
        path.isEmpty && words.first == "interface"
            ? running.clear([words.joined(separator: " ")]) : running.remove(words, at: path)
    }

    /// Whether a line opens an interface that is a thing and no notion.
    static func isPhysical(_ line: String) -> Bool {
        guard line.hasPrefix("interface "), !line.contains(".") else { return false }
        let name = line.dropFirst(10).lowercased()
        return !["vlan", "loopback", "port-channel", "tunnel", "bvi", "bdi", "dialer", "nve", "null", "range"]
            .contains { name.hasPrefix($0) }
    }

    /// Where `archive` keeps its copies; nil when it keeps none.
    var archivePath: String? {
        running.section(["archive"])?.first { $0.key == "path" }.map { String($0.text.dropFirst(5)) }
    }

    /// The name of the next copy.
    var archiveName: String {
        let path = (archivePath ?? "flash:").replacing("$h", with: hostname)
        return "\(path)-\(archived + 1)"
    }
}
