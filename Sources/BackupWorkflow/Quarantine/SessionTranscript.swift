import DeviceSession
import FoundationEssentials

/// The beginning and the end of what passed in one session.
struct SessionTranscript: Sendable, Hashable {
    /// One thing that passed, as one line of JSON.
    struct Event: Sendable, Hashable, Codable {
        enum Kind: String, Sendable, Codable { case opened, sent, received, closed, note, elided }

        var kind: Kind
        /// Of `received` the bytes where they are UTF-8, of `elided` how many bytes were left out.
        var text: String?
        /// In base64, of `received` where they are none.
        var bytes: Data?

        var received: [UInt8]? { kind == .received ? bytes.map(Array.init) ?? text.map { Array($0.utf8) } : nil }
    }

    /// How many bytes are kept of the beginning, and as many of the end.
    let limit: Int
    private var head: [SessionTrace] = []
    private var headBytes = 0
    private var tail: [SessionTrace] = []
    private var tailBytes = 0
    private var elided = 0

    /// What one event costs besides its bytes.
    private static let overhead = 48
    /// Small pieces are joined up to this many bytes.
    private static let piece = 4096

    init(limit: Int) { self.limit = max(1024, limit) }

    var isEmpty: Bool { head.isEmpty }

    mutating func take(_ event: SessionTrace) {
        if headBytes < limit {
            headBytes += Self.append(event, to: &head)
            return
        }
        tailBytes += Self.append(event, to: &tail)
        while tailBytes > limit, tail.count > 1 {
            let gone = tail.removeFirst()
            tailBytes -= gone.size + Self.overhead
            elided += gone.size
        }
    }

    /// - Returns: How much more is kept now.
    private static func append(_ event: SessionTrace, to events: inout [SessionTrace]) -> Int {
        guard case .received(let bytes) = event else {
            events.append(event)
            return event.size + overhead
        }
        if case .received(let before)? = events.last, before.count + bytes.count <= piece {
            events[events.count - 1] = .received(before + bytes)
            return bytes.count
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            events.append(.received(Array(rest.prefix(piece))))
            rest = rest.dropFirst(piece)
        }
        return bytes.count + overhead * ((bytes.count + piece - 1) / piece)
    }

    /// What is written down, without the secrets of the credential.
    func events(hiding mask: SecretMask) -> [Event] {
        guard elided > 0 else { return Self.masked(head + tail, mask) }
        return Self.masked(head, mask, cutAtEnd: true) + [Event(kind: .elided, text: String(elided))]
            + Self.masked(tail, mask, cutAtStart: true)
    }

    /// - Parameter cutAtEnd: Whether a secret may have been cut in two there; then nothing of it is kept.
    private static func masked(
        _ events: [SessionTrace], _ mask: SecretMask, cutAtStart: Bool = false, cutAtEnd: Bool = false
    ) -> [Event] {
        var result: [Event] = []
        var pending: [UInt8] = []
        func flush(cut: Bool) {
            let whole = cut ? mask.maskedSoFar(pending).masked : mask.masked(pending)
            pending = []
            guard !whole.isEmpty else { return }
            let text = String(validating: whole, as: UTF8.self)
            result.append(Event(kind: .received, text: text, bytes: text == nil ? Data(whole) : nil))
        }
        for (index, event) in events.enumerated() {
            if case .received(let bytes) = event {
                // Pieces are put together before they are searched: a secret may come in two of them.
                pending += index == 0 && cutAtStart ? bytes.dropFirst(mask.cutStart(of: bytes)) : bytes[...]
                continue
            }
            flush(cut: false)
            switch event {
            case .opened(let what): result.append(Event(kind: .opened, text: what))
            case .sent(let text):
                result.append(
                    Event(kind: .sent, text: String(decoding: mask.masked(Array(text.utf8)), as: UTF8.self)))
            case .note(let text):
                result.append(
                    Event(kind: .note, text: String(decoding: mask.masked(Array(text.utf8)), as: UTF8.self)))
            case .closed: result.append(Event(kind: .closed))
            case .received: break
            }
        }
        flush(cut: cutAtEnd)
        return result
    }
}

extension SessionTrace {
    fileprivate var size: Int {
        switch self {
        case .opened(let text), .sent(let text), .note(let text): text.utf8.count
        case .received(let bytes): bytes.count
        case .closed: 0
        }
    }
}
