import ConfigModel
import Foundation
import Synchronization
import Testing
import TransportContract

@testable import DeviceSession

/// A device that says anything at all, seasoned with what may lead a session astray, and keeps what it was sent.
private final class HostileDevice: DeviceConnection {
    struct Sent: Sendable {
        /// What stood before it: a secret is sent only to its own question.
        var asked: [UInt8]
        var bytes: [UInt8]
    }

    private let chance: Mutex<Chance>
    private let seasoning: [[UInt8]]
    let sent = Mutex<[Sent]>([])
    let run = Mutex<[String]>([])

    init(seed: UInt64, seasoning: [String]) {
        chance = Mutex(Chance(state: seed))
        self.seasoning = seasoning.map { Array($0.utf8) }
    }

    func words(_ most: Int) -> [UInt8] {
        chance.withLock { chance in
            (0..<Int.random(in: 0...most, using: &chance)).flatMap { _ -> [UInt8] in
                if Int.random(in: 0..<12, using: &chance) == 0 { return [UInt8.random(in: 0...255, using: &chance)] }
                return seasoning.randomElement(using: &chance) ?? []
            }
        }
    }

    func toss(_ sides: Int) -> Bool { chance.withLock { Int.random(in: 0..<sides, using: &$0) == 0 } }

    func openShell(
        _ terminal: TerminalRules, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any Transport {
        if toss(10) { throw .channelRefused(host: "h", what: "shell") }
        return HostileShell(self)
    }

    func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd {
        run.withLock { $0.append(command) }
        if toss(6) { throw .unsupported(host: "h", what: "commands") }
        try await piece(words(12))
        return CommandEnd(errors: words(2), status: toss(4) ? 1 : 0)
    }

    func listDirectory(_ path: String, until: ContinuousClock.Instant) async throws(SessionError) -> [DirectoryEntry] {
        if toss(3) { throw .unsupported(host: "h", what: "SFTP") }
        return (0..<3).map { _ in
            DirectoryEntry(name: String(decoding: words(2), as: UTF8.self), kind: .file, size: nil)
        }
    }

    func status(of path: String, until: ContinuousClock.Instant) async throws(SessionError) -> DirectoryEntry? {
        if toss(3) { throw .unsupported(host: "h", what: "SFTP") }
        return toss(2) ? nil : DirectoryEntry(name: "x", kind: .file, size: 3, modified: 3)
    }

    func readFile(
        _ path: String, by method: FileMethod, limit: Int, until: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) {
        if toss(3) { throw .fileUnavailable(host: "h", path: path, reason: "permission denied") }
        try await piece(words(4))
    }

    var legacyAlgorithms: [String] { [] }
    func close() async {}
}

/// Answers at once with anything; silence costs no time.
private actor HostileShell: Transport {
    private let device: HostileDevice
    private var said: [UInt8] = []
    private var left = 60

    init(_ device: HostileDevice) { self.device = device }

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(SessionError) {
        device.sent.withLock { $0.append(.init(asked: said, bytes: bytes)) }
        said = []
        // Echo, mostly: that leads deeper.
        if !device.toss(4) { pending = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }
    }

    private var pending: [UInt8] = []

    func receive(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        left -= 1
        guard left > 0 else { return [] }
        if pending.isEmpty, device.toss(2) { throw .timedOut(host: "h", during: "receiving") }
        let bytes = pending + device.words(5)
        pending = []
        guard !bytes.isEmpty else { throw .timedOut(host: "h", during: "receiving") }
        said += bytes
        return bytes
    }

    func close() async {}
}

@Suite("Only what the platform lists is sent")
struct ListedBytesTests {
    private static let words = [
        "show run", "list", "edit {v}", "show {v}", "verify {image}", "sum {path}", "cli", "end",
    ]

    /// A platform of random parts of the language.
    private static func platform(_ chance: inout Chance) -> Platform {
        func some() -> Bool { Bool.random(using: &chance) }
        var session = SessionRules(
            start: [.init(send: "start", effect: .session, optional: some())],
            leave: [.init(send: "exit", effect: .session)],
            enter: LineEnd.allCases.randomElement(using: &chance) ?? .lf,
            questions: [
                QuestionRule(ask: "^key\\?$", answer: .text("k"), enter: some()),
                QuestionRule(ask: "^User: ?$", answer: .user, at: [.login]),
                QuestionRule(ask: "^Login: ?$", answer: .password, at: [.login]),
            ], begin: [.init(send: "cli", effect: .session, optional: true, when: some() ? ">$" : nil)])
        if some() {
            session.enable = .init(
                send: "enable", ask: "^Password: ?$", privileged: "#$",
                password: SessionRules.Enable.Password.allCases.randomElement(using: &chance) ?? .enable,
                optional: some())
        }
        let modes = [
            "m": ModeRule(
                enter: [.init(send: "edit {v}", effect: .session)], leave: [.init(send: "end", effect: .session)])
        ]
        let lists = [
            "v": ListRule(command: "list", effect: .none, find: "v=([^\n]*)", allow: "[a-z.]{1,8}", optional: true)
        ]
        let methods = FileMethod.allCases.shuffled(using: &chance)
        return Platform(
            name: "any", prompt: some() ? #"^[\w.\-]{1,63}[>#]\s?$"# : #"^\S{0,20}[>#]\s?$"#,
            via: some() ? [.shell] : [.exec, .shell], errors: ["^% "],
            pager: [PagerRule(pattern: "^--More--$", answer: " ")], session: session, modes: modes, lists: lists,
            collect: [
                CollectRule(
                    source: .command(["show {v}", "show run"], artifact: "c-{v}", effect: .none), optional: true,
                    mode: some() ? "m" : nil, foreach: "v"),
                CollectRule(
                    source: .command("show run", artifact: "c", effect: .none), endMarker: "^end$", optional: true),
                CollectRule(source: .files(glob: "/e/*.c", methods: methods), optional: true),
            ],
            facts: [
                FactRule(
                    source: .command("show run", effect: .none),
                    finders: [.init(field: .boot, pattern: "v=([^\n]*)")], optional: true)
            ],
            firmware: [
                FirmwareRule(
                    images: .boot(allow: "[a-z.]{1,8}"), hash: [.init(algorithm: .md5, command: "verify {image}")]),
                FirmwareRule(
                    images: .files(glob: "/b/*", methods: methods),
                    hash: [.init(algorithm: .md5, command: "sum {path}")]),
            ])
    }

    private static let seasoning = [
        "sw1#", "sw1>", "\r\nsw1#", "\n", "\r\n", "% no\n", "end\n", "--More--", "Password: ", "User: ", "Login: ",
        "key?", "v=a\n", "v=b;reload\n", "v=c|d\n", "v=e f\n", "v=../..\n", "v=$(reboot)\n", "v=ab\u{1}\n", "/e/x.c\n",
        "/e/$(x).c\n", "/b/';reload;'\n", "/e/../y.c\n", "show run\r\n", "list\r\n", "x", "\u{1B}[K", "\u{8}", "\0",
    ]

    private static let rounds: Int = {
        let asked = ProcessInfo.processInfo.environment["PLUMBLINE_FUZZ"].flatMap { Int($0) } ?? 24_000
        return max(1, asked / 160)
    }()

    @Test("every byte to a hostile device is a listed line, key or answer, or an empty line", arguments: 0..<8)
    func listed(lane: Int) async throws {
        var chance = Chance(state: UInt64(lane) &* 104_729 &+ 3)
        for round in 0..<Self.rounds {
            await Task.yield()
            let platform = Self.platform(&chance)
            let device = HostileDevice(seed: chance.next(), seasoning: Self.seasoning)
            let collector = try DeviceCollector(
                platform: platform, host: "h", artifactLimit: 1 << 16,
                login: SessionLogin(user: "backup", password: Secret("l0gin")), enable: Secret("en4ble"), inWindow: true
            )
            _ = try? await collector.collect(from: device, until: .now + .seconds(60))
            for sent in device.sent.withLock({ $0 }) {
                try Self.check(sent, platform.session.enter, "lane \(lane), round \(round)")
            }
            for command in device.run.withLock({ $0 }) where !Self.isListed(command) {
                throw FixtureFault(what: "lane \(lane), round \(round): it runs \(command.debugDescription)")
            }
        }
    }

    private static func check(_ sent: HostileDevice.Sent, _ end: LineEnd, _ place: String) throws {
        let text = String(decoding: sent.bytes, as: UTF8.self)
        let isEnded = sent.bytes.suffix(end.bytes.count).elementsEqual(end.bytes)
        let line = isEnded ? String(decoding: sent.bytes.dropLast(end.bytes.count), as: UTF8.self) : text
        let asked = String(decoding: sent.asked, as: UTF8.self)
        switch line {
        case "k": return
        case " ": guard isEnded else { return }
        case "": if isEnded { return }
        case "backup" where isEnded && asked.contains("User:"): return
        case "l0gin" where isEnded && (asked.contains("Login:") || asked.contains("Password:")): return
        case "en4ble" where isEnded && asked.contains("Password:"): return
        default: if isEnded, isListed(line) { return }
        }
        throw FixtureFault(what: "\(place): it sends \(text.debugDescription) after \(asked.debugDescription)")
    }

    /// The platform's lines, with values that `allow` admits.
    private static func isListed(_ line: String) -> Bool {
        let fixed = [
            "start", "exit", "cli", "enable", "end", "list", "show run", PathGlob("/e/*.c")?.listingCommand,
            PathGlob("/b/*")?.listingCommand, PathGlob("/e/*.c")?.typedListing, PathGlob("/b/*")?.typedListing,
        ]
        if fixed.contains(line) { return true }
        for word in ["edit ", "show ", "verify "] where line.hasPrefix(word) {
            let value = line.dropFirst(word.count)
            return (1...8).contains(value.count) && value.allSatisfy { $0 == "." || ("a"..."z").contains($0) }
        }
        for word in ["cat ", "sudo -n cat ", "sum "] where line.hasPrefix(word) {
            // One word for a shell: plain, or within quotes.
            var rest = String(line.dropFirst(word.count))
            guard !rest.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return false }
            if rest.hasPrefix("/") { return rest.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) } }
            guard rest.hasPrefix("'"), rest.hasSuffix("'"), rest.count > 1 else { return false }
            rest = String(rest.dropFirst().dropLast()).replacing("'\\''", with: "")
            return !rest.contains("'")
        }
        return false
    }
}
