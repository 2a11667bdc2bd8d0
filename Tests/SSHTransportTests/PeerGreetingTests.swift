import ConfigModel
import Testing

@testable import SSHTransport

@Suite("What a peer says in clear")
struct PeerGreetingTests {
    private static let hello: [UInt8] = {
        var payload = WireWriter()
        payload.byte(20)
        payload.raw([UInt8](repeating: 9, count: 16))
        for list in [
            "diffie-hellman-group14-sha1", "ssh-rsa", "aes128-cbc", "aes128-cbc", "hmac-sha1", "hmac-sha1", "none",
            "none",
            "", "",
        ] { payload.string(list.utf8) }
        payload.byte(0)
        payload.uint32(0)
        var packet = WireWriter()
        packet.uint32(UInt32(payload.bytes.count + 5))
        packet.byte(4)
        packet.raw(payload.bytes)
        packet.raw([0, 0, 0, 0])
        return Array("a line before\r\nSSH-2.0-Old_1.0\r\n".utf8) + packet.bytes
    }()

    @Test("banner and KEXINIT are read alike wherever the bytes are cut", arguments: [1, 2, 3, 7, 64, 4096])
    func cut(size: Int) {
        var greeting = PeerGreeting()
        for start in stride(from: 0, to: Self.hello.count, by: size) {
            greeting.read(Self.hello[start..<min(start + size, Self.hello.count)])
        }
        #expect(greeting.verdict == .speaksSSH && greeting.isDone)
        #expect(greeting.identification == "SSH-2.0-Old_1.0" && greeting.firstLine == "a line before")
        #expect(greeting.offer?.hostKey == ["ssh-rsa"] && greeting.offer?.cipherToPeer == ["aes128-cbc"])
    }

    @Test("the first kind without a common algorithm is the mismatch")
    func mismatch() {
        var greeting = PeerGreeting()
        greeting.read(Self.hello)
        #expect(
            greeting.offer?.mismatch(with: .allowed(by: .modern))?.kind == "key exchange")
        #expect(greeting.offer?.mismatch(with: .allowed(by: .legacy)) == nil)
        var mixed = AlgorithmLists.allowed(by: .legacy)
        mixed.cipher = ["aes256-ctr"]
        #expect(
            greeting.offer?.mismatch(with: mixed)
                == PeerOffer.Mismatch(kind: "cipher", offered: ["aes128-cbc"], allowed: ["aes256-ctr"]))
    }

    @Test("a greeting that ends anywhere gives no offer and no crash")
    func truncated() {
        for length in 0..<Self.hello.count {
            var greeting = PeerGreeting()
            greeting.read(Self.hello.prefix(length))
            #expect(greeting.offer == nil)
        }
    }

    @Test("every changed byte of a KEXINIT is survived")
    func mutated() {
        for index in Self.hello.indices {
            for value in [0, 1, 127, 255] as [UInt8] {
                var bytes = Self.hello
                bytes[index] = value
                var greeting = PeerGreeting()
                greeting.read(bytes)
                #expect(greeting.offer?.keyExchange.count ?? 0 <= 64)
            }
        }
    }

    @Test("a peer that never gets to the point is given up, with little held")
    func endless() {
        var greeting = PeerGreeting()
        for _ in 0..<100 { greeting.read([UInt8](repeating: 0x41, count: 1000)) }
        #expect(greeting.verdict == .speaksSomethingElse && greeting.firstLine?.count == 80)
    }

    @Test("control characters in names never reach an error text")
    func controlCharacters() {
        #expect(printable("a\u{1B}[31mb\r\n\u{202E}".utf8, limit: 100) == "a\u{FFFD}[31mb\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test("host key algorithms of accepted keys come first")
    func preference() {
        let rsa = HostKey(algorithm: "ssh-rsa", blob: [])
        #expect(
            AlgorithmLists.allowed(by: .legacy).preferring([rsa]).hostKey.prefix(3)
                == ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"])
        #expect(AlgorithmLists.allowed(by: .modern).preferring([]).hostKey.first == "ssh-ed25519")
    }
}

@Suite("Questions of a keyboard-interactive login")
struct KeyboardInteractiveTests {
    private typealias Prompt = KeyboardInteractive.Prompt
    private let secret = Secret("open sesame")

    @Test("one hidden question gets the password, once")
    func once() {
        var questions = KeyboardInteractive(password: secret)
        #expect(questions.answers(to: []) == [])
        #expect(questions.answers(to: [Prompt(text: "Password: ", isHidden: true)]) == ["open sesame"])
        #expect(questions.answers(to: []) == [])
        #expect(questions.answers(to: [Prompt(text: "Token: ", isHidden: true)]) == nil)
        #expect(questions.refusedQuestion == "Token: ")
    }

    @Test("a shown question, or several, are refused and never answered")
    func refused() {
        for prompts in [
            [Prompt(text: "Favourite colour?", isHidden: false)],
            [Prompt(text: "Password: ", isHidden: true), Prompt(text: "Code: ", isHidden: true)],
        ] {
            var questions = KeyboardInteractive(password: secret)
            #expect(questions.answers(to: prompts) == nil && questions.isRefused)
        }
    }
}

@Suite("Refusals as servers send them")
struct LoginRefusalTests {
    private func read(_ bytes: [UInt8]) -> LoginRefusal? { bytes.withUnsafeBytes { LoginRefusal(message: $0) } }

    @Test("methods and partial success are read, whatever lies behind in memory")
    func read() {
        var message = WireWriter()
        message.byte(51)
        message.string("publickey,password".utf8)
        message.byte(1)
        message.raw([0xFF, 0x33])
        #expect(read(message.bytes)?.methods == ["publickey", "password"])
        #expect(read(message.bytes)?.isPartialSuccess == true)
        for length in 0..<24 { #expect(read(Array(message.bytes.prefix(length))) == nil) }
        #expect(read([52, 0, 0, 0, 0, 0]) == nil && read([51, 255, 255, 255, 255, 0]) == nil)
    }
}
