import ConfigModel

/// Holds one `CLIDialogue` over a `Transport`, until it ends or its deadline passes.
package struct ShellDriver: Sendable {
    private let transport: any Transport
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter now: What time it is; a test may have its own.
    package init(_ transport: any Transport, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.transport = transport
        self.now = now
    }

    /// - Returns: The answers to all of the platform's lines. The transport stays open.
    package func run(
        _ dialogue: CLIDialogue, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> CLIDialogue.Report {
        var dialogue = dialogue
        var event = CLIDialogue.Event.opened
        while true {
            var next = CLIDialogue.Event.quiet
            for action in dialogue.handle(event) {
                switch action {
                case .send(let outgoing): if let end = try await send(outgoing, until: deadline) { next = end }
                case .await(let span): if next == .quiet { next = try await wait(span, until: deadline) }
                case .finish(let report): return report
                case .fail(let error): throw error
                }
            }
            event = next
        }
    }

    /// - Returns: The event, when the device did not take it.
    private func send(
        _ outgoing: Outgoing, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> CLIDialogue.Event? {
        do throws(SessionError) {
            try await transport.send(outgoing.bytes, until: deadline)
            return nil
        } catch .closed {
            return .closed
        } catch .timedOut {
            return .expired
        }
    }

    private func wait(
        _ span: Duration?, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> CLIDialogue.Event {
        let end = span.map { min(deadline, now() + $0) } ?? deadline
        do throws(SessionError) {
            let bytes = try await transport.receive(until: end)
            return bytes.isEmpty ? .closed : .received(bytes)
        } catch .timedOut {
            return end < deadline ? .quiet : .expired
        } catch .closed {
            return .closed
        }
    }
}
