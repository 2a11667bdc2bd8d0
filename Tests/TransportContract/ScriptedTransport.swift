package import DeviceSession

/// The far end of a `ScriptedTransport`: a value that answers bytes with bytes.
package protocol ScriptedPeer: Sendable {
    /// What it says before anything was sent to it.
    mutating func opened() -> [ScriptedReply]
    mutating func received(_ bytes: [UInt8]) -> [ScriptedReply]
}

package enum ScriptedReply: Sendable, Hashable {
    case say([UInt8])
    /// Nothing more comes after this.
    case hangUp

    package static func say(_ text: String) -> ScriptedReply { .say(Array(text.utf8)) }
}

/// A `Transport` in memory.
package actor ScriptedTransport: Transport {
    private var peer: any ScriptedPeer
    private let host: String
    /// The most bytes that one `receive` gives.
    private let pieces: Int
    private var waiting: [UInt8] = []
    /// How much of `waiting` has been given out.
    private var given = 0
    private var hungUp = false
    package private(set) var closed = false
    private var receiver: (number: Int, continuation: CheckedContinuation<Void, Never>)?
    private var receivers = 0

    /// Everything that was sent to the peer.
    package private(set) var sent: [UInt8] = []

    package init(_ peer: any ScriptedPeer, host: String = "scripted", pieces: Int = .max) {
        var peer = peer
        let replies = peer.opened()
        self.peer = peer
        self.host = host
        self.pieces = pieces
        for reply in replies {
            switch reply {
            case .say(let bytes): if !hungUp { waiting += bytes }
            case .hangUp: hungUp = true
            }
        }
    }

    package func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(SessionError) {
        guard !closed, !hungUp else { throw .closed(host: host, during: "sending") }
        guard deadline > .now else { throw .timedOut(host: host, during: "sending") }
        guard !bytes.isEmpty else { return }
        sent += bytes
        for reply in peer.received(bytes) {
            switch reply {
            case .say(let answer): if !hungUp { waiting += answer }
            case .hangUp: hungUp = true
            }
        }
        wake()
    }

    package func receive(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        while true {
            guard !closed else { throw .closed(host: host, during: "receiving") }
            if given < waiting.count { return next() }
            if hungUp { return [] }
            guard !Task.isCancelled else { throw .cancelled(host: host) }
            guard deadline > .now else { throw .timedOut(host: host, during: "receiving") }
            await event(until: deadline)
        }
    }

    private func next() -> [UInt8] {
        let piece = Array(waiting[given...].prefix(pieces))
        given += piece.count
        if given == waiting.count {
            waiting = []
            given = 0
        }
        return piece
    }

    package func close() async {
        closed = true
        wake()
    }

    /// Comes back when something happened, or when the deadline has passed.
    private func event(until deadline: ContinuousClock.Instant) async {
        receivers += 1
        let number = receivers
        // Ends with this wait: cancelled below.
        let alarm = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            wake(number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { receiver = (number, $0) }
        } onCancel: {
            alarm.cancel()
        }
        alarm.cancel()
    }

    private func wake(_ number: Int? = nil) {
        guard let receiver, number == nil || number == receiver.number else { return }
        self.receiver = nil
        receiver.continuation.resume()
    }
}

/// Says `ready`, then gives back every byte: the contract's `.echo`.
package struct EchoPeer: ScriptedPeer {
    package init() {}
    package mutating func opened() -> [ScriptedReply] { [.say("ready\n")] }
    package mutating func received(_ bytes: [UInt8]) -> [ScriptedReply] { [.say(bytes)] }
}

/// Says `bye` and hangs up: the contract's `.farewell`.
package struct FarewellPeer: ScriptedPeer {
    package init() {}
    package mutating func opened() -> [ScriptedReply] { [.say("bye\n"), .hangUp] }
    package mutating func received(_ bytes: [UInt8]) -> [ScriptedReply] { [] }
}
