/// A switch of a hospital, from which its configuration follows.
struct HospitalSwitch {
    var name: String
    var address: String
    var place: String
    /// Unlike any other's; addresses and serial numbers follow from it.
    var number: Int
    var ports: Int
    var model: String
    var enablePassword: String?
    /// At least so many bytes of configuration; access lists fill it up.
    var leastBytes = 0

    private static let vlans = [
        (10, "CLINICAL-WIRED"), (20, "INFUSION-PUMPS"), (30, "PATIENT-MONITORS"), (40, "IMAGING-DICOM"),
        (50, "NURSE-CALL"), (99, "NET-MGMT"), (666, "QUARANTINE"),
    ]
    private static let uses = [
        "Nurse station PC", "Infusion pump dock", "Bedside monitor", "Ultrasound cart", "Nurse call", "Wall jack",
    ]

    var system: IOSSystem {
        IOSSystem(
            hostname: name, runningConfig: config, model: model, serial: serial,
            image: "flash:c2960x-universalk9-mz.152-7.E4.bin", enablePassword: enablePassword,
            banner: "\nAuthorised staff of St. Elsewhere only. Calls: network on duty, 4711.\n")
    }

    private var serial: String {
        let digits = String(number)
        return "FCW21" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private var config: [String] {
        var lines = services + accounts + layerTwo + interfaces + management + access
        var size = lines.reduce(0) { $0 + $1.utf8.count + 2 }
        guard size < leastBytes, let place = lines.lastIndex(where: { $0.hasPrefix("ip access-list") }) else {
            return lines
        }
        // A long list of pumps that may speak to their server: what makes real configurations long.
        var filling: [String] = ["ip access-list extended PUMPS-TO-SERVER"]
        var host = 0
        while size < leastBytes {
            let line =
                " permit tcp host 10.\(20 + number % 200).\(host / 250 % 250).\(host % 250 + 1) host 10.9.8.7 eq 443"
            filling.append(line)
            size += line.utf8.count + 2
            host += 1
        }
        lines.insert(contentsOf: filling, at: place)
        return lines
    }

    private var services: [String] {
        [
            "version 15.2", "no service pad", "service timestamps debug datetime msec localtime",
            "service timestamps log datetime msec localtime", "service password-encryption", "!",
            "hostname \(name)", "!", "boot-start-marker", "boot-end-marker", "!",
            "archive", " path flash:$h", "!", "logging buffered 64000", "no logging console",
            "enable secret 9 $9$dEmOsEcReT\(number)$Ynb5yUhY0cJ2mCkqT3n1pZ8vE6rW4sXaL7dF9gHjKlM", "!",
        ]
    }

    private var accounts: [String] {
        [
            "username netadmin privilege 15 secret 9 $9$dEmOsEcReTadm\(number)$Qw3eR5tY7uI9oP1aS2dF4gH6jK8lZ0xC",
            "username netbackup privilege 15 secret 9 $9$dEmOsEcReTbak\(number)$Mn8bV6cX4zL2kJ0hG9fD7sA5pO3iU1yT",
            "aaa new-model", "!", "!", "aaa group server tacacs+ HOSPITAL-AAA", " server name AAA-1",
            " server name AAA-2", "!", "aaa authentication login default group HOSPITAL-AAA local",
            "aaa authorization exec default group HOSPITAL-AAA local if-authenticated",
            "aaa accounting exec default start-stop group HOSPITAL-AAA", "!", "aaa session-id common",
            "clock timezone CET 1 0", "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00", "!",
        ]
    }

    private var layerTwo: [String] {
        [
            "no ip source-route", "no ip domain-lookup", "ip domain-name elsewhere.example",
            "ip dhcp snooping vlan 10,20,30",
            "no ip dhcp snooping information option", "ip dhcp snooping", "vtp mode transparent", "!",
            "spanning-tree mode rapid-pvst", "spanning-tree portfast bpduguard default",
            "spanning-tree extend system-id",
            "!",
        ]
            + Self.vlans.flatMap { ["vlan \($0.0)", " name \($0.1)", "!"] }
            + ["lldp run", "!"]
    }

    private var interfaces: [String] {
        let access = (1...(ports - 2)).flatMap { port -> [String] in
            let vlan = Self.vlans[port % 5]
            return [
                "interface GigabitEthernet1/0/\(port)",
                " description \(place) / \(Self.uses[port % Self.uses.count]) \(port)",
                " switchport access vlan \(vlan.0)", " switchport mode access", " storm-control broadcast level 1.00",
                " spanning-tree portfast", "!",
            ]
        }
        let uplinks = ((ports - 1)...ports).flatMap { port in
            [
                "interface GigabitEthernet1/0/\(port)", " description Uplink to core, cable \(number)-\(port)",
                " switchport mode trunk", " switchport trunk allowed vlan 10,20,30,40,50,99", " ip dhcp snooping trust",
                "!",
            ]
        }
        return access + uplinks + [
            "interface Vlan1", " no ip address", " shutdown", "!", "interface Vlan99", " description Management",
            " ip address 10.99.\(number / 250).\(number % 250 + 1) 255.255.0.0", "!",
        ]
    }

    private var management: [String] {
        [
            "ip default-gateway 10.99.0.1", "no ip http server", "no ip http secure-server", "ip ssh version 2",
            "ip ssh time-out 60", "ip scp server enable", "!", "ip access-list standard MGMT-HOSTS",
            " permit 10.99.0.0 0.0.255.255",
            " deny   any log",
            "!", "logging trap notifications", "logging host 10.99.0.20",
            "snmp-server community dEmOsEcReT-ro-\(name) RO MGMT-HOSTS", "snmp-server location \(place)",
            "snmp-server contact network on duty, 4711",
            "snmp-server host 10.99.0.21 version 2c dEmOsEcReT-trap-\(name)", "tacacs server AAA-1",
            " address ipv4 10.99.0.31", " key 7 dEmOsEcReT0A1B2C3D\(number)", "tacacs server AAA-2",
            " address ipv4 10.99.0.32", " key 7 dEmOsEcReT4E5F6A7B\(number)", "!",
        ]
    }

    private var access: [String] {
        [
            "banner login ^C", "Authorised staff of St. Elsewhere only.", "Place: \(place)", "^C", "!", "line con 0",
            " exec-timeout 5 0", " logging synchronous", "line vty 0 4", " access-class MGMT-HOSTS in",
            " exec-timeout 10 0", " transport input ssh", "line vty 5 15", " access-class MGMT-HOSTS in",
            " exec-timeout 10 0", " transport input ssh", "!", "ntp server 10.99.0.10 prefer", "ntp server 10.99.0.11",
        ]
    }
}
