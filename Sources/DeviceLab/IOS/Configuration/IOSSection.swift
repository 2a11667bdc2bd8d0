/// A kind of section of an IOS-like configuration: what opens it, how its mode is called, what it takes.
struct IOSSection: Sendable {
    /// The words that open it; a number of further words names the one.
    let opening: String
    /// The mode in the prompt, such as `config-if`.
    let mode: String
    /// The openings of sections inside it.
    var inner: [String] = []
    /// Words that begin its lines although they are also known at the top level; with a `$`, all of the line.
    var shared: [String] = []
    /// Whether its lines keep the order of their entering.
    var isOrdered = false
    /// Takes any line, up to `quit`: the digits of a certificate.
    var isRaw = false

    var isInterface: Bool { opening == "interface" }

    /// The kind of section that the words open inside another (nil for the top level); nil when they open none.
    static func opened(by words: [String], in section: IOSSection?) -> IOSSection? {
        guard let section else { return first(words, in: top[words.first ?? ""] ?? []) }
        guard !section.inner.isEmpty else { return nil }
        return first(words, in: nested.filter { section.inner.contains($0.opening) })
    }

    private static func first(_ words: [String], in kinds: [IOSSection]) -> IOSSection? {
        kinds.first { kind in
            let opening = kind.opening.words
            guard words.count >= opening.count, words.starts(with: opening) else { return false }
            // `vlan internal allocation policy ascending` is a setting, `vlan 10` a section.
            return kind.opening != "vlan" || words.count == 2 && words[1].first?.isNumber == true
        }
    }

    /// Whether a line is one of this section's. Both `no` and `default` are off already.
    func takes(_ words: [String]) -> Bool {
        guard let first = words.first else { return false }
        if isRaw || Self.opened(by: words, in: self) != nil { return true }
        if first.allSatisfy(\.isNumber) { return isOrdered }
        if IOSVocabulary.top.contains(first) {
            return shared.contains { words.starts(with: $0.words) || $0 == words[0] + "$" && words.count == 1 }
                && words.last != "default"
        }
        return IOSVocabulary.inSections.contains(first)
    }

    private static let top = Dictionary(grouping: kinds) { $0.opening.words[0] }

    private static let kinds = [
        IOSSection(
            opening: "interface", mode: "config-if",
            shared: [
                "ip address", "ip access-group", "ip helper-address", "ip ospf", "ip nat inside", "ip nat outside",
                "ip mtu",
                "ip tcp adjust-mss", "ip policy", "ip proxy-arp", "ip redirects", "ip unreachables", "ip verify",
                "ip flow",
                "ip directed-broadcast", "ip pim", "ip igmp", "ip route-cache", "ip dhcp snooping trust",
                "ip dhcp snooping limit", "ip arp inspection trust", "ip arp inspection limit", "ip unnumbered",
                "ip verify",
                "ip virtual-reassembly", "ip nhrp", "ip summary-address", "ip device tracking", "ip authentication",
                "ipv6 address", "ipv6 enable", "ipv6 nd", "ipv6 traffic-filter", "ipv6 ospf", "ipv6 unreachables",
                "ipv6 redirects", "ipv6 dhcp", "ipv6 verify", "vrf forwarding", "logging event", "snmp trap",
                "spanning-tree portfast", "spanning-tree bpduguard", "spanning-tree bpdufilter", "spanning-tree guard",
                "spanning-tree link-type", "spanning-tree cost", "spanning-tree port-priority", "spanning-tree mst",
                "mac access-group",
                "cdp enable",
                "lldp transmit", "lldp receive", "udld port", "power inline", "mls qos trust", "mls qos cos",
                "dot1x pae", "dot1x timeout", "dot1x max-req",
                "authentication", "crypto map", "standby", "arp timeout", "mpls", "ntp disable", "ntp broadcast",
                "device-tracking attach-policy", "cts", "ip vrf forwarding",
            ]),
        IOSSection(
            opening: "line", mode: "config-line",
            shared: [
                "logging synchronous", "login local", "login authentication", "login$", "privilege level",
                "ipv6 access-class", "authorization", "accounting",
                "monitor",
            ]),
        IOSSection(opening: "vlan", mode: "config-vlan"),
        IOSSection(
            opening: "router", mode: "config-router", inner: ["address-family"],
            shared: ["version"]),
        IOSSection(opening: "ip access-list standard", mode: "config-std-nacl", isOrdered: true),
        IOSSection(opening: "ip access-list extended", mode: "config-ext-nacl", isOrdered: true),
        IOSSection(opening: "ipv6 access-list", mode: "config-ipv6-acl", isOrdered: true),
        IOSSection(opening: "mac access-list", mode: "config-ext-macl", isOrdered: true),
        IOSSection(opening: "policy-map", mode: "config-pmap", inner: ["class"], isOrdered: true),
        IOSSection(opening: "class-map", mode: "config-cmap"),
        IOSSection(opening: "route-map", mode: "config-route-map"),
        IOSSection(opening: "key chain", mode: "config-keychain", inner: ["key"], shared: ["key"]),
        IOSSection(opening: "vrf definition", mode: "config-vrf", inner: ["address-family"]),
        IOSSection(opening: "ip vrf", mode: "config-vrf"),
        IOSSection(
            opening: "aaa group server tacacs+", mode: "config-sg-tacacs+", shared: ["ip vrf forwarding", "ip tacacs"],
            isOrdered: true),
        IOSSection(
            opening: "aaa group server radius", mode: "config-sg-radius", shared: ["ip vrf forwarding", "ip radius"],
            isOrdered: true),
        IOSSection(opening: "tacacs server", mode: "config-server-tacacs", shared: ["key"]),
        IOSSection(opening: "radius server", mode: "config-radius-server", shared: ["key"]),
        IOSSection(opening: "archive", mode: "config-archive", inner: ["log config"]),
        IOSSection(opening: "ip dhcp pool", mode: "dhcp-config"),
        IOSSection(opening: "crypto isakmp policy", mode: "config-isakmp", shared: ["authentication"]),
        IOSSection(opening: "crypto ipsec transform-set", mode: "cfg-crypto-trans"),
        IOSSection(opening: "crypto ipsec profile", mode: "ipsec-profile"),
        IOSSection(opening: "crypto pki trustpoint", mode: "ca-trustpoint", shared: ["vrf"]),
        IOSSection(
            opening: "crypto pki certificate chain", mode: "config-cert-chain", inner: ["certificate"], isOrdered: true),
        IOSSection(opening: "crypto keyring", mode: "conf-keyring"),
        IOSSection(opening: "crypto map", mode: "config-crypto-map"),
        IOSSection(opening: "ip sla", mode: "config-ip-sla", inner: ["icmp-echo", "udp-jitter", "tcp-connect"]),
        IOSSection(opening: "object-group", mode: "config-network-group", isOrdered: true),
        IOSSection(opening: "event manager applet", mode: "config-applet", shared: ["event"]),
        IOSSection(opening: "kron policy-list", mode: "config-kron-policy", isOrdered: true),
        IOSSection(opening: "flow exporter", mode: "config-flow-exporter"),
        IOSSection(opening: "flow monitor", mode: "config-flow-monitor"),
        IOSSection(opening: "flow record", mode: "config-flow-record"),
        IOSSection(opening: "control-plane", mode: "config-cp"),
        IOSSection(opening: "redundancy", mode: "config-red"),
    ]

    private static let nested = [
        IOSSection(opening: "address-family", mode: "config-router-af"),
        IOSSection(opening: "class", mode: "config-pmap-c"),
        IOSSection(opening: "key", mode: "config-keychain-key"),
        IOSSection(opening: "log config", mode: "config-archive-log-cfg", shared: ["logging enable", "logging size"]),
        IOSSection(opening: "certificate", mode: "config-pubkey", isOrdered: true, isRaw: true),
        IOSSection(opening: "icmp-echo", mode: "config-ip-sla-echo"),
        IOSSection(opening: "udp-jitter", mode: "config-ip-sla-jitter"),
        IOSSection(opening: "tcp-connect", mode: "config-ip-sla-tcp"),
    ]
}

/// The first words of configuration lines that the lab's IOS knows. It does not judge what follows them.
enum IOSVocabulary {
    static let top = words(
        """
        aaa access-list access-session alias ap archive arp authentication banner boot boot-end-marker boot-start-marker bridge \
        call-home cdp class-map clock config-register control-plane crypto cts device-tracking diagnostic dot1x enable \
        errdisable event file flow hostname hw-module interface ip ipv6 key kron l2vpn ldap license line lldp logging login \
        mac memory memory-size mls monitor mpls multilink netconf netconf-yang network-clock-participate ntp object-group \
        parameter-map platform policy-map port-channel power privilege process prompt qos queue-monitor radius \
        radius-server redundancy restconf route-map router rtr scheduler scripting security service snmp snmp-server sntp \
        spanning-tree stackwise-virtual standby subscriber switch system tacacs tacacs-server template tftp-server time-range \
        track transceiver udld username version vlan voice vpdn vrf vtp wireless
        """)

    static let inSections = words(
        """
        absolute-timeout accept-lifetime access-class action activation-character address address-family aggregate-address \
        area authentication-key auto auto-cost auto-enroll auto-summary autocommand automate-tester bandwidth bfd bgp \
        bootfile cache carrier-delay certificate channel-group channel-protocol class client-identifier collect \
        continue crl cryptographic-algorithm databits deadtime default-information default-metric default-router delay deny \
        description destination distance distribute-list dns-server domain-name dpd drop dscp duplex eigrp encapsulation encr \
        encryption enrollment escape-character evaluate exec exec-banner exec-timeout exit-address-family export \
        export-protocol fair-queue flowcontrol fqdn frequency full-duplex group group-object half-duplex hash \
        hardware-address hidekeys history hold-queue host icmp-echo identity import integrity ip-address isis keepalive \
        key-string keyring lease length lifetime link load-interval local location log log-adjacency-changes mab mac-address \
        macro match maximum maximum-paths max-metric mdix media-type mode motd-banner mop mtu name neighbor net netbios-name-server \
        network next-server nmsp notify nsf option owner pac padding parity passive-interface password path peer permit ping \
        police port priority priority-queue private-vlan protocol queue-limit queue-set random-detect range rd record \
        redistribute remark remote-span reverse-route revocation-check rollback rotary route-target router-id rsakeypair \
        rsa send-lifetime serial-number server server-private service-policy session-timeout set shape shutdown single-connection \
        source speed srr-queue state statistics stopbits storm-control subject-alt-name subject-name summary-address \
        switchport synchronization tag tcp tcp-connect terminal-type threshold time-period timeout timers transport trigger \
        trust tunnel udp udp-jitter usage vacant-message width write-memory cli
        """)

    private static func words(_ text: String) -> Set<String> { Set(text.words) }
}
