/// Configurations of an IOS-like switch and router, the same for the same seed.
///
/// Names and numbers come from small pools, so that two of them have much in common, and addresses, VLANs and neighbours move.
struct GeneratedIOS {
    private let seed: Int
    private let other: Int
    private var dice = SeededDice(0)
    private var part = 0
    private var lines: [String] = []

    /// - Parameter other: Of this seed are most parts.
    static func text(seed: Int, like other: Int) -> [String] {
        var generated = GeneratedIOS(seed: seed, other: other)
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

    private mutating func make() {
        begin()
        lines += ["version 15.2", "hostname sw-\(pick([1, 2]))"]
        begin()
        single()
        begin()
        accounts()
        begin()
        addressing()
        begin()
        for vlan in some([10, 20, 30, 99], 70) {
            lines.append("vlan \(vlan)")
            maybe(80, " name \(pick(["pumps", "voice", "ward-\(vlan)"]))")
        }
        begin()
        policies()
        begin()
        ports()
        begin()
        if chance(50) { bgp("router bgp 6500\(pick([1, 1, 2]))") }
        begin()
        if chance(40) { ospf() }
        begin()
        lists()
        begin()
        for name in some(["RM-IN", "RM-OUT"], 60) { routeMap(name) }
        begin()
        servers()
        begin()
        banners()
        begin()
        lineSections()
    }

    private mutating func single() {
        maybe(70, "service timestamps log datetime \(pick(["msec", "msec localtime"]))")
        maybe(40, "service password-encryption")
        maybe(40, "no service pad")
        maybe(50, "logging buffered \(pick([8192, 16384]))")
        maybe(30, "no logging console")
        maybe(60, "enable secret 9 $9$\(pick(["aB", "cD"]))$x")
        maybe(40, "clock timezone CET \(pick([1, 2])) 0")
        maybe(50, "no ip domain-lookup")
        maybe(50, "ip domain-name \(pick(["ward.example", "hospital.example"]))")
        maybe(40, "ip routing")
        maybe(40, "spanning-tree mode \(pick(["pvst", "rapid-pvst"]))")
        maybe(30, "spanning-tree portfast bpduguard default")
        maybe(40, "errdisable recovery cause \(pick(["bpduguard", "psecure-violation"]))")
        maybe(30, "errdisable recovery interval \(pick([60, 300]))")
        maybe(40, "lldp run")
        maybe(30, "no cdp run")
        maybe(50, "ip default-gateway 10.0.0.\(pick([1, 254]))")
        // Of these the device shows each, as it is.
        lines += ["\(pick(["", "no "]))ip http server", "\(pick(["", "no "]))ip http secure-server"]
        maybe(50, "ip ssh version 2")
        maybe(30, "ip scp server enable")
        for prefix in some(["10.20.0.0 255.255.0.0", "10.21.0.0 255.255.0.0", "0.0.0.0 0.0.0.0"], 50) {
            lines.append("ip route \(prefix) \(pick(["10.0.1.254", "10.0.2.254", "Null0"]))\(pick(["", " 200"]))")
        }
        maybe(40, "logging trap \(pick(["warnings", "informational"]))")
        for host in some(["10.9.9.1", "10.9.9.2"], 50) { lines.append("logging host \(host)") }
        for server in some([1, 2, 3], 50) { lines.append("ntp server 10.9.8.\(server)\(pick(["", " prefer"]))") }
        maybe(30, "ntp authentication-key 1 md5 \(pick(["13061E01", "0822455D"])) 7")
        maybe(30, "ntp source Vlan\(pick([10, 99]))")
    }

    private mutating func accounts() {
        for user in some(["netadmin", "backup", "ward"], 60) {
            lines.append(
                "username \(user) privilege \(pick([1, 15])) secret 9 $9$\(user)$\(pick(["a", "b"]))")
        }
        lines.append("\(pick(["", "no "]))aaa new-model")
        if chance(40) {
            lines.append("aaa group server tacacs+ TAC")
            lines += shuffled([" server name T1", " server name T2", " server-private 10.9.7.9 key 7 0A1B"])
        }
        maybe(40, "aaa authentication login default \(pick(["local", "group TAC local"]))")
        maybe(30, "aaa authorization exec default \(pick(["local", "group TAC local"]))")
        for community in some(["ward", "noc"], 50) {
            lines.append("snmp-server community \(community)\(pick([1, 2])) \(pick(["RO", "RO 10", "RW 11"]))")
        }
        maybe(50, "snmp-server location \(pick(["ward 3, left", "cellar  2"]))")
        maybe(40, "snmp-server contact \(pick(["noc", "ops 4711"]))")
        maybe(30, "snmp-server host 10.9.9.\(pick([1, 2])) version 2c ward\(pick([1, 2]))")
        maybe(30, "snmp-server enable traps \(pick(["config", "snmp linkdown linkup"]))")
    }

    private mutating func shuffled(_ all: [String]) -> [String] { some(all, 70).shuffled(using: &dice) }

    private mutating func addressing() {
        if chance(30) {
            lines.append("vrf definition \(pick(["CLIN", "MGMT"]))")
            maybe(70, " rd 65000:\(pick([1, 2]))")
            maybe(40, " description \(pick(["clinical", "management"]))")
            if chance(60) { lines += [" address-family ipv4", " exit-address-family"] }
        }
        if chance(30) { lines += ["ip dhcp excluded-address 10.1.1.1 10.1.1.\(pick([9, 20]))"] }
        for name in some(["WARD", "VOICE"], 40) {
            lines.append("ip dhcp pool \(name)")
            lines.append(" network 10.\(pick([1, 2])).1.0 255.255.255.0")
            maybe(60, " default-router 10.1.1.\(pick([1, 254]))")
            maybe(40, " dns-server \(pick(["10.9.9.9", "10.9.9.9 10.9.9.10"]))")
            maybe(30, " lease \(pick([1, 8]))")
        }
        if chance(30) {
            lines.append("archive")
            maybe(80, " path flash:\(pick(["cfg", "$h"]))")
            maybe(50, " maximum \(pick([5, 10]))")
            if chance(40) { lines += [" log config", "  logging enable"] + some(["  hidekeys"], 50) }
        }
        guard chance(30) else { return }
        lines.append("key chain OSPF")
        for key in some([1, 2], 70) { lines += [" key \(key)", "  key-string 7 0A\(pick([11, 22]))"] }
    }

    private mutating func policies() {
        for name in some(["VOICE", "PACS", "BULK"], 60) {
            lines.append("class-map match-any \(name)")
            lines += some([" match dscp ef", " match dscp af31", " match access-group name WARD"], 60)
        }
        guard chance(50) else { return }
        lines.append("policy-map EDGE")
        for name in shuffled(["VOICE", "PACS", "BULK"]) + some(["class-default"], 60) {
            lines.append(" class \(name)")
            lines += some(
                ["  priority percent \(pick([10, 20]))", "  bandwidth percent 30", "  set dscp ef", "  fair-queue"], 45)
        }
    }

    private mutating func ports() {
        var addresses = (1...6).map { "10.0.\($0).1 255.255.255.0" }.shuffled(using: &dice)
        for name in some(["Loopback0", "Loopback1"], 50) { routed("interface \(name)", &addresses) }
        if chance(40) { trunk("interface Port-channel1") }
        for port in 1...6 {
            let header = "interface GigabitEthernet1/0/\(port)"
            switch pick([0, 0, 0, 1, 2, 3]) {
            case 0: access(header)
            case 1: trunk(header)
            case 2: lines.append(header)
            default:
                routed(header, &addresses)
                lines.append(" no switchport")
            }
        }
        lines.append("interface Vlan1")
        lines += [" no ip address"] + some([" shutdown"], 70)
        for vlan in some([10, 20, 99], 60) { routed("interface Vlan\(vlan)", &addresses) }
    }

    private mutating func described(_ header: String) {
        lines.append(header)
        maybe(50, " description \(pick(["uplink", "bed 3 / wall", "to the core, left", "no  longer used"]))")
        maybe(20, " shutdown")
        maybe(20, " load-interval \(pick([30, 60]))")
        maybe(20, " no cdp enable")
    }

    private mutating func access(_ header: String) {
        described(header)
        maybe(70, " switchport access vlan \(pick([10, 20, 30]))")
        maybe(80, " switchport mode access")
        maybe(30, " switchport voice vlan \(pick([30, 40]))")
        maybe(30, " switchport port-security maximum \(pick([2, 3]))")
        maybe(30, " switchport port-security")
        maybe(50, " spanning-tree portfast")
        maybe(30, " spanning-tree bpduguard \(pick(["enable", "disable"]))")
        maybe(30, " storm-control broadcast level \(pick([1, 2])).00")
        maybe(20, " speed \(pick([100, 1000]))")
        maybe(20, " duplex full")
        maybe(20, " power inline never")
        maybe(20, " ip access-group \(pick(["WARD", "MGMT"])) in")
        maybe(20, " service-policy input EDGE")
    }

    private mutating func trunk(_ header: String) {
        described(header)
        maybe(60, " switchport trunk native vlan \(pick([10, 99]))")
        maybe(70, " switchport trunk allowed vlan \(pick(["10,20", "10,20,30", "99"]))")
        lines.append(" switchport mode trunk")
        maybe(30, " switchport nonegotiate")
        maybe(30, " channel-group 1 mode \(pick(["active", "on"]))")
        maybe(30, " ip dhcp snooping trust")
    }

    private mutating func routed(_ header: String, _ addresses: inout [String]) {
        described(header)
        if chance(70), let address = addresses.popLast() {
            lines.append(" ip address \(address)")
            if chance(30), let second = addresses.popLast() { lines.append(" ip address \(second) secondary") }
        } else {
            lines.append(" no ip address")
        }
        maybe(30, " ip access-group \(pick(["WARD", "MGMT"])) \(pick(["in", "out"]))")
        maybe(30, " no ip redirects")
        maybe(20, " no ip proxy-arp")
        maybe(30, " ip helper-address 10.9.9.\(pick([5, 6]))")
        maybe(20, " ip ospf cost \(pick([10, 20]))")
        maybe(20, " standby 1 ip 10.0.9.\(pick([1, 2]))")
        maybe(20, " standby 1 priority \(pick([110, 120]))")
        maybe(20, " mtu \(pick([1500, 9000]))")
    }

    private mutating func lists() {
        for name in some(["WARD", "MGMT"], 70) {
            lines.append("ip access-list extended \(name)")
            lines += shuffled([
                " permit tcp any host 10.9.9.1 eq 22", " permit udp any any eq ntp",
                " deny ip any 10.8.0.0 0.0.255.255",
                " permit ip any any", " deny ip any any log", " remark ward 3",
            ])
        }
        if chance(50) {
            lines.append("ip access-list standard VTY")
            lines += shuffled([" permit 10.9.9.1", " permit 10.9.9.2", " deny any log"])
        }
        for number in some([10, 11], 50) {
            lines += shuffled([
                "access-list \(number) permit 10.9.9.1", "access-list \(number) permit 10.9.9.2",
                "access-list \(number) deny any",
            ])
        }
        for seq in some([5, 10, 15], 40) {
            lines.append("ip prefix-list PL seq \(seq) \(pick(["permit", "deny"])) 10.\(pick([1, 2])).0.0/16 le 24")
        }
    }

    private mutating func routeMap(_ name: String) {
        for seq in some([10, 20, 30], 60) {
            lines.append("route-map \(name) \(pick(["permit", "permit", "deny"])) \(seq)")
            maybe(30, " description \(pick(["to be reviewed", "agreed"]))")
            maybe(50, " match ip address \(pick(["prefix-list PL", "WARD"]))")
            maybe(40, " set local-preference \(pick([100, 200]))")
            maybe(30, " set metric \(pick([5, 50]))")
        }
    }

    private mutating func bgp(_ header: String) {
        lines.append(header)
        maybe(60, " bgp router-id 1.1.1.\(pick([1, 2]))")
        maybe(60, " bgp log-neighbor-changes")
        let peers = some(["10.0.1.2", "10.0.1.3", "10.0.1.30"], 60)
        for peer in peers {
            lines.append(" neighbor \(peer) remote-as \(pick([65010, 65011]))")
            maybe(40, " neighbor \(peer) description \(pick(["left", "right"]))")
            maybe(30, " neighbor \(peer) password 7 0A\(pick([11, 22]))")
            maybe(30, " neighbor \(peer) update-source Loopback\(pick([0, 1]))")
            maybe(20, " neighbor \(peer) shutdown")
        }
        guard chance(60) else { return }
        lines.append(" address-family ipv4")
        lines += some(["  network 10.1.0.0 mask 255.255.0.0", "  redistribute static", "  redistribute connected"], 50)
        for peer in peers {
            maybe(60, "  neighbor \(peer) activate")
            maybe(30, "  neighbor \(peer) route-map \(pick(["RM-IN", "RM-OUT"])) in")
            maybe(20, "  neighbor \(peer) soft-reconfiguration inbound")
        }
        lines.append(" exit-address-family")
    }

    private mutating func ospf() {
        lines.append("router ospf \(pick([1, 1, 2]))")
        maybe(60, " router-id 2.2.2.\(pick([1, 2]))")
        maybe(40, " passive-interface default")
        for port in some([1, 2], 40) { lines.append(" no passive-interface GigabitEthernet1/0/\(port)") }
        for network in some([1, 2, 3], 60) {
            lines.append(" network 10.0.\(network).0 0.0.0.255 area \(pick([0, 1]))")
        }
        maybe(30, " redistribute static subnets")
        maybe(30, " default-information originate\(pick(["", " always"]))")
    }

    private mutating func servers() {
        for name in some(["T1", "T2"], 40) {
            lines.append("tacacs server \(name)")
            lines.append(" address ipv4 10.9.7.\(pick([1, 2]))")
            maybe(70, " key 7 0A\(pick([11, 22]))")
            maybe(40, " timeout \(pick([5, 10]))")
        }
        if chance(25) {
            lines.append("crypto isakmp policy 10")
            lines += some([" encr aes 256", " hash sha256", " authentication pre-share", " group 14"], 70)
        }
        guard chance(25) else { return }
        lines.append("event manager applet SAVE")
        lines.append(" event timer watchdog time \(pick([60, 3600]))")
        maybe(70, " action 1.0 cli command \"enable\"")
        maybe(50, " action 2.0 syslog msg \"\(pick(["saved", "kept"]))\"")
    }

    private mutating func banners() {
        for kind in some(["login", "motd", "exec"], 40) {
            lines.append("banner \(kind) ^C")
            lines += shuffled(["Staff of the hospital only.", "", "  Call 4711 # ward 3", "no entry", "exit"])
            lines.append("^C")
        }
    }

    private mutating func lineSections() {
        lines.append("line con 0")
        maybe(50, " exec-timeout \(pick([5, 10])) 0")
        maybe(50, " logging synchronous")
        for range in ["0 4", "5 15"] {
            lines.append("line vty \(range)")
            maybe(40, " access-class VTY in")
            maybe(50, " exec-timeout \(pick([5, 30])) 0")
            lines.append(" login\(pick(["", " local"]))")
            lines.append(" transport input \(pick(["ssh", "none", "telnet ssh"]))")
        }
    }
}
