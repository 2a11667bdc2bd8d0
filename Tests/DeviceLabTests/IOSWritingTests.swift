import Foundation
import Testing

@testable import DeviceLab

@Suite("Changing an IOS-like device at its command line")
struct IOSWritingTests {
    /// A device and a terminal on it.
    struct Console {
        let device: SimulatedDevice
        var line: IOSCommandLine

        init(
            _ config: [String] = ["hostname sw", "archive", " path flash:cfg", "ip scp server enable"],
            mayWrite: Bool = true, _ change: (inout IOSSystem) -> Void = { _ in }
        ) throws {
            var system = IOSSystem(hostname: "sw", runningConfig: config)
            change(&system)
            device = SimulatedDevice(
                LabDevice(id: "a", hostKey: try .generate(), logins: [], system: .ios(system)))
            line = IOSCommandLine(device: device, privileged: true, mayWrite: mayWrite)
            _ = type("terminal length 0")
        }

        /// Types a line and a return; what comes back, without the echo.
        mutating func type(_ text: String, end: String = "\r") -> String {
            var output: [UInt8] = []
            for effect in line.receive(Array((text + end).utf8)[...]) {
                if case .write(let bytes) = effect { output += bytes }
                if case .hangUp = effect { output += Array("<gone>".utf8) }
            }
            let answer = String(decoding: output, as: UTF8.self)
            return answer.hasPrefix(text + "\r\n") ? String(answer.dropFirst(text.count + 1)) : answer
        }

        var config: [String] { device.system?.runningConfig ?? [] }
        func put(_ text: [String], _ name: String = "new.cfg") {
            #expect(device.store(Array(text.map { $0 + "\n" }.joined().utf8), at: "flash:" + name, mode: 0o644) == nil)
        }
    }

    @Test("the prompt tells the mode, and a command of the top level leaves the section")
    func modes() throws {
        var console = try Console()
        #expect(
            console.type("conf t")
                == "Enter configuration commands, one per line.  End with CNTL/Z.\r\nsw(config)#")
        #expect(console.type("interface Vlan 10") == "sw(config-if)#")
        #expect(console.type(" description  two  blanks") == "sw(config-if)#")
        #expect(console.type("line vty 0 4") == "sw(config-line)#")
        #expect(console.type("router bgp 65000") == "sw(config-router)#")
        #expect(console.type("address-family ipv4") == "sw(config-router-af)#")
        #expect(console.type("network 10.0.0.0") == "sw(config-router-af)#")
        #expect(console.type("exit") == "sw(config-router)#")
        #expect(console.type("hostname other") == "other(config)#")
        #expect(console.type("policy-map P") == "other(config-pmap)#")
        #expect(console.type("class A") == "other(config-pmap-c)#")
        #expect(console.type("class B") == "other(config-pmap-c)#")
        #expect(console.type("exit") == "other(config-pmap)#")
        #expect(console.type("do show privilege").contains("level is 15\r\nother(config-pmap)#"))
        #expect(console.type("ip access-list standard M") == "other(config-std-nacl)#")
        #expect(console.type("", end: "\u{1a}") == "^Z\r\nother#")
        #expect(console.config.contains("interface Vlan10"))
        #expect(console.config.contains(" description two  blanks"))
        #expect(console.type("conf t").hasSuffix("#"))
        #expect(console.type("end") == "other#")
    }

    @Test("what the device does not know is refused below its first byte, and changes nothing")
    func invalid() throws {
        var console = try Console()
        _ = console.type("configure terminal")
        let before = console.config
        #expect(
            console.type("nonsense here")
                == "           ^\r\n% Invalid input detected at '^' marker.\r\n\r\nsw(config)#")
        #expect(console.type("Building configuration...").contains("% Invalid input"))
        #expect(console.type("Current configuration : 123 bytes").contains("% Invalid input"))
        #expect(console.type("description top level").contains("% Invalid input"))
        #expect(console.type("no").contains("% Incomplete command."))
        #expect(
            console.type("no interface GigabitEthernet1/0/1").hasPrefix(
                "% Removal of physical interfaces is not permitted"))
        #expect(console.type("no vlan 999") == "sw(config)#")
        #expect(console.type("! a comment") == "sw(config)#")
        #expect(console.config == before)
        #expect(console.device.counters.writes == 0)
        console.device.setFault(.rejectLines("secret"))
        #expect(console.type("enable secret x").contains("% Invalid input"))
    }

    @Test("a banner is typed over many lines")
    func banner() throws {
        var console = try Console()
        _ = console.type("configure terminal")
        #expect(console.type("banner login #").hasPrefix("Enter TEXT message.  End with the character '#'.\r\n"))
        _ = console.type("hostname not-a-command")
        _ = console.type("")
        #expect(console.type("end#").hasSuffix("sw(config)#"))
        #expect(console.config.contains("hostname sw"))
        #expect(console.config.contains("hostname not-a-command"))
        #expect(console.config.contains("end^C"))
    }

    @Test("the two characters that a printed banner shows for Ctrl-C are not Ctrl-C")
    func printedBanner() throws {
        let printed = ["banner login ^C", "Staff only.", "^C"]
        var console = try Console(["hostname sw"] + printed)
        console.put(["hostname sw"] + printed + ["end"])
        #expect(console.type("configure replace flash:new.cfg force").contains("Rollback Done"))
        #expect(console.config.contains("banner login ^CC"))
        _ = console.type("copy running-config flash:copy")
        _ = console.type("")
        #expect(console.type("more flash:copy").contains("banner login ^CC\r\nStaff only.\r\n^C\r\n"))
        #expect(console.type("configure replace flash:copy force").contains("Total number of passes: 0"))
        var lenient = try Console(["hostname sw"] + printed) { $0.takesPrintedBanners = true }
        lenient.put(["hostname sw"] + printed + ["end"])
        #expect(lenient.type("configure replace flash:new.cfg force").contains("Total number of passes: 0"))
    }

    @Test("typing every line of a printed configuration into an empty device prints the same", arguments: 1...10)
    func retyped(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let text = IOSConfiguration(GeneratedConfig.parts(&dice).flatMap(\.self)).text
        var console = try Console([])
        _ = console.type("configure terminal")
        for line in text {
            let answer = console.type(line.replacing("^C", with: "\u{3}"))
            #expect(!answer.contains("%"), "\(line): \(answer)")
        }
        #expect(console.config.difference(from: text).isEmpty, "\(console.config.difference(from: text))")
    }

    @Test("replacing a configuration by a printed one gives exactly that", arguments: 1...20)
    func replaced(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let text = IOSConfiguration(GeneratedConfig.parts(&dice).flatMap(\.self)).text
        var console = try Console()
        console.put(text.map { $0.replacing("^C", with: "\u{3}") } + ["end"])
        let answer = console.type("configure replace flash:new.cfg force")
        #expect(answer.contains("Total number of passes: 1\r\nRollback Done\r\n"), "\(answer)")
        #expect(console.config == text)
        #expect(console.type("configure replace flash:new.cfg force").contains("Total number of passes: 0"))
    }

    @Test("the hospital's switches can be typed, line by line, into an empty one")
    func hospital() throws {
        let key = try LabKey.generate()
        for device in try DemoHospital.devices(port: 0, authorizedKeys: [], hostKey: { (_) throws(LabError) in key }) {
            guard case .ios(let system) = device.system else { continue }
            var console = try Console([])
            _ = console.type("configure terminal")
            for line in system.runningConfig {
                let answer = console.type(line.replacing("^C", with: "\u{3}"))
                #expect(!answer.contains("%"), "\(line): \(answer)")
            }
            let difference = console.config.difference(from: system.runningConfig)
            #expect(difference.isEmpty, "\(difference)")
        }
    }

    @Test("replacing asks first, names what it cannot read, and needs a whole file")
    func replaceRefusals() throws {
        var console = try Console()
        let before = console.config
        #expect(console.type("configure replace flash:none force").contains("%Error opening flash:none (No such file"))
        console.put(["hostname half"], "half")
        #expect(
            console.type("configure replace flash:half force").contains("%The input file is not a valid config file."))
        console.put(["hostname b", "end"], "b")
        #expect(
            console.type("configure replace flash:b").hasSuffix("Enter Y if you are sure you want to proceed. ? [no]: ")
        )
        #expect(console.type("no") == "sw#")
        #expect(console.config == before)
        _ = console.type("configure replace flash:b")
        #expect(console.type("y").hasSuffix("Rollback Done\r\n\r\nb#"))
        console.put(["Building configuration...", "hostname c", "end"], "c")
        let answer = console.type("configure replace flash:c force")
        #expect(answer.contains("Rollback aborted after 5 passes"))
        #expect(answer.contains("Building configuration..."))
        #expect(console.config == ["hostname c"])
    }

    @Test("a physical interface that the file lacks stays, empty, and is named")
    func physical() throws {
        var console = try Console(["hostname sw", "interface GigabitEthernet1/0/1", " shutdown", "interface Vlan5"])
        console.put(["hostname sw", "end"])
        let answer = console.type("configure replace flash:new.cfg force")
        #expect(answer.contains("no interface GigabitEthernet1/0/1"))
        #expect(console.config == ["hostname sw", "!", "interface GigabitEthernet1/0/1", "!"])
    }

    @Test("with a time it comes back by itself unless confirmed")
    func timed() throws {
        var console = try Console()
        let before = console.config
        console.put(before + ["vlan 7", "end"])
        let order = "configure replace flash:new.cfg force time 1"
        #expect(console.type(order).contains("Rollback Done"))
        #expect(console.type("show archive config rollback timer").contains(" Timer value: 1 min"))
        console.device.elapse(.seconds(61))
        #expect(console.config == before)
        #expect(console.type("configure confirm").hasPrefix("%No Rollback Confirmed Change pending"))
        _ = console.type(order)
        #expect(console.type("configure confirm") == "sw#")
        console.device.elapse(.seconds(61))
        #expect(console.config.contains("vlan 7"))
        console.put(before + ["end"])
        console.device.setFault(.deafConfirm)
        _ = console.type(order)
        #expect(console.type("configure confirm") == "sw#")
        console.device.elapse(.seconds(61))
        #expect(console.config.contains("vlan 7"))
        console.device.setFault(nil)
        _ = console.type(order)
        #expect(console.type("configure revert now").contains("Rollback Done"))
        #expect(console.config.contains("vlan 7"))
    }

    @Test("a time needs an archive")
    func untimed() throws {
        var console = try Console(["hostname sw"])
        console.put(["hostname new", "end"])
        let answer = console.type("configure replace flash:new.cfg force time 1")
        #expect(answer.hasPrefix("%Turn config archive on before using Rollback Confirmed Change"))
        #expect(console.config == ["hostname sw"])
        #expect(console.type("show archive").hasPrefix("Archive feature not enabled"))
    }

    @Test("it can stop half-way, and break the line after some lines")
    func halves() throws {
        var console = try Console()
        console.device.setFault(.halfReplace)
        console.put(["hostname new", "vlan 1", "vlan 2", "vlan 3", "vlan 4", "end"])
        #expect(console.type("configure replace flash:new.cfg force").contains("Rollback aborted after 5 passes"))
        #expect((1...4).contains { console.config.contains("vlan \($0)") })
        #expect(!(1...4).allSatisfy { console.config.contains("vlan \($0)") })
        console.device.setFault(.cutLines(after: 2))
        _ = console.type("configure terminal")
        #expect(!console.type("vlan 11").contains("<gone>"))
        #expect(console.type("name X").contains("<gone>"))
    }

    @Test("the startup-config is what was saved, and a reload comes back to it")
    func saving() throws {
        var console = try Console()
        _ = console.type("configure terminal")
        _ = console.type("vlan 8")
        _ = console.type("end")
        #expect(!console.type("show startup-config").contains("vlan 8"))
        #expect(console.type("reload in 1") == "System configuration has been modified. Save? [yes/no]: ")
        let question = console.type("no")
        #expect(question.hasSuffix("Proceed with reload? [confirm]"))
        #expect(console.type("") == "sw#")
        #expect(console.type("show reload").hasPrefix("Reload scheduled for "))
        #expect(console.type("reload cancel").contains("*** --- SHUTDOWN ABORTED ---"))
        #expect(console.type("show reload").hasPrefix("No reload is scheduled."))
        console.device.elapse(.seconds(61))
        #expect(console.config.contains("vlan 8"))
        _ = console.type("reload in 1")
        _ = console.type("no")
        _ = console.type("", end: "y")
        console.device.elapse(.seconds(61))
        #expect(!console.config.contains("vlan 8"))
        #expect(console.device.starts == 2)
        _ = console.type("configure terminal")
        _ = console.type("vlan 9")
        _ = console.type("end")
        #expect(console.type("copy running-config startup-config") == "Destination filename [startup-config]? ")
        #expect(console.type("") == "Building configuration...\r\n[OK]\r\nsw#")
        #expect(console.type("show startup-config").contains("vlan 9"))
        #expect(console.type("write memory") == "Building configuration...\r\n[OK]\r\nsw#")
        #expect(console.type("reload") == "Proceed with reload? [confirm]")
        #expect(console.type("").contains("<gone>"))
    }

    @Test("flash holds files as long as there is room")
    func flash() throws {
        var console = try Console { $0.flash.capacity = 100 }
        console.put(["hostname x"], "a")
        #expect(
            console.device.store(Array(repeating: 120, count: 95), at: "flash:b", mode: 0)
                == "flash:b: No space left on device")
        #expect(console.type("dir flash:").contains("100 bytes total (89 bytes free)"))
        #expect(console.type("more flash:a") == "hostname x\r\nsw#")
        #expect(console.type("delete /force flash:a") == "sw#")
        #expect(console.type("delete /force flash:a").hasPrefix("%Error deleting flash:a (No such file"))
        #expect(console.type("more flash:a").hasPrefix("%Error opening flash:a"))
        #expect(console.type("copy running-config flash:c") == "Destination filename [c]? ")
        #expect(console.type("").contains("bytes copied in"))
        #expect(console.type("delete flash:c") == "Delete filename [c]? ")
        #expect(console.type("") == "Delete flash:c? [confirm]")
        #expect(console.type("") == "sw#")
        #expect(console.type("dir").contains("(100 bytes free)"))
    }

    @Test("an account that may only read has no command that writes, and nothing counts as written")
    func reading() throws {
        var console = try Console(mayWrite: false)
        for line in ["configure terminal", "write", "copy run start", "reload in 5", "delete /force flash:x"] {
            #expect(console.type(line).contains("% Invalid input detected"))
        }
        #expect(console.type("show running-config").contains("hostname sw"))
        #expect(console.device.counters.writes == 0)
    }

    @Test("lines and writes are told in their order")
    func counters() throws {
        var console = try Console()
        console.device.resetCounters()
        console.put(["end"], "f")
        _ = console.type("configure terminal")
        _ = console.type("vlan 5")
        _ = console.type("end")
        let counters = console.device.counters
        #expect(
            counters.received == [
                .file(path: "flash:f", size: 4), .line("configure terminal"), .line("vlan 5"), .line("end"),
            ])
        #expect(counters.writes == 2)
    }
}
