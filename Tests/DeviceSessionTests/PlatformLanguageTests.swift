import ConfigModel
import Foundation
import Synchronization
import Testing
import TransportContract

@testable import DeviceSession

/// One device, asked by a platform that uses a part of the language.
enum Ward {
    static let patience = Patience(
        settle: .milliseconds(20), confirm: .milliseconds(10), unechoed: .milliseconds(30), pager: .milliseconds(2),
        doubt: .milliseconds(50), stall: .milliseconds(400), nudge: .milliseconds(60), probe: .milliseconds(500),
        leave: .milliseconds(10))

    static func collect(
        _ platform: Platform, _ device: ScriptedDevice, limit: Int = 1 << 20, login: SessionLogin? = nil,
        enable: Secret? = nil, vars: [String: String] = [:], known: [KnownImage] = [], inWindow: Bool = false,
        trace: (@Sendable (SessionTrace) -> Void)? = nil, for time: Duration = .seconds(120)
    ) async throws -> Capture {
        let collector = try DeviceCollector(
            platform: platform, host: "dev (192.0.2.7:22)", artifactLimit: limit, login: login, enable: enable,
            patience: patience, vars: vars, knownImages: known, inWindow: inWindow, trace: trace)
        return try await collector.collect(from: device, until: .now + time)
    }

    static func platform(
        _ collect: [CollectRule], session: SessionRules = SessionRules(), via: [CommandChannel] = [.shell],
        modes: [String: ModeRule] = [:], lists: [String: ListRule] = [:], facts: [FactRule] = [],
        firmware: [FirmwareRule] = [], prompt: PatternText? = #"^[\w.\-]{1,63}( \(\w+\) )?[>#]\s?$"#
    ) -> Platform {
        Platform(
            name: "ward", prompt: prompt, via: via, errors: ["^% ?Invalid", "^Unknown action"],
            pager: [PagerRule(pattern: "^--More--$", answer: " ")], session: session, modes: modes, lists: lists,
            collect: collect, facts: facts, firmware: firmware)
    }

    static func command(_ line: String..., as name: String = "running-config") -> CollectRule {
        CollectRule(source: .command(line, artifact: name, effect: .none))
    }

    static func text(_ capture: Capture, _ name: String = "running-config") -> String? {
        capture.artifacts.first { $0.name.text == name }.map { String(decoding: $0.collected, as: UTF8.self) }
    }
}

@Suite("The platform language on a command line")
struct PlatformLanguageTests {
    private static let config = "hostname sw1\ninterface 1\nend\n"

    // MARK: login, begin, enable, leave

    private static let asking = SessionRules(
        leave: [.init(send: "exit", effect: .session)],
        questions: [
            QuestionRule(ask: "Press any key to continue", answer: .text(" "), enter: false, at: [.login]),
            QuestionRule(ask: "(?i)^user ?: ?$", answer: .user, at: [.login]),
            QuestionRule(ask: "(?i)^password ?: ?$", answer: .password, at: [.login]),
            QuestionRule(ask: #"save .*\(y/n\) ?$"#, answer: .text("n"), enter: false, at: [.leave]),
        ])

    private static func askingPeer(password: String) -> TalkingPeer {
        let ready = TalkingPeer.Reply(text: "\nWelcome\n")
        let wrong = TalkingPeer.Reply(text: "\nAccess denied\nUser: ", asks: ["*": "again"])
        let user = TalkingPeer.Reply(
            text: "\nUser: ",
            asks: ["backup\n": .init(text: "backup\nPassword: ", asks: [password + "\n": ready, "*": wrong])])
        var peer = TalkingPeer(
            prompt: "sw1#",
            [
                "show config": .init(text: config),
                "exit": .init(
                    text: "Do you want to save the configuration? (y/n) ",
                    asks: ["n": .init(text: "n\nbye\n", hangsUp: true)]),
            ])
        peer.greeting = "Ward 3\nPress any key to continue"
        peer.firstAsks = [" ": user]
        return peer
    }

    @Test("answers what the device asks after the login and while leaving, and each key once")
    func questions() async throws {
        let device = ScriptedDevice(shell: { Self.askingPeer(password: "s3cret") })
        let platform = Ward.platform([Ward.command("show config")], session: Self.asking)
        let capture = try await Ward.collect(
            platform, device, login: SessionLogin(user: "backup", password: Secret("s3cret")))
        #expect(Ward.text(capture) == Self.config)
        #expect(await device.typed == " backup\ns3cret\n\nshow config\n\nexit\nn")
    }

    @Test("a password asked for twice is a refused login, sent once and shown nowhere")
    func refusedLogin() async throws {
        let device = ScriptedDevice(shell: { Self.askingPeer(password: "other") })
        let platform = Ward.platform([Ward.command("show config")], session: Self.asking)
        let error = await #expect(throws: SessionError.self) {
            try await Ward.collect(platform, device, login: SessionLogin(user: "backup", password: Secret("s3cret")))
        }
        #expect(error?.kind == .refusedLogin)
        #expect(error?.description.contains("s3cret") == false)
        #expect(await device.typed == " backup\ns3cret\n")
    }

    @Test("begin reaches the command line where the prompt asks for it, enable asks for no password")
    func begin() async throws {
        let session = SessionRules(
            start: [.init(send: "set width 0", effect: .session, when: "#$")],
            enable: .init(send: "enable", ask: nil, privileged: "#$", password: .none),
            begin: [
                .init(send: "cli", effect: .session, when: #"%\s?$"#),
                .init(send: "never", effect: .session, when: "@"),
            ])
        let peer = TalkingPeer(
            prompt: "root@fw%",
            [
                "cli": .init(prompt: "fw>"), "enable": .init(prompt: "fw#"), "set width 0": "",
                "fw# show config": .init(text: Self.config),
            ])
        let device = ScriptedDevice(shell: { peer })
        let platform = Ward.platform(
            [Ward.command("show config")], session: session, prompt: #"^[\w@.\-]{1,63}[>#%]\s?$"#)
        #expect(Ward.text(try await Ward.collect(platform, device)) == Self.config)
        #expect(await device.typed == "\ncli\n\nenable\n\nset width 0\nshow config\n\n")
    }

    @Test("sudo takes the login's password, and an optional privilege that is refused is noted")
    func sudo() async throws {
        let session = SessionRules(
            enable: .init(
                send: "sudo su -", ask: "(?i)password.*: ?$", privileged: "#$", password: .login, optional: true))
        let login = SessionLogin(user: "me", password: Secret("s3cret"))
        let platform = Ward.platform([Ward.command("show config")], session: session)
        for (sudo, note) in [
            (
                TalkingPeer.Reply(
                    text: "[sudo] password for me: ", asks: ["s3cret\n": .init(text: "\n", prompt: "gw#")]), nil
            ),
            ("me is not in the sudoers file\n", "not in the sudoers"),
        ] as [(TalkingPeer.Reply, String?)] {
            let peer = TalkingPeer(prompt: "gw>", ["sudo su -": sudo, "show config": .init(text: Self.config)])
            let capture = try await Ward.collect(platform, ScriptedDevice(shell: { peer }), login: login)
            #expect(Ward.text(capture) == Self.config)
            #expect(capture.notes.contains { $0.contains(note ?? "#") } == (note != nil))
        }
    }

    @Test("a device that is at work is left alone", arguments: [true, false])
    func ready(isIdle: Bool) async throws {
        let session = SessionRules(ready: .init(command: "show activity", effect: .none, idle: "^idle$"))
        let peer = TalkingPeer(
            prompt: "sw1#",
            [
                "show activity": .init(text: isIdle ? "now\nidle\n" : "scanning\n"),
                "show config": .init(text: Self.config),
            ])
        let device = ScriptedDevice(shell: { peer })
        let platform = Ward.platform([Ward.command("show config")], session: session)
        if isIdle {
            #expect(Ward.text(try await Ward.collect(platform, device)) == Self.config)
        } else {
            let error = await #expect(throws: SessionError.self) { try await Ward.collect(platform, device) }
            #expect(error == .deviceBusy(host: "dev (192.0.2.7:22)", answer: "scanning"))
            #expect(error?.kind == .busy)
            #expect(await device.typed == "\nshow activity\n")
        }
    }

    // MARK: prompts

    @Test("lines that the device puts above each prompt are no part of an answer")
    func aboveThePrompt() async throws {
        var peer = TalkingPeer(prompt: "A:admin@node#", ["info": .init(text: Self.config)])
        peer.above = "\r\n[/]\r\n"
        let (device, platform) = (
            ScriptedDevice(shell: { [peer] in peer }),
            Ward.platform([Ward.command("info")], prompt: #"^[\w:@]+# ?$"#)
        )
        #expect(Ward.text(try await Ward.collect(platform, device)) == Self.config)
    }

    @Test("a line like the prompt before a long pause does not end a text that has no end marker")
    func lookAlike() async throws {
        let peer = TalkingPeer(
            prompt: "sw1#",
            ["show config": .init(text: "hostname sw1\nsw1#", later: "\nmore\nend\nsw1#")])
        let device = ScriptedDevice(shell: { peer })
        let capture = try await Ward.collect(Ward.platform([Ward.command("show config")]), device)
        #expect(Ward.text(capture) == "hostname sw1\nsw1#\nmore\nend\n")
    }

    @Test("the line end is the platform's", arguments: LineEnd.allCases)
    func enter(end: LineEnd) async throws {
        var peer = TalkingPeer(prompt: "sw1#", ["show config": .init(text: Self.config)])
        peer.enter = String(decoding: end.bytes, as: UTF8.self)
        let device = ScriptedDevice(shell: { [peer] in peer })
        let platform = Ward.platform([Ward.command("show config")], session: SessionRules(enter: end))
        #expect(Ward.text(try await Ward.collect(platform, device)) == Self.config)
    }

    // MARK: via

    @Test("the next way is tried when the device refuses one, and none of it is typed twice")
    func via() async throws {
        let peer = TalkingPeer(prompt: "sw1#", ["show config": .init(text: Self.config)])
        let noExec = ScriptedDevice(methods: [], shell: { peer })
        let platform = Ward.platform([Ward.command("show config")], via: [.exec, .shell])
        #expect(Ward.text(try await Ward.collect(platform, noExec)) == Self.config)
        let noShell = ScriptedDevice(commands: { _ in
            CommandResult(output: Array(Self.config.utf8), errors: [], status: 0)
        })
        let other = Ward.platform([Ward.command("show config")], via: [.shell, .exec])
        #expect(Ward.text(try await Ward.collect(other, noShell)) == Self.config)
        #expect(noShell.asked == ["exec: show config"])
    }

    @Test("a shell without a prompt gives way to commands")
    func noPrompt() async throws {
        var menu = TalkingPeer(prompt: "1) Status  2) Quit", [:])
        menu.greeting = "Main menu\n"
        let device = ScriptedDevice(shell: { [menu] in menu }) { _ in
            CommandResult(output: Array(Self.config.utf8), errors: [], status: 0)
        }
        let platform = Ward.platform([Ward.command("show config")], via: [.shell, .exec])
        #expect(Ward.text(try await Ward.collect(platform, device)) == Self.config)
    }

    // MARK: commands

    @Test("the next command is tried when one is refused, empty or incomplete, and the first text is kept at last")
    func fallbacks() async throws {
        let peer = TalkingPeer(
            prompt: "sw1#",
            ["show part": "hostname sw1\n", "show nothing": "", "show all": .init(text: Self.config)])
        var rule = Ward.command("show none", "show nothing", "show part", "show all")
        rule.endMarker = "^end$"
        let whole = try await Ward.collect(Ward.platform([rule]), ScriptedDevice(shell: { peer }))
        #expect(Ward.text(whole) == Self.config)
        #expect(whole.artifacts.first?.defects == [])
        rule.source = .command(["show none", "show part"], artifact: "running-config", effect: .none)
        let part = try await Ward.collect(Ward.platform([rule]), ScriptedDevice(shell: { peer }))
        #expect(Ward.text(part) == "hostname sw1\n")
        #expect(part.artifacts.first?.defects.count == 1)
    }

    @Test("heavy commands wait for a window, and of two rules for one artifact the first that delivers counts")
    func heavyAndTwice() async throws {
        let peer = TalkingPeer(
            prompt: "sw1#", ["show config": .init(text: Self.config), "show tech": "tech\n", "show other": "other\n"])
        var heavy = Ward.command("show tech", as: "tech")
        heavy.heavy = true
        let platform = Ward.platform([Ward.command("show config"), Ward.command("show other"), heavy])
        let device = ScriptedDevice(shell: { peer })
        let capture = try await Ward.collect(platform, device)
        #expect(capture.artifacts.map(\.name.text) == ["running-config"])
        #expect(capture.notes.contains { $0.contains("tech") && $0.contains("window") })
        #expect(await !device.typed.contains("show other"))
        let inside = try await Ward.collect(platform, ScriptedDevice(shell: { peer }), inWindow: true)
        #expect(inside.artifacts.map(\.name.text) == ["running-config", "tech"])
    }

    @Test(
        "variables of the inventory are filled in; one that is missing or presses keys is a fault before anything is sent"
    )
    func variables() async throws {
        let peer = TalkingPeer(prompt: "sw1#", ["show config all": .init(text: Self.config)])
        let platform = Ward.platform([Ward.command("show {vars.what}")])
        let capture = try await Ward.collect(platform, ScriptedDevice(shell: { peer }), vars: ["what": "config all"])
        #expect(Ward.text(capture) == Self.config)
        for vars in [[:], ["what": "config\nreload"]] {
            let device = ScriptedDevice(shell: { peer })
            let error = await #expect(throws: SessionError.self) {
                try await Ward.collect(platform, device, vars: vars)
            }
            guard case .platformFault(_, "ward", let reason)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(reason.contains("'what'"))
            #expect(await device.typed == "")
        }
    }

    // MARK: modes and lists

    private static let vdoms = Ward.platform(
        [
            CollectRule(
                source: .command("show", artifact: "running-config-{vdom}", effect: .none), mode: "vdom",
                foreach: "vdom"),
            CollectRule(source: .command("show", artifact: "global", effect: .none), mode: "global"),
        ],
        modes: [
            "vdom": ModeRule(
                enter: [.init(send: "config vdom", effect: .session), .init(send: "edit {vdom}", effect: .session)],
                leave: [.init(send: "end", effect: .session)]),
            "global": ModeRule(
                enter: [.init(send: "config global", effect: .session)], leave: [.init(send: "end", effect: .session)]),
        ],
        lists: [
            "vdom": ListRule(
                command: "list vdoms", effect: .none, mode: "global", find: #"^name=(.*)$"#,
                allow: #"[A-Za-z0-9_.\-]{1,31}"#)
        ],
        prompt: #"^fw( \([\w.]+\))? #\s?$"#)

    private static func firewall(_ list: String) -> TalkingPeer {
        let inVdom = { (name: String) in TalkingPeer.Reply(prompt: "fw (\(name)) #") }
        return TalkingPeer(
            prompt: "fw #",
            [
                "fw # config global": .init(prompt: "fw (global) #"), "fw # config vdom": .init(prompt: "fw (vdom) #"),
                "fw (global) # list vdoms": .init(text: list), "fw (global) # show": "global\n",
                "fw (vdom) # edit root": inVdom("root"), "fw (vdom) # edit dmz": inVdom("dmz"),
                "fw (root) # show": "of root\n", "fw (dmz) # show": "of dmz\n", "end": .init(prompt: "fw #"),
            ])
    }

    @Test("modes are entered and left, lists give values, and a value that is not allowed is never sent")
    func foreach() async throws {
        let list =
            "name=root\nname=dmz\nname=a;reload\nname=b|c\nname=two words\nname=x\u{1}y\nname=../../x y\nname=root\n"
        let device = ScriptedDevice(shell: { Self.firewall(list) })
        let capture = try await Ward.collect(Self.vdoms, device)
        #expect(capture.artifacts.map(\.name.text) == ["running-config-root", "running-config-dmz", "global"])
        #expect(Ward.text(capture, "running-config-root") == "of root\n")
        #expect(Ward.text(capture, "running-config-dmz") == "of dmz\n")
        #expect(Ward.text(capture, "global") == "global\n")
        let typed = await device.typed
        #expect(
            !typed.contains("reload") && !typed.contains("b|c") && !typed.contains("words") && !typed.contains(".."))
        #expect(typed.components(separatedBy: "list vdoms").count == 2)
        #expect(capture.notes.filter { $0.contains("'allow'") }.count == 5)
    }

    @Test("a mode that refuses refuses its rule, and the next is asked in the right place")
    func refusedMode() async throws {
        let device = ScriptedDevice(shell: { Self.firewall("name=gone\nname=root\n") })
        var platform = Self.vdoms
        platform.collect[0].optional = true
        let capture = try await Ward.collect(platform, device)
        #expect(capture.artifacts.map(\.name.text) == ["running-config-root", "global"])
        #expect(Ward.text(capture, "running-config-root") == "of root\n")
        #expect(capture.notes.contains { $0.contains("running-config-gone") && $0.contains("edit gone") })
    }

    @Test("a placeholder without its list is a fault of the platform")
    func placeholder() {
        var platform = Self.vdoms
        platform.collect[0].foreach = nil
        platform.collect[0].mode = nil
        platform.collect[0].source = .command("show {vdom}", artifact: "x", effect: .none)
        let faulty = platform
        #expect(throws: CollectorFault.self) { try CollectorRules(faulty) }
    }

    // MARK: trace

    @Test("the trace has every byte but the secrets")
    func trace() async throws {
        let events = Mutex<[SessionTrace]>([])
        let device = ScriptedDevice(shell: { Self.askingPeer(password: "s3cret") })
        let platform = Ward.platform([Ward.command("show config")], session: Self.asking)
        _ = try await Ward.collect(
            platform, device, login: SessionLogin(user: "backup", password: Secret("s3cret")),
            trace: { event in events.withLock { $0.append(event) } })
        let all = events.withLock { $0 }
        #expect(all.first == .opened("shell"))
        #expect(all.last == .closed)
        let sent = all.compactMap { if case .sent(let text) = $0 { text } else { nil } }
        #expect(sent == [" ", "backup\n", "<secret>", "\n", "show config\n", "\n", "exit\n", "n"])
    }
}
