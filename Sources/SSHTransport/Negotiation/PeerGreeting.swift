/// Listens to what a peer sends in clear at the beginning: its banner and its KEXINIT (RFC 4253, sections 4.2 and 7.1).
///
/// libssh2 reads the same bytes and does the work; this only knows afterwards what the peer was and what it offered.
/// Whatever the bytes are, it holds at most some 100 kB, and nothing once it is done.
struct PeerGreeting {
    enum Verdict: Equatable {
        case undecided
        /// The peer is an SSH 2 server as far as one can see.
        case speaksSSH
        /// It is not, and no more bytes will change that.
        case speaksSomethingElse
    }

    private enum Expected { case banner, keyExchange, nothing }

    private(set) var verdict = Verdict.undecided
    /// The first line, or as much of it as has come, for a person; nil while nothing has come.
    private(set) var firstLine: String?
    /// The identification, such as `SSH-2.0-OpenSSH_9.2`, for a person.
    private(set) var identification: String?
    /// What the peer's KEXINIT lists. Read when it is asked for: few sessions ask.
    var offer: PeerOffer? { keyExchange.flatMap { PeerOffer(payload: $0[...]) } }
    /// The payload of the KEXINIT.
    private var keyExchange: [UInt8]?

    private var expected = Expected.banner
    private var held: [UInt8] = []
    private var linesBefore = 0

    /// Whether there is more to learn.
    var isDone: Bool { expected == .nothing }

    mutating func read(_ bytes: some Collection<UInt8>) {
        guard !isDone else { return }
        held.append(contentsOf: bytes)
        if expected == .banner { readBanner() }
        if expected == .keyExchange { readKeyExchange() }
        if isDone { held = [] }
    }

    private mutating func readBanner() {
        while let end = held.firstIndex(of: UInt8(ascii: "\n")) {
            let line = held[..<end]
            note(line)
            let isLast = judge(line)
            held.removeSubrange(...end)
            if isLast { return }
            linesBefore += 1
            if linesBefore > 64 { return giveUp() }
        }
        note(held[...])
        if held.first == 0xFF || held.count > 8192 { giveUp() }
    }

    /// Whether the line is the identification. A server may send other lines before it.
    private mutating func judge(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: "SSH-".utf8) else { return false }
        identification = printable(line.filter { $0 != UInt8(ascii: "\r") }, limit: 120)
        if line.starts(with: "SSH-2.0-".utf8) || line.starts(with: "SSH-1.99-".utf8) {
            verdict = .speaksSSH
            expected = .keyExchange
        } else {
            giveUp()
        }
        return true
    }

    private mutating func note(_ line: ArraySlice<UInt8>) {
        guard linesBefore == 0, !line.isEmpty else { return }
        firstLine = printable(line.prefix(400).filter { $0 != UInt8(ascii: "\r") }, limit: 80)
    }

    private mutating func giveUp() {
        verdict = .speaksSomethingElse
        expected = .nothing
    }

    /// A packet in clear: length, length of the padding, payload, padding; no MAC yet.
    private mutating func readKeyExchange() {
        var reader = WireReader(held[...])
        guard let length = reader.uint32() else { return }
        guard (2...35_000).contains(length) else {
            expected = .nothing
            return
        }
        guard reader.rest.count >= Int(length) else { return }
        let packet = reader.rest.prefix(Int(length))
        expected = .nothing
        guard let padding = packet.first, packet.count > Int(padding) + 1 else { return }
        keyExchange = Array(packet.dropFirst().dropLast(Int(padding)))
    }
}
