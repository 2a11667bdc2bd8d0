import ConfigModel

/// One command line of a device: holds a `CLIDialogue` over a `Transport`.
struct ShellSession: Sendable {
    private let transport: any Transport
    private var dialogue: CLIDialogue
    private let deadline: ContinuousClock.Instant
    private let trace: (@Sendable (SessionTrace) -> Void)?
    private let lease: ByteLease?

    /// - Parameters:
    ///   - deadline: Of the whole session.
    ///   - lease: Asked before more is read than the session may hold.
    init(
        _ transport: any Transport, _ dialogue: CLIDialogue, until deadline: ContinuousClock.Instant,
        trace: (@Sendable (SessionTrace) -> Void)? = nil, lease: ByteLease? = nil
    ) {
        self.transport = transport
        self.dialogue = dialogue
        self.deadline = deadline
        self.trace = trace
        self.lease = lease
    }

    /// Remarks of the dialogue so far.
    var notes: [String] { dialogue.notes }

    /// From the first byte to the first command: login questions, the prompt, the privilege, the lines of the session.
    /// - Parameter limit: When this alone must be done.
    mutating func open(until limit: ContinuousClock.Instant) async throws(SessionError) {
        trace?(.opened("shell"))
        _ = try await hold(dialogue.handle(.opened), beside: 0, until: limit)
    }

    /// - Parameter held: What the session holds of the device beside the answer.
    mutating func ask(
        _ line: PlatformLine, as purpose: Exchange.Purpose, _ completeness: Completeness, beside held: Int
    ) async throws(SessionError) -> CLIDialogue.Answer {
        let actions = dialogue.ask(line, as: purpose, completeness)
        guard let answer = try await hold(actions, beside: held, until: deadline) else {
            throw .protocolFailure(
                host: dialogue.host, during: "asking '\(line.text)'", reason: "the command line was not ready for it")
        }
        return answer
    }

    /// Leaves as the platform says. That it fails is of no consequence: the pipe is closed.
    mutating func leave() async {
        do throws(SessionError) {
            _ = try await hold(dialogue.leave(), beside: 0, until: deadline)
        } catch {
            trace?(.note("\(error)"))
        }
        await close()
    }

    func close() async {
        await transport.close()
        trace?(.closed)
    }

    private mutating func hold(
        _ first: [CLIDialogue.Action], beside held: Int, until limit: ContinuousClock.Instant
    ) async throws(SessionError) -> CLIDialogue.Answer? {
        var actions = first
        while true {
            var next = CLIDialogue.Event.quiet
            for action in actions {
                switch action {
                case .send(let outgoing): if let end = try await send(outgoing, until: limit) { next = end }
                case .await(let span): if next == .quiet { next = try await wait(span, held, until: limit) }
                case .ready(let answer): return answer
                case .finish: return nil
                case .fail(let error): throw error
                }
            }
            actions = dialogue.handle(next)
        }
    }

    /// - Returns: The event, when the device did not take it.
    private func send(
        _ outgoing: Outgoing, until limit: ContinuousClock.Instant
    ) async throws(SessionError) -> CLIDialogue.Event? {
        let end = dialogue.plan.lineEnd
        trace?(.sent(outgoing.traced(end)))
        do throws(SessionError) {
            try await transport.send(outgoing.bytes(end), until: limit)
            return nil
        } catch .closed {
            return .closed
        } catch .timedOut {
            return .expired
        }
    }

    private func wait(
        _ span: Duration?, _ held: Int, until limit: ContinuousClock.Instant
    ) async throws(SessionError) -> CLIDialogue.Event {
        // Not reading is what makes a device wait that says too much.
        try await lease?.cover(held + dialogue.heldBytes, host: dialogue.host, until: limit)
        let end = span.map { min(limit, .now + $0) } ?? limit
        do throws(SessionError) {
            let bytes = try await transport.receive(until: end)
            if !bytes.isEmpty { trace?(.received(bytes)) }
            return bytes.isEmpty ? .closed : .received(bytes)
        } catch .timedOut {
            return end < limit ? .quiet : .expired
        } catch .closed {
            return .closed
        }
    }
}
