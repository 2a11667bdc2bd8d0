import Testing

@testable import DeviceLab

@Suite("An IOS-like configuration as a value")
struct IOSConfigurationTests {
    @Test("the hospital's configurations print what they were read from, once and again")
    func hospital() throws {
        for device in try DemoHospital.devices(
            port: 0, authorizedKeys: [], hostKey: { (_) throws(LabError) in try .generate() })
        {
            guard case .ios(let system) = device.system else { continue }
            let text = system.runningConfig
            #expect(IOSConfiguration(text).text == text)
            #expect(text.contains("hostname \(device.id)"))
            #expect(text.contains(" switchport trunk allowed vlan 10,20,30,40,50,99"))
            #expect(text.contains("no ip http server"))
        }
    }

    @Test("generated configurations print the same in whatever order they were entered", arguments: 1...40)
    func order(seed: UInt64) {
        var dice = Dice(seed: seed)
        let parts = GeneratedConfig.parts(&dice)
        let text = IOSConfiguration(parts.flatMap(\.self)).text
        #expect(IOSConfiguration(text).text == text)
        #expect(IOSConfiguration(parts.shuffled(using: &dice).flatMap(\.self)).text == text)
    }

    @Test(
        "a setting with one value is overwritten, and taken away with fewer words",
        arguments: [
            ("hostname a", "hostname b", "no hostname"), ("enable secret 5 a", "enable secret 9 b", "no enable secret"),
            ("snmp-server location x y", "snmp-server location z", "no snmp-server location"),
            ("logging buffered 4096", "logging buffered 64000", "no logging buffered"),
            ("ntp source Vlan1", "ntp source Vlan2", "no ntp source"),
            ("spanning-tree mode pvst", "spanning-tree mode mst", "no spanning-tree mode"),
            ("username a privilege 1", "username a privilege 15", "no username a"),
            ("ip default-gateway 10.0.0.1", "ip default-gateway 10.0.0.2", "no ip default-gateway"),
        ])
    func single(first: String, second: String, no: String) {
        #expect(IOSConfiguration([first, second]).text == [second])
        #expect(IOSConfiguration([first, no]).text.isEmpty)
    }

    @Test("so it is inside an interface, where a second address is one more")
    func interface() {
        func inside(_ lines: String...) -> [String] {
            Array(IOSConfiguration(["interface Vlan10"] + lines.map { " " + $0 }).text.dropFirst().dropLast())
        }
        #expect(inside("description a", "description b  c") == [" description b  c"])
        #expect(
            inside("ip address 10.0.0.1 255.0.0.0", "ip address 10.0.0.2 255.0.0.0") == [
                " ip address 10.0.0.2 255.0.0.0"
            ])
        #expect(
            inside("ip address 10.0.0.1 255.0.0.0", "ip address 10.1.0.1 255.255.0.0 secondary") == [
                " ip address 10.0.0.1 255.0.0.0", " ip address 10.1.0.1 255.255.0.0 secondary",
            ])
        #expect(inside("ip address 10.0.0.1 255.0.0.0", "no ip address") == [" no ip address"])
        #expect(inside("no ip address", "ip address dhcp") == [" ip address dhcp"])
        #expect(inside("shutdown", "no shutdown").isEmpty)
        #expect(inside("no shutdown", "shutdown") == [" shutdown"])
        #expect(inside("no ip proxy-arp") == [" no ip proxy-arp"])
        #expect(inside("no ip proxy-arp", "ip proxy-arp").isEmpty)
        #expect(inside("ip access-group A in", "ip access-group B out", "ip access-group C in").count == 2)
        #expect(inside("switchport access vlan 10", "no switchport access vlan 10").isEmpty)
    }

    @Test("an access list keeps its order, new entries come last, and one can be taken away")
    func accessList() {
        let list = [
            "ip access-list extended A", " permit tcp any any", " deny   ip any any log", " permit udp any any",
        ]
        #expect(IOSConfiguration(list).text == list)
        #expect(
            IOSConfiguration(list + ["ip access-list extended A", " no deny ip any any log"]).text == [
                list[0], list[1], list[3],
            ])
        #expect(IOSConfiguration(list + ["no ip access-list extended A"]).text.isEmpty)
        #expect(
            IOSConfiguration(["access-list 10 permit b", "access-list 10 permit a", "no access-list 10"]).text.isEmpty)
        let numbered = ["access-list 10 permit 10.2.0.0", "access-list 10 permit 10.1.0.0"]
        #expect(IOSConfiguration(numbered).text == numbered)
    }

    @Test("a comment that the lab's owner put in stays, at the end")
    func comment() {
        #expect(IOSConfiguration(["! odd", "!", "hostname a"]).text == ["hostname a", "!", "! odd"])
    }

    @Test("sections stand in sections")
    func nested() {
        let text = [
            "policy-map P", " class VOICE", "  priority percent 10", " class class-default", "  fair-queue", "!",
            "router bgp 65000", " bgp router-id 10.0.0.1", " neighbor 10.0.0.2 remote-as 65001", " address-family ipv4",
            "  network 10.0.0.0", " exit-address-family", "!",
        ]
        #expect(IOSConfiguration(text).text == text)
    }

    @Test("a banner is read with any end mark and printed with ^C")
    func banner() {
        let printed = ["banner login ^C", "Staff only.", "Call 4711! ^C"]
        #expect(IOSConfiguration(["banner login #", "Staff only.", "Call 4711! #"]).text == printed)
        #expect(IOSConfiguration(printed).text == printed)
        #expect(IOSConfiguration(["banner motd #one line#"]).text == ["banner motd ^Cone line^C"])
        #expect(IOSConfiguration(printed + ["no banner login"]).text.isEmpty)
    }
}
