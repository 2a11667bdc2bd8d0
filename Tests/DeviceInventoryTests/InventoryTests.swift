import ConfigModel
import Foundation
import Testing

@testable import DeviceInventory

@Suite("Inventory")
struct InventoryTests {
    static let key = "AAAAC3NzaC1lZDI1NTE5AAAAIGJ5dGVzYnl0ZXNieXRlc2J5dGVzYnl0ZXNieXRlc2J5"

    static let files = [
        "Inventory/groups/icu.yaml": """
        group: icu
        defaults: { credential: biomed-readonly, freshness: 26h, tags: [clinical], vars: { site: main, floor: 3 } }
        devices:
          - id: sw-icu-a
            address: 10.20.0.2
            port: 22
            platform: ios
            credential: switches
            jump: bastion-clinical        # another device's id, or an entry of `jumps:`
            ssh: { profile: legacy, keepalive: 30s }
            tags: [core, clinical]
            vars: { floor: 4 }
            owner: Network team
            restoreOrder: 10
          - id: pump-gw-icu-1
            address: 10.20.1.11
            platform: linux
            freshness: 80h
            timeout: 90s
            window: { days: [mon, tue, wed, thu, fri], from: "01:00", to: "05:00", zone: Europe/Berlin }
          - id: pump-old
            address: 10.20.1.12
            method: { uncovered: the vendor gives no account }
            state: repair
        jumps:
          - { id: bastion-clinical, address: bastion.example, port: 2222, credential: biomed-readonly, jump: edge }
          - { id: edge, address: 192.0.2.1, credential: switches, ssh: { keepalive: 15s } }
        """,
        "Inventory/credentials.yaml": """
        credentials:
          biomed-readonly: { user: backup, key: "file:~/.ssh/plumbline_ed25519" }
          switches:        { user: netbackup, password: "env:SWITCH_PASSWORD", enable: { command: [pass, show, net/enable] } }
          agent:           { user: a, key: "agent:SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU" }
          locked:          { user: b, key: "file:keys/b", passphrase: "file:keys/b.pass" }
        """,
        "Inventory/known_hosts": "[bastion.example]:2222 ssh-ed25519 \(key) the bastion\n",
    ]

    private func read(_ files: [String: String] = Self.files) throws -> Inventory {
        try TemporaryWorkspace(files).inventory()
    }

    @Test("the design's example reads, defaults and own values joined")
    func example() throws {
        let inventory = try read()
        #expect(inventory.devices.map(\.id.text) == ["pump-gw-icu-1", "pump-old", "sw-icu-a"])
        #expect(inventory.devices.map(\.restoreOrder) == [1000, 1000, 10])
        let gateway = try #require(inventory.devices.first)
        #expect(gateway.group == "icu" && gateway.address == "10.20.1.11" && gateway.port == 22)
        #expect(gateway.platform == "linux" && gateway.credential == "biomed-readonly")
        #expect(gateway.freshness == .seconds(80 * 3600) && gateway.timeout == .seconds(90))
        #expect(
            gateway.windows == [
                MaintenanceWindow(days: [.mon, .tue, .wed, .thu, .fri], from: 60, to: 300, zone: "Europe/Berlin")
            ])
        #expect(gateway.tags == ["clinical"] && gateway.vars == ["site": "main", "floor": "3"])
        let old = inventory.devices[1]
        #expect(old.method == .uncovered(because: "the vendor gives no account") && old.state == .repair)
        let ward = inventory.devices[2]
        #expect(ward.platform == "cisco_ios", "an alias becomes the name")
        #expect(ward.freshness == .seconds(26 * 3600) && ward.tags == ["clinical", "core"])
        #expect(ward.vars == ["site": "main", "floor": "4"] && ward.owner == "Network team")
        #expect(ward.profile == .legacy && ward.keepalive == .seconds(30))
        #expect(ward.location == SourceLocation(file: "Inventory/groups/icu.yaml", line: 4, column: 5))
        #expect(inventory.device(ward.id) == ward)
        #expect(inventory.platform(named: "iosxe")?.name == "cisco_ios")
    }

    @Test("credentials are references of every kind, as they are written")
    func credentials() throws {
        let credentials = try read().credentials
        #expect(credentials["biomed-readonly"]?.method == .keyFile(path: "~/.ssh/plumbline_ed25519", passphrase: nil))
        #expect(credentials["switches"]?.method == .password(.environment("SWITCH_PASSWORD")))
        #expect(credentials["switches"]?.enable == .command(["pass", "show", "net/enable"]))
        #expect(
            credentials["agent"]?.method == .agentKey(fingerprint: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU")
        )
        #expect(credentials["locked"]?.method == .keyFile(path: "keys/b", passphrase: .file("keys/b.pass")))
        #expect(WorkspaceLayout.absolute("~/k", workspace: "/w", home: "/h") == "/h/k")
        #expect(WorkspaceLayout.absolute("keys/b", workspace: "/w", home: "/h") == "/w/keys/b")
        #expect(WorkspaceLayout.absolute("/k", workspace: "/w", home: nil) == "/k")
    }

    @Test("a route lists the jump hosts from the outermost inwards")
    func route() throws {
        let inventory = try read()
        let route = try #require(inventory.route(to: inventory.devices[2]))
        #expect(route.endpoint.name == "sw-icu-a" && route.endpoint.credential.user == "netbackup")
        #expect(route.endpoint.hostKeys.accepted.isEmpty)
        #expect(route.jumps.map(\.name) == ["edge", "bastion-clinical"])
        #expect(route.jumps[1].port == 2222 && route.jumps[1].hostKeys.accepted.map(\.base64) == [Self.key])
        #expect(route.jumps[0].keepalive == .seconds(15))
        #expect(inventory.route(to: inventory.devices[1]) == nil, "an uncovered device has no route")
    }

    @Test("one anchor may serve many windows")
    func aliases() throws {
        let text = """
            group: icu
            defaults: { credential: ro, platform: linux, window: &night { from: "22:00", to: "04:00", zone: UTC } }
            devices:
              - { id: a, address: 10.0.0.1, window: [*night, { days: [sun], from: "10:00", to: "24:00", zone: UTC }] }
              - { id: b, address: 10.0.0.2 }
            """
        let credentials = "credentials: { ro: { user: u, password: \"env:P\" } }"
        let devices = try read(["Inventory/groups/a.yaml": text, "Inventory/credentials.yaml": credentials]).devices
        #expect(devices[0].windows.map(\.from) == [1320, 600] && devices[0].windows[1].to == 0)
        #expect(devices[1].windows.count == 1 && devices[1].windows[0].days.count == 7)
    }

    @Test(
        "the longest time outside of all windows",
        arguments: [
            ([(["mon", "tue", "wed", "thu", "fri"], 60, 300)], 68 * 60),
            ([(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 60, 300)], 20 * 60),
            ([(["sun"], 0, 0)], 6 * 1440),
            ([(["mon", "wed"], 0, 720), (["mon", "wed"], 600, 0)], 4 * 1440),
            ([(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 0, 0)], 0),
        ])
    func gaps(windows: [([String], Int, Int)], minutes: Int) {
        let windows = windows.map { days, from, to in
            MaintenanceWindow(
                days: Set(days.compactMap(MaintenanceWindow.Day.init)), from: from, to: to, zone: "Asia/Tokyo")
        }
        #expect(WindowGap.longest(of: windows) == .seconds(minutes * 60))
    }

    @Test("ten thousand devices read in seconds")
    func many() throws {
        var text = "group: big\ndefaults: { credential: ro, platform: cisco_ios, tags: [a] }\ndevices:\n"
        for index in 0..<10_000 {
            text +=
                "  - { id: sw-\(index), address: 10.1.\(index / 250).\(index % 250), tags: [t\(index % 7)], jump: sw-0 }\n"
        }
        text = text.replacingOccurrences(
            of: "tags: [t0], jump: sw-0 }\n  - { id: sw-1,", with: "tags: [t0] }\n  - { id: sw-1,")
        let credentials = "credentials: { ro: { user: u, password: \"env:P\" } }"
        let files = ["Inventory/groups/a.yaml": text, "Inventory/credentials.yaml": credentials]
        #expect(try read(files).devices.count == 10_000)
    }
}
