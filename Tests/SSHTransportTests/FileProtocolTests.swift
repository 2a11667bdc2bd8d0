import NIOCore
import Testing

@testable import SSHTransport

@Suite("SCP as bytes")
struct SCPReceiverTests {
    @Test("a file arrives alike wherever the bytes are cut", arguments: [1, 2, 5, 1000])
    func cut(size: Int) {
        let bytes = Array("T1 0 1 0\nC0644 5 a b\nhello\u{0}".utf8)
        var receiver = SCPReceiver()
        var events: [SCPReceiver.Event] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            events += receiver.receive(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let content = events.flatMap { event -> [UInt8] in if case .bytes(let part) = event { part } else { [] } }
        #expect(content == Array("hello".utf8))
        #expect(
            events.filter { $0 == .acknowledge }.count == 3 && events.contains(.size(5)) && events.last == .finished)
    }

    @Test(
        "messages and damage end the transfer",
        arguments: [
            (
                "\u{1}scp: /x: No such file or directory\n",
                SCPReceiver.Event.refused("scp: /x: No such file or directory")
            ),
            ("D0755 0 dir\n", .refused("it is a directory")), ("C0644 -1 x\n", .damaged("the line 'C0644 -1 x'")),
            ("hello\n", .damaged("the line 'hello'")), ("C0644 0 x\n\u{7}", .damaged("status 7 after the bytes")),
        ])
    func ended(text: String, event: SCPReceiver.Event) {
        var receiver = SCPReceiver()
        #expect(receiver.receive(Array(text.utf8)).last == event)
        #expect(receiver.receive(Array("C0644 5 x\n".utf8)).isEmpty)
    }

    @Test("an endless line ends, in one piece or in many", arguments: [100_000, 1000])
    func endless(size: Int) {
        var receiver = SCPReceiver()
        var events: [SCPReceiver.Event] = []
        for _ in 0..<(100_000 / size) { events += receiver.receive([UInt8](repeating: 0x41, count: size)) }
        events += receiver.receive([0x0A])
        #expect(events.count == 1)
        guard case .damaged = events.first else { return #expect(Bool(false), "\(events)") }
    }

    @Test("paths are quoted only where a shell would read them otherwise")
    func quoting() {
        #expect(SSHSession.quoted("/cfg/startup-config") == "/cfg/startup-config")
        #expect(SSHSession.quoted("/a b") == "'/a b'" && SSHSession.quoted("/it's") == "'/it'\\''s'")
        #expect(SSHSession.quoted("-rf") == "'./-rf'" && SSHSession.quoted("/x;reboot") == "'/x;reboot'")
    }
}

@Suite("SFTP as bytes")
struct FileDownloadTests {
    /// Answers as a server would that gives at most `most` bytes a request, in an order that `shuffle` decides.
    private func run(_ file: [UInt8], announced: Int, most: Int, backwards: Bool) -> [UInt8]? {
        var download = FileDownload(handle: [1], size: UInt64(announced))
        var last: UInt32 = 0
        var asked: [(UInt32, FileRequest)] = []
        var result: [UInt8] = []
        func next() -> UInt32 {
            last += 1
            return last
        }
        for _ in 0..<10_000 {
            asked += download.requests(nextID: next)
            let answers = backwards ? Array(asked.reversed()) : asked
            asked = []
            for (id, request) in answers {
                guard case .read(_, let offset, let length) = request else { return nil }
                let start = min(file.count, Int(offset))
                let part = file[start..<min(file.count, start + min(Int(length), most))]
                download.answered(id, part.isEmpty ? .status(code: 1, message: "") : .data(ByteBuffer(bytes: part)))
            }
            switch download.deliver(
                nextID: next, piece: { result += $0.readableBytesView }, ask: { asked.append(($0, $1)) })
            {
            case .more: continue
            case .ended: return result
            case .failed: return nil
            }
        }
        return nil
    }

    @Test(
        "the bytes are in order whatever the server's order, its piece size and what it announced",
        arguments: [1 << 20, 32_768, 5000])
    func order(most: Int) {
        let file = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        for announced in [0, 100, file.count, file.count * 2] {
            for backwards in [false, true] {
                #expect(run(file, announced: announced, most: most, backwards: backwards) == file)
            }
        }
    }

    @Test("more bytes than were asked for, or none, are damage")
    func damage() {
        for count in [0, 32_769] {
            var download = FileDownload(handle: [1], size: 10)
            var last: UInt32 = 0
            func next() -> UInt32 {
                last += 1
                return last
            }
            let first = download.requests(nextID: next)[0].0
            download.answered(first, .data(ByteBuffer(bytes: [UInt8](repeating: 0, count: count))))
            guard case .failed = download.deliver(nextID: next, piece: { _ in }, ask: { _, _ in }) else {
                return #expect(Bool(false), "accepted \(count)")
            }
        }
    }

    @Test("no packet makes the reader trap, whatever its bytes")
    func hostile() {
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<20_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let type = [2, 101, 102, 103, 104, 105, 99][Int(state % 7)]
            let body = (0..<Int((state >> 8) % 60)).prefix(60).map { UInt8(truncatingIfNeeded: state >> ($0 % 56)) }
            let packet = [0, 0, 0, UInt8(body.count + 5), UInt8(type), 0, 0, 0, 1] + body
            var reader = FilePacketReader()
            packet.withUnsafeBytes { reader.append($0) }
            _ = try? reader.next()
        }
    }

    @Test("a packet of absurd length is damage, not memory")
    func absurd() {
        var reader = FilePacketReader()
        ([0x7F, 0xFF, 0xFF, 0xFF, 104] as [UInt8]).withUnsafeBytes { reader.append($0) }
        #expect(throws: FilePacketReader.Damaged.self) { try reader.next() }
    }
}
