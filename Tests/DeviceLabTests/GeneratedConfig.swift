/// Random numbers that are the same each time (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    mutating func upTo(_ most: Int) -> Int { Int.random(in: 1...most, using: &self) }
    mutating func coin() -> Bool { Bool.random(using: &self) }
}

/// Configurations of switches that nobody has.
enum GeneratedConfig {
    /// Lines that belong together; the parts may stand in any order.
    static func parts(_ dice: inout Dice) -> [[String]] {
        var parts: [[String]] = [["version 15.2"], ["hostname sw-\(dice.upTo(99))"], ["aaa new-model"]]
        parts += [
            ["enable secret 9 $9$x\(dice.upTo(999))"], ["spanning-tree mode rapid-pvst"], ["no ip domain-lookup"],
        ]
        for user in 1...dice.upTo(4) {
            parts.append(["username u\(user) privilege \(dice.upTo(15)) secret 9 $9$\(user)"])
        }
        for vlan in Set((1...dice.upTo(9)).map { _ in dice.upTo(4094) }) {
            parts.append(["vlan \(vlan)", " name V\(vlan)"])
        }
        for port in 1...dice.upTo(30) { parts.append(interface(port, &dice)) }
        parts.append(["interface Vlan99", " ip address 10.0.\(dice.upTo(250)).1 255.255.255.0"])
        for list in 1...dice.upTo(3) {
            parts.append(
                ["ip access-list extended L\(list)"]
                    + (0...dice.upTo(20)).map { " permit tcp host 10.\(list).0.\($0) any eq \(dice.upTo(65_535))" })
        }
        for server in 1...dice.upTo(3) { parts.append(["ntp server 10.9.9.\(server)"]) }
        parts.append(["aaa group server tacacs+ G", " server name B", " server name A"])
        parts.append(["tacacs server A", " address ipv4 10.0.0.\(dice.upTo(250))", " key 7 0A\(dice.upTo(99))"])
        if dice.coin() { parts.append(["archive", " path flash:cfg", " maximum \(dice.upTo(10))"]) }
        if dice.coin() { parts.append(["banner login ^C", "Staff of ward \(dice.upTo(9)) only", "no entry", "^C"]) }
        parts.append(["line con 0", " exec-timeout \(dice.upTo(30)) 0"])
        parts.append(["line vty 0 4", " exec-timeout \(dice.upTo(30)) 0", " transport input ssh"])
        return parts
    }

    private static func interface(_ port: Int, _ dice: inout Dice) -> [String] {
        var lines = ["interface GigabitEthernet1/0/\(port)"]
        if dice.coin() { lines.append(" description bed \(dice.upTo(500)) / wall") }
        lines.append(" switchport access vlan \(dice.upTo(4094))")
        lines.append(" switchport mode access")
        if dice.coin() { lines.append(" shutdown") }
        if dice.coin() { lines.append(" spanning-tree portfast") }
        if dice.coin() { lines.append(" ip access-group L1 in") }
        if dice.coin() { lines.append(" storm-control broadcast level \(dice.upTo(99)).00") }
        return [lines[0]] + lines.dropFirst().shuffled(using: &dice)
    }
}
