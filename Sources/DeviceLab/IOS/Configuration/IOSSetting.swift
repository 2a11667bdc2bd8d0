/// What a configuration line does to its section.
enum IOSSetting {
    /// Takes the place of what has the same key.
    case set(key: String, text: String)
    /// `no` before these words.
    case remove([String])
    /// IOS keeps nothing of it.
    case nothing

    init(_ line: String, in section: IOSSection?) {
        var words = line.words
        if section?.isRaw == true {
            self = .set(key: line, text: line)
            return
        }
        let isNegated = words.first == "no" && words.count > 1
        if isNegated { words.removeFirst() }
        let key = Self.key(words, in: section)
        if Self.isVolatile(words) {
            self = .nothing
        } else if isNegated {
            self = Self.saysNo(key, in: section) ? .set(key: key, text: "no " + key) : .remove(words)
        } else if Self.isSilent(words.joined(separator: " "), in: section) {
            self = .remove(words)
        } else {
            self = .set(key: key, text: Self.aligned(line, words, in: section))
        }
    }

    /// In access lists of IP version 4 `deny` is as wide as `permit`.
    private static func aligned(_ line: String, _ words: [String], in section: IOSSection?) -> String {
        let place = section == nil && words.first == "access-list" ? 2 : 0
        guard section?.opening.hasPrefix("ip access-list") ?? (place == 2), words.count > place + 1,
            words[place] == "deny"
        else { return line }
        return (words[..<place] + ["deny  "] + words[(place + 1)...]).joined(separator: " ")
    }

    /// What two values of one setting have in common; the whole line where there may be many.
    static func key(_ words: [String], in section: IOSSection?) -> String {
        let whole = words.joined(separator: " ")
        guard IOSSection.opened(by: words, in: section) == nil else { return whole }
        for rule in (section == nil ? topKeys : innerKeys)[words.first ?? ""] ?? []
        where words.count >= rule.words.count && words.starts(with: rule.words) {
            if rule.words == ["ip", "address"], words.last == "secondary" { return whole }
            return words.prefix(rule.words.count + rule.named).joined(separator: " ")
        }
        if words.first == "neighbor", words.count > 3, ofNeighbors.contains(words[2]) {
            return words.prefix(3).joined(separator: " ")
        }
        // One in each direction.
        if ["in", "out", "input", "output"].contains(words.last), Self.directed.contains(words[0]) || words[0] == "ip" {
            let stem = words[0] == "ip" ? words.prefix(2) : words.prefix(1)
            if stem.count == 1 || stem.last == "access-group" { return (stem + words.suffix(1)).joined(separator: " ") }
        }
        return whole
    }

    /// `no access-list 10` takes all its lines, `no route-map X` all its sections.
    static func isNamedByBeginning(_ words: [String]) -> Bool {
        words.count == 2 && ["access-list", "route-map", "object-group"].contains(words[0])
            || words.count == 3 && words.starts(with: ["ip", "prefix-list"])
    }

    /// `no neighbor 10.0.0.2`, and that of its system's number, take all that is said of it.
    static func neighbor(takenBackBy words: [String]) -> String? {
        guard words.first == "neighbor", words.count == 2 || words.count > 2 && words[2] == "remote-as" else {
            return nil
        }
        return words.prefix(2).joined(separator: " ")
    }

    private static let ofNeighbors: Set<String> = [
        "remote-as", "description", "password", "timers", "update-source", "ebgp-multihop", "weight",
    ]

    /// Whether the configuration shows the setting's absence.
    private static func saysNo(_ key: String, in section: IOSSection?) -> Bool {
        guard let section else { return silent.contains(key) || spoken.contains(key) }
        return section.isInterface && (silentInInterfaces.contains(key) || key == "ip address")
            || !section.isInterface && (silentElsewhere.contains(key) || key == "login")
    }

    /// Whether the configuration does not show the setting's presence.
    private static func isSilent(_ key: String, in section: IOSSection?) -> Bool {
        guard let section else { return silent.contains(key) }
        return section.isInterface ? silentInInterfaces.contains(key) : silentElsewhere.contains(key)
    }

    private static func isVolatile(_ words: [String]) -> Bool {
        words.starts(with: ["ntp", "clock-period"]) || words == ["exit-address-family"]
    }

    private static let directed: Set<String> = ["access-class", "service-policy", "distribute-list"]

    private static let silent: Set<String> = [
        "service pad", "ip domain-lookup", "ip domain lookup", "ip source-route", "logging console", "logging monitor",
        "ip dhcp snooping information option", "ip bootp server", "ip finger", "service config", "cdp run", "ip cef",
        "ip gratuitous-arps", "service dhcp", "ip subnet-zero", "mop enabled",
        "spanning-tree optimize bpdu transmission",
        "platform punt-keepalive disable-kernel-core",
    ]
    private static let spoken: Set<String> = [
        "ip http server", "ip http secure-server", "aaa new-model", "network-clock-participate",
    ]
    private static let silentInInterfaces: Set<String> = [
        "switchport", "cdp enable", "lldp transmit", "lldp receive", "ip redirects", "ip proxy-arp", "ip unreachables",
        "mop enabled", "mop sysid", "snmp trap link-status", "logging event link-status", "keepalive", "ip route-cache",
    ]
    private static let silentElsewhere: Set<String> = ["exec", "auto-summary", "synchronization"]

    private struct KeyRule: Sendable {
        var words: [String]
        /// How many further words name the one.
        var named: Int

        init(_ text: String, _ named: Int) {
            words = text.words
            self.named = named
        }
    }

    private static func table(_ rules: [(texts: [String], named: Int)]) -> [String: [KeyRule]] {
        let rules = rules.flatMap { rule in rule.texts.map { KeyRule($0, rule.named) } }
        return Dictionary(grouping: rules) { $0.words[0] }.mapValues { $0.sorted { $0.words.count > $1.words.count } }
    }

    private static let topKeys = table([
        (
            [
                "hostname", "version", "enable secret", "enable password", "ip default-gateway", "ip domain-name",
                "ip domain name", "ip ssh version", "ip ssh time-out", "ip ssh authentication-retries", "ip http port",
                "ip http authentication", "spanning-tree mode", "snmp-server location", "snmp-server contact",
                "snmp-server chassis-id", "logging buffered", "logging trap", "logging facility",
                "logging source-interface",
                "logging console", "logging monitor", "ntp source", "vtp mode", "vtp domain", "vtp version",
                "clock timezone",
                "clock summer-time", "ip radius source-interface", "ip tacacs source-interface", "aaa session-id",
                "service timestamps debug", "service timestamps log", "ip dhcp snooping vlan", "config-register",
                "errdisable recovery interval", "snmp-server trap-source", "ip tftp source-interface",
            ], 0
        ),
        (
            [
                "username", "banner", "ntp server", "ntp peer", "ntp authentication-key", "snmp-server community",
                "snmp-server group", "ip name-server vrf", "alias exec",
            ], 1
        ),
        (["aaa authentication", "aaa authorization", "aaa accounting"], 2),
    ])

    private static let innerKeys = table([
        (
            [
                "description", "ip address", "switchport access vlan", "switchport mode", "switchport voice vlan",
                "switchport trunk allowed vlan", "switchport trunk native vlan", "switchport trunk encapsulation",
                "switchport port-security maximum", "switchport port-security violation", "speed", "duplex", "mtu",
                "ip mtu",
                "bandwidth", "delay", "channel-group", "spanning-tree portfast", "spanning-tree bpduguard",
                "spanning-tree guard", "spanning-tree link-type", "spanning-tree cost", "storm-control broadcast level",
                "storm-control multicast level", "storm-control unicast level", "storm-control action", "load-interval",
                "encapsulation", "vrf forwarding", "ip vrf forwarding", "exec-timeout", "session-timeout", "password",
                "transport input", "transport output", "transport preferred", "login", "length", "width",
                "privilege level",
                "name", "path", "maximum", "time-period", "address ipv4", "key", "key-string", "timeout", "router-id",
                "logging size", "rd", "lease", "default-router", "network", "domain-name", "dns-server", "media-type",
                "ip dhcp snooping limit rate", "ip tcp adjust-mss", "power inline", "authentication port-control",
                "enrollment", "rsakeypair", "revocation-check", "subject-name", "frequency", "threshold", "tag", "encr",
                "hash", "group", "lifetime", "state", "ip unnumbered", "stopbits", "tunnel source",
                "tunnel destination",
                "tunnel mode", "set local-preference", "set metric", "set weight", "set tag", "set origin",
                "set community",
                "set dscp", "event", "bgp router-id",
            ], 0
        ),
        (["standby"], 2),
    ])
}
