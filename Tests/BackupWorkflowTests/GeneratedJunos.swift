/// Configurations of a Junos-like switch and firewall as `set` lines, the same for the same seed.
struct GeneratedJunos {
    private let seed: Int
    private let other: Int
    private var dice = SeededDice(0)
    private var part = 0
    private var lines: [String] = []

    /// Without `set` before them.
    /// - Parameter other: Of this seed are most parts.
    static func statements(seed: Int, like other: Int) -> [String] {
        var generated = GeneratedJunos(seed: seed, other: other)
        generated.make()
        return generated.lines
    }

    private init(seed: Int, other: Int) {
        self.seed = seed
        self.other = other
    }

    /// What is made next is the same for the same of the two seeds, whatever the parts before it are.
    private mutating func begin() {
        part += 1
        dice = SeededDice(seed * 64 + part)
        dice = SeededDice((chance(25) ? seed : other) * 64 + part)
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }
    private mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &dice)] }
    private mutating func some<T>(_ values: [T], _ percent: Int) -> [T] { values.filter { _ in chance(percent) } }
    private mutating func maybe(_ percent: Int, _ line: String) {
        if chance(percent) { lines.append(line) }
    }
    private mutating func shuffled(_ all: [String]) -> [String] { some(all, 60).shuffled(using: &dice) }

    private mutating func make() {
        lines.append("version 22.4R3.25")
        begin()
        system()
        for port in ["ge-0/0/0", "ge-0/0/1", "ge-0/0/10", "ae0", "lo0"] {
            begin()
            if chance(75) { interface(port) }
        }
        begin()
        snmp()
        begin()
        policies()
        begin()
        filters()
        begin()
        zones()
        begin()
        routing()
        begin()
        for vlan in some(["pumps", "voice", "mgmt"], 60) {
            lines.append("vlans \(vlan) vlan-id \(pick([10, 20, 30]))")
            maybe(40, "vlans \(vlan) description \(pick(["\"infusion pumps\"", "spare"]))")
            maybe(30, "vlans \(vlan) l3-interface irb.\(pick([10, 20]))")
        }
        if chance(30) { lines.append("switch-options voip interface ge-0/0/0.0 vlan \(pick(["voice", "mgmt"]))") }
    }

    private mutating func system() {
        lines.append("system host-name ex-\(pick([1, 2]))")
        maybe(40, "system domain-name \(pick(["ward.example", "hospital.example"]))")
        maybe(50, "system time-zone \(pick(["Europe/Berlin", "UTC"]))")
        lines.append("system root-authentication encrypted-password \"$6$\(pick(["aB", "cD"]))$x\"")
        for way in shuffled(["password", "tacplus", "radius"]) { lines.append("system authentication-order \(way)") }
        for server in some([1, 2], 50) { lines.append("system name-server 10.9.9.\(server)") }
        for server in some([1, 2], 40) {
            lines.append("system tacplus-server 10.9.7.\(server) secret \"$9$\(pick(["ab", "cd"]))\"")
            maybe(50, "system tacplus-server 10.9.7.\(server) source-address 10.0.0.\(pick([1, 2]))")
        }
        maybe(40, "system login message \"\(pick(["Staff only; no entry", "Call 4711 { ward 3 }"]))\"")
        if chance(40) {
            lines.append("system login class ops idle-timeout \(pick([5, 10]))")
            for right in shuffled(["view", "network", "configure"]) {
                lines.append("system login class ops permissions \(right)")
            }
        }
        for user in some(["netbackup", "ward"], 60) {
            maybe(40, "system login user \(user) full-name \"Ward \(pick([1, 2]))\"")
            lines.append("system login user \(user) uid \(pick([2001, 2002]))")
            lines.append("system login user \(user) class \(pick(["super-user", "read-only"]))")
            maybe(50, "system login user \(user) authentication encrypted-password \"$6$\(user)$\(pick([1, 2]))\"")
            maybe(40, "system login user \(user) authentication ssh-ed25519 \"ssh-ed25519 AAAA\(pick([1, 2])) x\"")
        }
        lines.append("system services ssh")
        maybe(50, "system services ssh root-login \(pick(["deny", "allow"]))")
        maybe(40, "system services ssh protocol-version v2")
        maybe(40, "system services netconf ssh")
        maybe(20, "system services telnet")
        for host in some([1, 2], 50) {
            maybe(80, "system syslog host 10.9.9.\(host) any \(pick(["notice", "warning"]))")
            maybe(40, "system syslog host 10.9.9.\(host) authorization info")
        }
        maybe(50, "system syslog file messages any \(pick(["notice", "warning"]))")
        maybe(30, "system max-configuration-rollbacks \(pick([5, 10]))")
        for server in some([10, 11], 60) {
            lines.append("system ntp server 10.9.8.\(server)\(pick(["", " prefer"]))")
        }
        maybe(30, "system ntp boot-server 10.9.8.\(pick([1, 2]))")
        maybe(30, "chassis aggregated-devices ethernet device-count \(pick([1, 2]))")
        maybe(30, "chassis alarm management-ethernet link-down ignore")
    }

    private mutating func interface(_ port: String) {
        let path = "interfaces \(port)"
        maybe(50, "\(path) description \(pick(["uplink", "\"Ward 3, bed 2\"", "\"to the core; left\""]))")
        maybe(20, "\(path) disable")
        maybe(30, "\(path) mtu \(pick([1514, 9216]))")
        if port.hasPrefix("ge") {
            maybe(20, "\(path) ether-options 802.3ad ae\(pick([0, 1]))")
            maybe(20, "\(path) native-vlan-id \(pick([10, 99]))")
        }
        for unit in some([0, 10], 70) {
            maybe(40, "\(path) unit \(unit) description \(pick(["left", "\"right side\""]))")
            maybe(30, "\(path) unit \(unit) vlan-id \(pick([10, 20]))")
            if chance(50) {
                let family = "\(path) unit \(unit) family inet"
                maybe(30, "\(family) filter input \(pick(["WARD", "MGMT"]))")
                for address in some([1, 2], 60) {
                    lines.append("\(family) address 10.0.\(address).1/24\(pick(["", "", " primary"]))")
                }
                if chance(20) { lines.append(family) }
                maybe(30, "\(path) unit \(unit) family inet6 address 2001:db8:\(pick([1, 2]))::1/64")
            } else {
                let family = "\(path) unit \(unit) family ethernet-switching"
                lines.append(family)
                maybe(60, "\(family) interface-mode \(pick(["access", "trunk"]))")
                for vlan in shuffled(["pumps", "voice", "mgmt", "all"]) {
                    lines.append("\(family) vlan members \(vlan)")
                }
                maybe(20, "\(family) storm-control default")
            }
        }
        if !lines.contains(where: { $0.hasPrefix(path) }) { lines.append(path + " unit 0") }
    }

    private mutating func snmp() {
        maybe(40, "snmp location \"ward \(pick([1, 2]))\"")
        maybe(40, "snmp contact noc")
        for community in some(["ward1", "ward2"], 50) {
            maybe(80, "snmp community \(community) authorization \(pick(["read-only", "read-write"]))")
            for client in some([1, 2], 50) { lines.append("snmp community \(community) clients 10.9.9.\(client)/32") }
        }
        if chance(40) {
            maybe(60, "snmp trap-group NOC version \(pick(["v1", "v2"]))")
            for target in some([1, 2], 60) { lines.append("snmp trap-group NOC targets 10.9.9.\(target)") }
        }
        maybe(30, "forwarding-options storm-control-profiles default all")
    }

    private mutating func policies() {
        for name in some(["MGMT", "WARD"], 60) {
            for prefix in some([1, 2, 3], 60) { lines.append("policy-options prefix-list \(name) 10.\(prefix).0.0/16") }
        }
        for name in some(["IN", "OUT"], 60) {
            for term in shuffled(["a", "b", "c", "d"]) {
                let path = "policy-options policy-statement \(name) term \(term)"
                for kind in shuffled(["bgp", "static", "direct"]) { lines.append("\(path) from protocol \(kind)") }
                maybe(40, "\(path) from prefix-list \(pick(["MGMT", "WARD"]))")
                lines.append("\(path) then \(pick(["accept", "reject"]))")
            }
        }
    }

    private mutating func filters() {
        for name in some(["WARD", "MGMT"], 60) {
            for term in shuffled(["ssh", "ntp", "rest"]) {
                let path = "firewall family inet filter \(name) term \(term)"
                for source in some([1, 2], 40) { lines.append("\(path) from source-address 10.\(source).0.0/16") }
                for kind in shuffled(["tcp", "udp"]) { lines.append("\(path) from protocol \(kind)") }
                for port in shuffled(["22", "123", "http"]) { lines.append("\(path) from destination-port \(port)") }
                maybe(40, "\(path) then count \(pick(["c1", "c2"]))")
                maybe(30, "\(path) then log")
                lines.append("\(path) then \(pick(["accept", "discard", "reject"]))")
            }
        }
    }

    private mutating func zones() {
        guard chance(50) else { return }
        for zone in some(["trust", "clinic"], 80) {
            let path = "security zones security-zone \(zone)"
            for service in some(["ssh", "ping"], 50) {
                lines.append("\(path) host-inbound-traffic system-services \(service)")
            }
            lines.append("\(path) interfaces ge-0/0/\(pick([0, 1])).0")
        }
        for policy in shuffled(["p1", "p2", "p3"]) {
            let path = "security policies from-zone trust to-zone clinic policy \(policy)"
            for side in ["source-address", "destination-address"] {
                for net in shuffled(["any", "net1", "net2"]) { lines.append("\(path) match \(side) \(net)") }
            }
            lines.append("\(path) match application \(pick(["any", "junos-https"]))")
            lines.append("\(path) then \(pick(["permit", "deny"]))")
        }
    }

    private mutating func routing() {
        maybe(40, "routing-options router-id 1.1.1.\(pick([1, 2]))")
        for route in some(["0.0.0.0/0", "10.20.0.0/16", "10.21.0.0/16"], 50) {
            if chance(20) {
                lines.append("routing-options static route \(route) discard")
            } else {
                for hop in shuffled(["10.0.1.254", "10.0.2.254"]) {
                    lines.append("routing-options static route \(route) next-hop \(hop)")
                }
            }
        }
        for group in some(["wards", "core"], 40) {
            let path = "protocols bgp group \(group)"
            maybe(60, "\(path) type \(pick(["internal", "external"]))")
            maybe(40, "\(path) local-address 10.0.1.\(pick([1, 2]))")
            maybe(40, "\(path) peer-as \(pick([65010, 65011]))")
            for peer in some([2, 3], 60) {
                lines.append("\(path) neighbor 10.0.1.\(peer)")
                maybe(40, "\(path) neighbor 10.0.1.\(peer) description \(pick(["left", "\"right side\""]))")
                maybe(40, "\(path) neighbor 10.0.1.\(peer) peer-as \(pick([65010, 65011]))")
            }
        }
        for port in some(["ge-0/0/0.0", "ge-0/0/1.0", "lo0.0"], 40) {
            let path = "protocols ospf area 0.0.0.\(pick([0, 1])) interface \(port)"
            lines.append(path)
            maybe(40, "\(path) passive")
            maybe(40, "\(path) metric \(pick([10, 20]))")
        }
        for port in some(["all", "ge-0/0/0"], 40) { lines.append("protocols lldp interface \(port)") }
        maybe(30, "protocols rstp bridge-priority \(pick(["4k", "8k"]))")
        for port in some(["ge-0/0/0", "ge-0/0/1"], 40) {
            lines.append("protocols rstp interface \(port)\(pick(["", " edge"]))")
        }
    }
}
