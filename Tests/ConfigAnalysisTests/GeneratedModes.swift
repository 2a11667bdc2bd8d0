import ConfigModel

/// Configurations in the manner of IOS, from small pools: two of them have much in common, and addresses move.
enum GeneratedModes {
    static let platform = Platform(
        name: "made_modes", syntax: .indented,
        ordered: ["^ip access-list ", "^access-list ", "^policy-map "], defaults: ["^no shutdown$"],
        restore: RestoreRules(
            method: .lines,
            lines: RemediationRules(
                exit: "exit", keep: ["^end$"],
                negations: [
                    .init(line: "^interface Ethernet", send: []),
                    .init(line: "^banner motd", send: ["no banner motd"]),
                    .init(line: "^description ", send: ["no description"]),
                    .init(line: #"^access-list (\d+) "#, send: ["no access-list {1}"]),
                    .init(
                        line: #"^neighbor (\S+) remote-as "#, send: ["no neighbor {1}"],
                        takes: ["neighbor {1}", "no neighbor {1}"]),
                ],
                overwrites: [
                    "^(?:hostname|description|mtu|timers|snmp-server location|banner motd|ip address) ",
                    #"^neighbor \S+ remote-as "#,
                ],
                sections: ["^(?:interface|router bgp|address-family|ip access-list|policy-map|class) "],
                rebuilt: [#"^access-list \d+ "#], unique: [#"^ip address (\S+)"#])))

    static func text(_ dice: inout Dice) -> String {
        var entries: [LineEntryModel.Entry] = [leaf("hostname sw-\(pick([1, 2], &dice))")]
        if chance(50, &dice) { entries.append(leaf("snmp-server location ward \(pick([1, 2, 3], &dice))")) }
        entries += interfaces(&dice)
        for name in some(["10", "20"], 60, &dice) {
            for line in rules(&dice) { entries.append(leaf("access-list \(name) \(line)")) }
        }
        for name in some(["MGMT", "WARD", "9TO5"], 60, &dice) {
            entries.append(.init(text: "ip access-list \(name)", children: rules(&dice).map(leaf)))
        }
        // One without classes is a mere line, whose place among others would count.
        if chance(60, &dice) { entries += [policy(&dice)].filter { !$0.children.isEmpty } }
        for route in some(["10.1.0.0 Null0", "10.2.0.0 10.0.0.9", "10.3.0.0 10.0.0.9"], 50, &dice) {
            entries.append(leaf("ip route \(route)"))
        }
        if chance(70, &dice) { entries.append(bgp(&dice)) }
        if chance(40, &dice) {
            entries.append(leaf("banner motd ^C\nno entry\n  \(pick(["exit", "without leave", "!"], &dice))\n^C"))
        }
        return LineEntryModel.printed(entries, 0) + "end\n"
    }

    private static func interfaces(_ dice: inout Dice) -> [LineEntryModel.Entry] {
        var addresses = (1...5).map { "10.0.\($0).1 255.255.255.0" }.shuffled(using: &dice)
        return ["Ethernet1", "Ethernet2", "Ethernet3", "Loopback0", "Vlan7"].filter {
            $0.hasPrefix("E") || chance(60, &dice)
        }.map {
            var lines: [String] = []
            if chance(50, &dice) { lines.append("description to \(pick(["core", "ward", "no ward"], &dice))") }
            if chance(60, &dice), let address = addresses.popLast() { lines.append("ip address \(address)") }
            if chance(30, &dice) { lines.append("mtu \(pick([1500, 9000], &dice))") }
            if chance(30, &dice) { lines.append("no ip redirects") }
            if chance(30, &dice) { lines.append("ip access-group \(pick(["MGMT", "WARD"], &dice)) in") }
            if chance(40, &dice) { lines.append("shutdown") }
            return .init(text: "interface \($0)", children: lines.map(leaf))
        }
    }

    private static func rules(_ dice: inout Dice) -> [String] {
        let all = ["permit 10.0.0.1", "permit 10.0.0.2", "deny 10.0.0.0 0.0.0.255", "permit any", "deny any log"]
        return Array(all.shuffled(using: &dice).prefix(Int.random(in: 1...4, using: &dice)))
    }

    private static func policy(_ dice: inout Dice) -> LineEntryModel.Entry {
        let classes = some(["VOICE", "PACS", "BULK", "REST"], 70, &dice).shuffled(using: &dice).map { name in
            let lines = some(["police 1000", "set dscp ef", "set precedence 5"], 60, &dice)
            return LineEntryModel.Entry(text: "class \(name)", children: lines.map(leaf))
        }
        return .init(text: "policy-map EDGE", children: classes)
    }

    private static func bgp(_ dice: inout Dice) -> LineEntryModel.Entry {
        var lines = chance(40, &dice) ? [leaf("timers 10 \(pick([30, 40], &dice))")] : []
        let peers = some(["10.0.1.2", "10.0.1.3", "10.0.1.30"], 60, &dice)
        for peer in peers {
            lines.append(leaf("neighbor \(peer) remote-as \(pick([65001, 65002], &dice))"))
            if chance(50, &dice) {
                lines.append(leaf("neighbor \(peer) description \(pick(["left", "right"], &dice))"))
            }
        }
        for family in some(["ipv4", "ipv6"], 60, &dice) {
            let inside = some(
                peers.map { "neighbor \($0) activate" } + ["network 10.1.0.0", "network 10.2.0.0"], 50, &dice)
            lines.append(.init(text: "address-family \(family)", children: inside.map(leaf)))
        }
        return .init(text: "router bgp \(pick([65000, 65000, 65009], &dice))", children: lines)
    }

    private static func leaf(_ text: String) -> LineEntryModel.Entry { .init(text: text) }
    static func chance(_ percent: Int, _ dice: inout Dice) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }
    static func pick<T>(_ values: [T], _ dice: inout Dice) -> T {
        values[Int.random(in: 0..<values.count, using: &dice)]
    }
    static func some<T>(_ values: [T], _ percent: Int, _ dice: inout Dice) -> [T] {
        values.filter { _ in chance(percent, &dice) }
    }
}
