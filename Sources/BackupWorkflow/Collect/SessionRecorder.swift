package import ConfigModel
import DeviceSession
import Synchronization

/// Listens to one session: keeps its transcript, and shows it as it happens where somebody follows.
final class SessionRecorder: Sendable {
    private struct State {
        var transcript: SessionTranscript
        var secrets: [Secret] = []
        var mask = SecretMask(hiding: [])
        /// Received and not shown yet: a line that has no end so far.
        var held: [UInt8] = []
    }

    private let state: Mutex<State>
    private let device: DeviceID
    private let follow: SessionFollower?

    /// - Parameter limit: How many bytes of the beginning and of the end of the session are kept.
    init(_ device: DeviceID, limit: Int, follow: SessionFollower?) {
        state = Mutex(State(transcript: SessionTranscript(limit: limit)))
        self.device = device
        self.follow = follow
    }

    /// From now on this stands as `<secret>` wherever it is said.
    func hide(_ secret: Secret) {
        state.withLock { state in
            state.secrets.append(secret)
            state.mask = SecretMask(hiding: state.secrets)
        }
    }

    func take(_ event: SessionTrace) {
        let lines = state.withLock { state in
            state.transcript.take(event)
            return follow == nil ? [] : Self.lines(for: event, &state)
        }
        if !lines.isEmpty { follow?.show(device, lines) }
    }

    /// The longest part of a line that waits for its end.
    private static let mostHeld = 4096

    private static func lines(for event: SessionTrace, _ state: inout State) -> [String] {
        guard case .received(let bytes) = event else {
            let rest = SessionLine.received(state.mask.masked(state.held))
            state.held = []
            func masked(_ text: String) -> [UInt8] { state.mask.masked(Array(text.utf8)) }
            switch event {
            case .opened(let what): return rest + [SessionLine.opened(what)]
            case .sent(let text): return rest + SessionLine.sent(masked(text))
            case .note(let text): return rest + [SessionLine.note(String(decoding: masked(text), as: UTF8.self))]
            case .closed: return rest + [SessionLine.closed]
            case .received: return rest
            }
        }
        // Whole lines: many devices echo what is typed letter by letter.
        let all = state.held + bytes
        let end = all.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        guard end > 0 || all.count >= mostHeld else {
            state.held = all
            return []
        }
        // Without an end the secret may go on; before one it may not.
        let (masked, held) =
            end > 0 ? (masked: state.mask.masked(all[..<end]), held: Array(all[end...])) : state.mask.maskedSoFar(all)
        state.held = held
        return SessionLine.received(masked)
    }

    /// What was kept, without secrets of the credential.
    var events: [SessionTranscript.Event] {
        state.withLock { $0.transcript.events(hiding: $0.mask) }
    }
}

/// Somebody who follows sessions while they go on.
package struct SessionFollower: Sendable {
    /// Gets whole lines of printable ASCII, in order, from any thread.
    package let show: @Sendable (_ device: DeviceID, _ lines: [String]) -> Void

    package init(show: @escaping @Sendable (_ device: DeviceID, _ lines: [String]) -> Void) { self.show = show }
}
