/// Configurations of FRRouting that look as an engineer would type them, the same for the same seed.
///
/// Names and numbers come from small pools, so that two of them have much in common, and addresses and neighbours move.
struct GeneratedFRR {
    private var dice: SeededDice
    private var lines: [String] = []

    static func text(seed: Int) -> [String] {
        var generated = GeneratedFRR(dice: SeededDice(seed))
        generated.make()
        return generated.lines
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }
    private mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &dice)] }
    private mutating func some<T>(_ values: [T], _ percent: Int) -> [T] { values.filter { _ in chance(percent) } }
    private mutating func maybe(_ percent: Int, _ line: String) {
        if chance(percent) { lines.append(line) }
    }

    private mutating func make() {
        maybe(40, "log syslog informational")
        maybe(30, "log timestamp precision 3")
        lists()
        keys()
        interfaces()
        routes()
        for name in some(["RM-IN", "RM-OUT", "RM-X"], 70) { routeMap(name) }
        if chance(80) { bgp("router bgp 6500\(pick([1, 1, 1, 2]))") }
        if chance(60) { ospf() }
        if chance(40) { lines += ["line vty", " exec-timeout \(pick([1, 5])) 0", "exit"] }
    }

    private mutating func interfaces() {
        // Each address on one interface at most.
        var addresses = [
            "10.0.1.1/24", "10.0.2.1/24", "10.0.3.1/24", "10.0.4.1/30", "2001:db8:1::1/64", "2001:db8:2::1/64",
        ]
        .shuffled(using: &dice)
        for name in ["eth1", "eth2", "eth3", "lo"] where chance(80) {
            lines.append("interface \(name)")
            maybe(60, " description \(pick(["uplink", "ward 3", "to the core, left", "spare"]))")
            for _ in 0..<pick([0, 1, 1, 2]) {
                guard let address = addresses.popLast() else { break }
                lines.append(" \(address.contains(":") ? "ipv6" : "ip") address \(address)")
            }
            if name != "lo" {
                maybe(20, " shutdown")
                maybe(30, " bandwidth \(pick([1000, 10000]))")
                maybe(40, " ip ospf cost \(pick([10, 20]))")
                maybe(30, " ip ospf network point-to-point")
                maybe(20, " ip ospf message-digest-key 1 md5 \(pick(["wardKey1", "wardKey2"]))")
            }
            lines.append("exit")
        }
    }

    private mutating func routes() {
        for prefix in some(["10.20.0.0/16", "10.21.0.0/16", "0.0.0.0/0"], 50) {
            lines.append("ip route \(prefix) \(pick(["10.0.1.254", "blackhole", "10.0.2.254 eth1", "Null0"]))")
            maybe(30, "ip route \(prefix) 10.0.9.\(pick([1, 2])) \(pick(["", "tag 7 ", "tag 8 "]))\(pick([50, 60]))")
        }
        maybe(40, "ipv6 route 2001:db8:f::/48 \(pick(["blackhole", "2001:db8:1::2"]))")
        guard chance(40) else { return }
        lines.append("vrf red")
        lines += some([" ip route 10.9.0.0/16 blackhole", " ip route 10.8.0.0/16 10.7.0.1"], 70)
        lines.append("exit-vrf")
    }

    private mutating func lists() {
        for name in some(["PL-A", "PL-B"], 70) {
            maybe(30, "ip prefix-list \(name) description \(pick(["what the ward needs", "old"]))")
            for seq in some([5, 10, 15, 20], 60) {
                let prefix = "10.\(pick([1, 2, 3])).0.0/16"
                lines.append(
                    "ip prefix-list \(name) seq \(seq) \(pick(["permit", "deny"])) \(prefix)\(pick(["", " le 24", " ge 20"]))"
                )
            }
        }
        for seq in some([5, 10], 50) {
            lines.append("ipv6 prefix-list P6 seq \(seq) permit 2001:db8:\(pick([1, 2]))::/48")
        }
        for seq in some([5, 10, 15], 50) {
            lines.append("access-list AL seq \(seq) \(pick(["permit", "deny"])) 10.\(seq).0.0/16")
        }
        for seq in some([5, 10], 40) {
            lines.append("bgp as-path access-list AP seq \(seq) permit ^6500\(pick([1, 2]))_")
        }
        for seq in some([5, 10], 40) {
            lines.append(
                "bgp community-list standard CL seq \(seq) \(pick(["permit", "deny"])) 65000:\(seq)\(pick([1, 2]))")
        }
    }

    private mutating func keys() {
        guard chance(30) else { return }
        lines.append("key chain WARD")
        for key in some([1, 2], 70) { lines += [" key \(key)", "  key-string sEcret\(pick([1, 2]))", " exit"] }
        lines.append("exit")
    }

    private mutating func routeMap(_ name: String) {
        for seq in some([10, 20, 30], 60) {
            lines.append("route-map \(name) \(pick(["permit", "permit", "deny"])) \(seq)")
            maybe(30, " description \(pick(["to be reviewed", "agreed 2024"]))")
            maybe(50, " match ip address prefix-list \(pick(["PL-A", "PL-B"]))")
            maybe(20, " match as-path AP")
            maybe(20, " match community CL")
            maybe(40, " set local-preference \(pick([100, 200]))")
            maybe(30, " set metric \(pick([5, 50]))")
            maybe(30, " set community 65000:\(pick([1, 2]))\(pick(["", " additive"]))")
            maybe(20, " set as-path prepend \(pick(["65001", "65001 65001"]))")
            maybe(20, " on-match next")
            lines.append("exit")
        }
    }

    private mutating func bgp(_ header: String) {
        lines.append(header)
        maybe(60, " bgp router-id 1.1.1.\(pick([1, 2]))")
        maybe(50, " no bgp ebgp-requires-policy")
        maybe(20, " no bgp default ipv4-unicast")
        maybe(20, " bgp log-neighbor-changes")
        maybe(20, " timers bgp \(pick(["10 30", "20 60"]))")
        let grouped = chance(40)
        if grouped {
            lines += [" neighbor WARDS peer-group", " neighbor WARDS remote-as \(pick([65010, 65011]))"]
            maybe(40, " neighbor WARDS description \(pick(["all wards", "wards"]))")
        }
        let peers = some(["10.0.1.2", "10.0.1.3", "10.0.2.2", "2001:db8:1::2"], 60)
        for peer in peers {
            let isMember = grouped && chance(40)
            lines.append(" neighbor \(peer) " + (isMember ? "peer-group WARDS" : "remote-as \(pick([65002, 65003]))"))
            maybe(40, " neighbor \(peer) description \(pick(["ward 1, left", "ward 2", "core"]))")
            maybe(30, " neighbor \(peer) password sEcret\(pick([1, 2]))")
            maybe(30, " neighbor \(peer) timers \(pick(["10 30", "5 15"]))")
            if !isMember { maybe(20, " neighbor \(peer) ebgp-multihop \(pick([2, 3]))") }
            maybe(10, " neighbor \(peer) shutdown")
        }
        family("ipv4", peers)
        if chance(50) { family("ipv6", peers) }
        lines.append("exit")
    }

    private mutating func family(_ name: String, _ peers: [String]) {
        lines.append(" address-family \(name) unicast")
        if name == "ipv4" {
            for network in some(["10.1.0.0/16", "10.2.0.0/16"], 50) { lines.append("  network \(network)") }
            maybe(30, "  aggregate-address 10.3.0.0/16\(pick(["", " summary-only"]))")
        }
        for source in some(["connected", "static"], 40) {
            lines.append("  redistribute \(source)\(pick(["", " metric 5", " route-map RM-OUT"]))")
        }
        maybe(30, "  maximum-paths \(pick([2, 4]))")
        for peer in peers {
            maybe(20, "  \(name == "ipv4" ? "no " : "")neighbor \(peer) activate")
            maybe(30, "  neighbor \(peer) route-map \(pick(["RM-IN", "RM-X"])) in")
            maybe(30, "  neighbor \(peer) prefix-list \(pick(["PL-A", "PL-B"])) out")
            maybe(20, "  neighbor \(peer) next-hop-self")
            maybe(20, "  neighbor \(peer) soft-reconfiguration inbound")
            maybe(10, "  neighbor \(peer) maximum-prefix \(pick([100, 200]))")
        }
        lines.append(" exit-address-family")
    }

    private mutating func ospf() {
        lines.append("router ospf")
        maybe(60, " ospf router-id 2.2.2.\(pick([1, 2]))")
        maybe(30, " log-adjacency-changes")
        for source in some(["connected", "static", "bgp"], 40) {
            lines.append(" redistribute \(source)\(pick(["", " metric 10", " metric 20", " route-map RM-OUT"]))")
        }
        for network in some(["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"], 60) {
            lines.append(" network \(network) area 0.0.0.\(pick([0, 1]))")
        }
        maybe(30, " area 0.0.0.1 \(pick(["stub", "stub no-summary", "nssa"]))")
        maybe(30, " default-information originate\(pick(["", " always", " metric 5"]))")
        maybe(30, " distance \(pick([90, 120]))")
        maybe(20, " auto-cost reference-bandwidth \(pick([10000, 40000]))")
        lines.append("exit")
    }
}

/// Numbers that look random and are the same at every run (SplitMix64).
struct SeededDice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x2545_F491_4F6C_DD1D &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
