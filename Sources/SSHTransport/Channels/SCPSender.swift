/// Sends one file by the protocol of `scp -t`: a line with mode and size, the bytes, a zero byte; the device acknowledges the
/// beginning, the line and the bytes. Does no I/O.
struct SCPSender {
    enum Event: Equatable {
        case send([UInt8])
        case finished
        /// The device says why not.
        case refused(String)
    }

    private enum State { case greeting, header, content, over }
    private var state = State.greeting
    private var message: [UInt8]?
    private let header: [UInt8]
    private let content: [UInt8]

    init(_ content: [UInt8], name: String, mode: Int) {
        let octal = String(mode & 0o7777, radix: 8)
        let padded = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
        header = Array("C\(padded) \(content.count) \(name)\n".utf8)
        self.content = content
    }

    /// What the device's bytes lead to, in order.
    mutating func receive(_ bytes: [UInt8]) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            if message != nil {
                if byte == UInt8(ascii: "\n") || (message?.count ?? 0) > 2048 { return events + refuse() }
                message?.append(byte)
                continue
            }
            switch byte {
            case 0: if let event = acknowledged() { events.append(event) }
            case 1, 2: message = []
            // Some print a banner or an error text in place of the protocol.
            default: message = [byte]
            }
        }
        return events
    }

    /// What the device says when it ends the transfer in the middle.
    mutating func ended() -> Event? {
        if case .over = state { return nil }
        return refuse().first
    }

    private mutating func acknowledged() -> Event? {
        switch state {
        case .greeting:
            state = .header
            return .send(header)
        case .header:
            state = .content
            return .send(content + [0])
        case .content:
            state = .over
            return .finished
        case .over: return nil
        }
    }

    private mutating func refuse() -> [Event] {
        state = .over
        let text = printable(message ?? [], limit: 200)
        return [.refused(text.isEmpty ? "the device ended the transfer" : text)]
    }
}
