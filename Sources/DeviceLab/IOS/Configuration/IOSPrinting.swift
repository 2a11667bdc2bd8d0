/// How a configuration is printed: groups in the order that IOS has for them, whatever order they were entered in.
extension IOSConfiguration {
    /// The lines between the header and `end`.
    package var text: [String] { text(endMark: "^C") }

    /// As a file of the device holds it, with the one character where the terminal shows `^C`.
    var fileText: [String] { text(endMark: "\u{3}") }

    private func text(endMark: String) -> [String] {
        var text: [String] = []
        var group: Int?
        for (line, rank) in Self.sorted(lines, in: nil) {
            let section = IOSSection.opened(by: line.text.words, in: nil)
            let isSpaced = section != nil && IOSPrintOrder.isSpaced(line.text)
            if let last = group, last != rank / IOSPrintOrder.groupSize, text.last != "!" { text.append("!") }
            group = rank / IOSPrintOrder.groupSize
            Self.print(line, section, depth: 0, endMark, into: &text)
            if isSpaced { text.append("!") }
        }
        return text
    }

    private static func sorted(_ lines: [Line], in section: IOSSection?) -> [(line: Line, rank: Int)] {
        let ranked = lines.map { ($0, IOSPrintOrder.rank(of: $0.text, in: section)) }
        if section?.isOrdered == true {
            // What fits no class comes last, whenever it was entered.
            return ranked.filter { $0.0.key != "class class-default" }
                + ranked.filter { $0.0.key == "class class-default" }
        }
        if ranked.count < 2 { return ranked }
        // Stable, so that lines of access lists stay as they were entered.
        return ranked.enumerated().sorted { left, right in
            let ((first, firstRank), (second, secondRank)) = (left.element, right.element)
            if firstRank != secondRank { return firstRank < secondRank }
            if !IOSPrintOrder.isKept(first.text), first.key != second.key {
                return NaturalOrder.precedes(IOSPrintOrder.name(first.key), IOSPrintOrder.name(second.key))
            }
            let numbers = (first.text.words.dropFirst().first ?? "", second.text.words.dropFirst().first ?? "")
            if IOSPrintOrder.isKept(first.text), numbers.0 != numbers.1 {
                return NaturalOrder.precedes(numbers.0, numbers.1)
            }
            return left.offset < right.offset
        }.map(\.element)
    }

    private static func print(
        _ line: Line, _ section: IOSSection?, depth: Int, _ endMark: String, into text: inout [String]
    ) {
        guard line.body.isEmpty else {
            let whole = line.text + " " + endMark + line.body.joined(separator: "\n") + endMark
            text += whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return
        }
        text.append(String(repeating: " ", count: depth) + line.text)
        guard let section else { return }
        for (inner, _) in sorted(line.below, in: section) {
            print(inner, IOSSection.opened(by: inner.text.words, in: section), depth: depth + 1, endMark, into: &text)
        }
        if section.opening == "address-family" {
            text.append(String(repeating: " ", count: depth) + "exit-address-family")
        }
    }
}

/// The places of lines in a printed configuration.
enum IOSPrintOrder {
    static let groupSize = 1_000

    /// The rank of a line among those of its section: its group's at the top level, its own in a group and in a section.
    static func rank(of line: String, in section: IOSSection?) -> Int {
        let subject = line.hasPrefix("no ") ? line.dropFirst(3) : line[...]
        let first = String(subject.prefix { $0 != " " })
        let table = section == nil ? top : inner
        let found = table[first]?.first {
            subject == $0.prefix || subject.hasPrefix($0.prefix + " ") || $0.isOpen && subject.hasPrefix($0.prefix)
        }
        return found?.rank ?? (section == nil ? otherGroup * groupSize : innerOther)
    }

    /// Whether lines of this kind stay in the order of their entering.
    static func isKept(_ line: String) -> Bool { line.hasPrefix("access-list ") }

    /// Whether `!` follows each section of this kind.
    static func isSpaced(_ line: String) -> Bool {
        !["line ", "ip access-list ", "tacacs server ", "radius server "].contains { line.hasPrefix($0) }
    }

    /// By what lines of one rank are ordered: what makes a neighbour stands before what is said of it.
    static func name(_ key: String) -> String {
        key.hasPrefix("neighbor ") && key.hasSuffix(" remote-as") ? String(key.dropLast(10)) : key
    }

    private struct Entry: Sendable {
        var prefix: String
        var rank: Int
        /// The prefix may end inside a word, as in `interface Vlan`.
        var isOpen: Bool
    }

    private static func table(_ entries: [(String, Int)]) -> [String: [Entry]] {
        let entries = entries.map { text, rank in
            Entry(prefix: text.hasSuffix("*") ? String(text.dropLast()) : text, rank: rank, isOpen: text.hasSuffix("*"))
        }
        return Dictionary(grouping: entries) { String($0.prefix.prefix { $0 != " " }) }
            .mapValues { $0.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count } }
    }

    private static let otherGroup = groups.firstIndex { $0 == ["*"] } ?? 0
    private static let top = table(
        groups.enumerated().flatMap { group, prefixes in
            prefixes.enumerated().map { ($0.element, group * groupSize + $0.offset) }
        })

    private static let groups: [[String]] = [
        ["version", "service"],
        ["hostname"],
        ["boot-start-marker", "boot", "boot-end-marker"],
        ["vrf definition", "ip vrf"],
        ["logging buffered", "logging console", "logging monitor", "enable secret", "enable password"],
        ["username", "aaa new-model"],
        ["aaa group server"],
        ["aaa authentication", "aaa authorization", "aaa accounting", "aaa"],
        ["aaa session-id", "clock timezone", "clock summer-time", "switch", "system"],
        [
            "ip source-route", "ip routing", "ip cef", "ip domain-lookup", "ip domain", "ip domain-name",
            "ip name-server", "ip host", "ip dhcp excluded-address",
        ],
        ["ip dhcp pool"],
        ["ip dhcp snooping", "ip dhcp", "ip device tracking", "ip multicast-routing", "login", "vtp", "ipv6"],
        ["flow", "key chain"],
        ["crypto pki"],
        ["archive"],
        ["spanning-tree", "errdisable", "port-channel"],
        ["vlan internal", "vlan"],
        ["lldp", "cdp", "track", "redundancy"],
        ["class-map"],
        ["policy-map"],
        ["crypto"],
        [
            "interface Loopback*", "interface Tunnel*", "interface Port-channel*", "interface",
            "interface Vlan*",
        ],
        ["router"],
        ["ip default-gateway", "ip forward-protocol", "ip http", "ip ssh", "ip scp", "ip route", "ip"],
        ["ip access-list", "ip sla"],
        ["ip radius", "ip tacacs"],
        [
            "ip prefix-list", "logging trap", "logging facility", "logging", "access-list", "ipv6 access-list",
            "mac access-list",
        ],
        ["route-map"],
        ["snmp-server", "snmp"],
        ["tacacs-server", "tacacs server", "radius-server", "radius server", "radius", "tacacs"],
        ["*"],
        ["control-plane"],
        ["banner exec", "banner login", "banner motd", "banner", "privilege", "alias"],
        ["line con", "line aux", "line", "line vty"],
        ["event manager", "kron"],
        ["ntp authentication-key", "ntp authenticate", "ntp trusted-key", "ntp source", "ntp"],
        ["!"],
    ]

    private static let innerOther = 500
    private static let inner = table(
        innerFirst.enumerated().map { ($0.element, $0.offset) }
            + innerLast.enumerated().map { ($0.element, innerOther + 1 + $0.offset) })

    private static let innerFirst = [
        "rd", "event", "description", "switchport access vlan", "switchport trunk encapsulation",
        "switchport trunk native vlan",
        "switchport trunk allowed vlan", "switchport mode", "switchport", "switchport nonegotiate",
        "switchport voice vlan",
        "vrf forwarding", "ip vrf forwarding", "ip address", "access-class", "exec-timeout", "privilege level",
        "password",
        "logging synchronous", "bgp router-id", "router-id", "bgp", "neighbor", "address-family", "path", "maximum",
    ]
    private static let innerLast = [
        "shutdown", "speed", "duplex", "mtu", "storm-control", "spanning-tree", "service-policy", "ip dhcp snooping",
    ]
}

/// An order in which `2` stands before `10`.
enum NaturalOrder {
    static func precedes(_ left: String, _ right: String) -> Bool {
        var (a, b) = (Array(left.utf8)[...], Array(right.utf8)[...])
        while let x = a.first, let y = b.first {
            if isDigit(x), isDigit(y) {
                let (first, second) = (number(&a), number(&b))
                if first != second {
                    return first.count != second.count
                        ? first.count < second.count : first.lexicographicallyPrecedes(second)
                }
                continue
            }
            if x != y { return x < y }
            a.removeFirst()
            b.removeFirst()
        }
        return a.count < b.count
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Takes a number off, without its leading zeros.
    private static func number(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = text.prefix(while: isDigit)
        text = text.dropFirst(digits.count)
        return digits.drop { $0 == 48 }
    }
}
