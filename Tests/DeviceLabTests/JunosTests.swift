import Foundation
import Testing

@testable import DeviceLab

/// A Junos-like device and a terminal on it.
struct JunosConsole {
    static let config = """
        version 22.4R3.25;
        system {
            host-name ex-1;
            root-authentication {
                encrypted-password "$6$dEmOsEcReT$x"; ## SECRET-DATA
            }
            login {
                user netbackup {
                    uid 2001;
                    class super-user;
                }
            }
            services {
                ssh;
                netconf {
                    ssh;
                }
            }
            ntp {
                server 10.99.0.10 prefer;
                server 10.99.0.11;
            }
        }
        interfaces {
            ge-0/0/2 {
                description "Ward 3, bed 2";
                unit 0 {
                    family ethernet-switching {
                        vlan {
                            members [ pumps voice ];
                        }
                    }
                }
            }
            ge-0/0/10 {
                unit 0 {
                    family inet {
                        address 10.0.0.1/24;
                    }
                }
            }
        }
        routing-options {
            static {
                route 0.0.0.0/0 next-hop 10.0.0.254;
            }
        }
        vlans {
            pumps {
                vlan-id 20;
            }
        }
        """
    static let login = LabLogin(user: "netbackup")

    let device: SimulatedDevice
    var line: JunosCommandLine

    init(_ config: String = Self.config, login: LabLogin = Self.login) throws {
        let device = SimulatedDevice(
            LabDevice(
                id: "a", hostKey: try .generate(), logins: [], system: .junos(JunosSystem(configuration: config))))
        self.init(on: device, login: login)
    }

    init(on device: SimulatedDevice, login: LabLogin = Self.login) {
        self.device = device
        line = JunosCommandLine(device: device, login: login)
        _ = line.start()
        _ = type("set cli screen-length 0")
    }

    /// Types a line and a return; what comes back, without the echo.
    mutating func type(_ text: String, end: String = "\r") -> String {
        var output: [UInt8] = []
        for effect in line.receive(Array((text + end).utf8)[...]) {
            if case .write(let bytes) = effect { output += bytes }
            if case .hangUp = effect { output += Array("<gone>".utf8) }
            if case .finish = effect { output += Array("<end>".utf8) }
        }
        let answer = String(decoding: output, as: UTF8.self)
        return answer.hasPrefix(text + "\r\n") ? String(answer.dropFirst(text.count + 1)) : answer
    }

    var config: [String] { device.junosSystem?.configuration ?? [] }
    func put(_ text: String, _ path: String = "/var/tmp/new.conf") {
        #expect(device.store(Array(text.utf8), at: path, mode: 0o644) == nil)
    }
}

@Suite("A Junos-like configuration as a value")
struct JunosConfigurationTests {
    @Test("it prints what it was read from, with braces and as set commands")
    func prints() {
        let lines = JunosConsole.config.split(separator: "\n").map(String.init)
        let configuration = JunosConfiguration(JunosConsole.config)
        #expect(configuration.text == lines, "\(configuration.text.difference(from: lines))")
        #expect(
            configuration.setText.contains(
                "set interfaces ge-0/0/2 unit 0 family ethernet-switching vlan members voice"))
        #expect(configuration.setText.contains(#"set interfaces ge-0/0/2 description "Ward 3, bed 2""#))
    }

    @Test("its set commands in any order make the same configuration", arguments: 1...10)
    func sets(seed: UInt64) {
        var dice = Dice(seed: seed)
        let configuration = JunosConfiguration(JunosConsole.config)
        var other = JunosConfiguration()
        // The order of values in a list is the device's to keep.
        for line in configuration.setText.filter({ !$0.contains("members") }).shuffled(using: &dice) {
            #expect(other.enter(JunosText.words(line).dropFirst().map(\.text)) == true)
        }
        for value in ["pumps", "voice"] {
            other.enter("interfaces ge-0/0/2 unit 0 family ethernet-switching vlan members \(value)".words)
        }
        #expect(other.text == configuration.text)
    }

    @Test("deleting the last statement of a section deletes the section")
    func deletes() {
        var configuration = JunosConfiguration(JunosConsole.config)
        #expect(configuration.delete("system ntp server 10.99.0.10".words) == true)
        #expect(configuration.text.contains("        server 10.99.0.11;"))
        #expect(configuration.delete("system ntp server 10.99.0.11".words) == true)
        #expect(!configuration.text.contains("    ntp {"))
        #expect(configuration.delete("system ntp".words) == false)
        #expect(
            configuration.delete("interfaces ge-0/0/2 unit 0 family ethernet-switching vlan members voice".words)
                == true)
        #expect(configuration.text.contains { $0.hasSuffix("members pumps;") })
    }

    @Test("a comparison shows changed, new and lost statements where they stand")
    func compares() {
        let old = JunosConfiguration(JunosConsole.config)
        var new = old
        new.enter("system host-name ex-2".words)
        new.enter("vlans voice vlan-id 30".words)
        _ = new.delete("system ntp server 10.99.0.11".words)
        #expect(
            new.comparison(with: old) == [
                "[edit system]", "-  host-name ex-1;", "+  host-name ex-2;", "[edit system ntp]",
                "-   server 10.99.0.11;", "[edit vlans]", "+   voice {", "+       vlan-id 30;", "+   }",
            ])
        #expect(old.comparison(with: old).isEmpty)
    }
}

@Suite("Changing a Junos-like device at its command line")
struct JunosWritingTests {
    @Test("changes are made in the candidate and take effect with the commit")
    func committing() throws {
        var console = try JunosConsole()
        #expect(console.type("configure") == "Entering configuration mode\r\n\r\n[edit]\r\nnetbackup@ex-1# ")
        #expect(console.type("set system host-name ex-2") == "\r\n[edit]\r\nnetbackup@ex-1# ")
        #expect(
            console.type("show | compare").hasPrefix("[edit system]\r\n-  host-name ex-1;\r\n+  host-name ex-2;\r\n"))
        #expect(console.type("run show configuration system host-name").contains("ex-1#"))
        #expect(console.type("commit check").hasPrefix("configuration check succeeds\r\n"))
        #expect(console.config.contains("    host-name ex-1;"))
        #expect(console.type("commit") == "commit complete\r\n\r\n[edit]\r\nnetbackup@ex-2# ")
        #expect(console.config.contains("    host-name ex-2;"))
        #expect(console.type("exit") == "Exiting configuration mode\r\n\r\nnetbackup@ex-2> ")
        #expect(
            console.type("show configuration").hasPrefix(
                "## Last commit: 2027-03-02 01:00:00 UTC by netbackup\r\nversion"))
        #expect(console.type("show configuration | compare rollback 1").contains("+  host-name ex-2;"))
        #expect(console.type("show configuration | display set").hasPrefix("set version 22.4R3.25\r\n"))
        #expect(console.type("exit") == "<end>")
    }

    @Test("what it does not know is a syntax error below the word")
    func errors() throws {
        var console = try JunosConsole()
        #expect(console.type("nonsense") == "                ^\r\nunknown command.\r\n\r\nnetbackup@ex-1> ")
        #expect(console.type("show nonsense").contains("syntax error, expecting <command>."))
        _ = console.type("configure")
        let answer = console.type("set system nonsense x")
        #expect(answer.hasPrefix(String(repeating: " ", count: 16 + 11) + "^\r\nsyntax error.\r\n"))
        #expect(console.type("delete vlans none").hasPrefix("warning: statement not found\r\n"))
        #expect(console.type("exit").contains("Exiting configuration mode"))
        #expect(console.device.counters.writes == 0)
    }

    @Test("loading a printed configuration over another gives exactly that")
    func override() throws {
        var console = try JunosConsole("system { host-name blank; }")
        console.put("## Last commit: 2027-03-02 00:00:00 UTC by root\n" + JunosConsole.config + "\n")
        _ = console.type("configure exclusive")
        #expect(console.type("load override /var/tmp/new.conf").hasPrefix("load complete\r\n"))
        #expect(
            console.type("commit and-quit").contains(
                "commit complete\r\nExiting configuration mode\r\n\r\nnetbackup@ex-1> "))
        #expect(console.config == JunosConsole.config.split(separator: "\n").map(String.init))
        let sets = console.device.junosSystem?.active.setText ?? []
        console.put("delete\n" + sets.map { $0 + "\n" }.joined(), "/var/tmp/set.conf")
        _ = console.type("configure")
        #expect(console.type("load set /var/tmp/set.conf").hasPrefix("load complete\r\n"))
        #expect(console.type("show | compare").hasPrefix("\r\n[edit]"))
    }

    @Test("a file with errors is loaded but for them, and each is told")
    func loadErrors() throws {
        var console = try JunosConsole()
        console.put("system {\n    host-name new;\n    nonsense 4;\n}\n")
        console.put("set system host-name new\nset system nonsense 4\n", "/var/tmp/set.conf")
        _ = console.type("configure")
        let answer = console.type("load override /var/tmp/new.conf")
        #expect(
            answer.hasPrefix(
                "/var/tmp/new.conf:3:(14) syntax error: nonsense\r\n  [edit system]\r\n    'nonsense 4;'\r\n"))
        #expect(answer.contains("load complete (1 errors)\r\n"))
        #expect(
            console.type("load set /var/tmp/set.conf").hasPrefix(
                "/var/tmp/set.conf:2:(12) syntax error: nonsense\r\nload complete\r\n"))
        #expect(console.type("load override /var/tmp/none").hasPrefix("error: "))
        console.put("system {\n    host-name new;\n")
        #expect(console.type("load override /var/tmp/new.conf").contains("load complete (1 errors)"))
        #expect(console.type("rollback 0").hasPrefix("load complete"))
        #expect(console.type("show | compare").hasPrefix("\r\n[edit]"))
    }

    @Test("a confirmed commit comes back by itself unless there is another one")
    func confirmed() throws {
        var console = try JunosConsole()
        let before = console.config
        _ = console.type("configure")
        _ = console.type("set vlans voice vlan-id 30")
        #expect(
            console.type("commit confirmed 1").hasPrefix(
                "commit confirmed will be automatically rolled back in 1 minutes unless confirmed\r\ncommit complete\r\n"
            ))
        #expect(console.type("").contains("\r\n# commit confirmed will be rolled back in 1 minute\r\n[edit]\r\n"))
        #expect(console.config != before)
        console.device.elapse(.seconds(61))
        #expect(console.config == before)
        #expect(console.type("show | compare").hasPrefix("\r\n[edit]"))
        _ = console.type("set vlans voice vlan-id 30")
        _ = console.type("commit confirmed 1")
        #expect(console.type("commit").hasPrefix("commit complete"))
        console.device.elapse(.seconds(61))
        #expect(console.config != before)
        console.device.setFault(.deafConfirm)
        _ = console.type("set vlans more vlan-id 31")
        _ = console.type("commit confirmed 1")
        #expect(console.type("commit").hasPrefix("commit complete"))
        console.device.elapse(.seconds(61))
        #expect(!console.config.contains("    more {"))
        _ = console.type("rollback 1")
        #expect(console.type("show | compare").contains("+   more {"))
    }

    @Test("one session can hold the configuration alone, and its changes go with it")
    func exclusive() throws {
        var console = try JunosConsole()
        let device = console.device
        #expect(
            console.type("configure exclusive").hasPrefix("warning: uncommitted changes will be discarded on exit\r\n")
        )
        _ = console.type("set vlans voice vlan-id 30")
        var other = JunosConsole(on: device, login: LabLogin(user: "other"))
        #expect(other.type("configure").hasPrefix("error: configuration database locked by:\r\n  netbackup terminal"))
        #expect(other.type("configure exclusive").hasSuffix("other@ex-1> "))
        #expect(console.type("exit").hasSuffix("Discard uncommitted changes? [yes,no] (yes) "))
        #expect(console.type("yes").hasPrefix("Exiting configuration mode"))
        _ = console.type("configure exclusive")
        _ = console.type("set vlans voice vlan-id 30")
        console = JunosConsole(on: device)  // its line broke
        #expect(other.type("configure exclusive").contains("Entering configuration mode\r\n"))
        #expect(other.type("show | compare").hasPrefix("\r\n[edit]"))
    }

    @Test("shared changes are asked about on the way out and found again on the way in")
    func shared() throws {
        var console = try JunosConsole()
        _ = console.type("configure")
        _ = console.type("set vlans voice vlan-id 30")
        #expect(
            console.type("exit")
                == "The configuration has been changed but not committed\r\nExit with uncommitted changes? [yes,no] (yes) "
        )
        #expect(console.type("no").hasSuffix("# "))
        _ = console.type("quit")
        #expect(console.type("").contains("Exiting configuration mode"))
        #expect(console.type("configure").contains("The configuration has been changed but not committed\r\n"))
        #expect(console.type("configure exclusive").contains("unknown command."))
    }

    @Test("files are listed, shown and deleted; a reading account changes nothing")
    func files() throws {
        var console = try JunosConsole()
        console.put("one\n", "/var/tmp/a")
        #expect(console.type("file list /var/tmp") == "\r\n/var/tmp:\r\na\r\n\r\nnetbackup@ex-1> ")
        #expect(console.type("file show /var/tmp/a").hasPrefix("one\r\n"))
        #expect(console.type("file delete /var/tmp/a") == "\r\nnetbackup@ex-1> ")
        #expect(console.type("file delete /var/tmp/a").contains("No such file or directory"))
        console.device.setFault(.diskFull)
        #expect(console.device.store([1], at: "/var/tmp/b", mode: 0)?.contains("No space left") == true)
        var reader = JunosConsole(on: console.device, login: LabLogin(user: "reader", mayWrite: false))
        #expect(reader.type("configure").contains("unknown command."))
    }

    @Test("pages joined without their marks are the whole answer")
    func paging() throws {
        var console = try JunosConsole()
        let whole = console.type("show configuration")
        _ = console.type("set cli screen-length 10")
        var text = console.type("show configuration")
        var pages = 1
        while text.hasSuffix("---(more)---") {
            text =
                text.dropLast(12)
                + console.type(" ", end: "").replacing("\r\(String(repeating: " ", count: 40))\r", with: "")
            pages += 1
        }
        #expect(pages > 4)
        #expect(text == whole)
    }
}
