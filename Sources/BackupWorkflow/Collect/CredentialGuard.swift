package import ConfigModel

/// Keeps accounts from being locked: of one password credential the first login of a run goes alone, at most four are in
/// the authentication phase at once, and two refusals with no success between hold the credential for the rest of the run.
///
/// Logins by key do not wait for each other, yet a refusal of one counts all the same.
package actor CredentialGuard {
    private struct State {
        var loggingIn = 0
        var proven = false
        /// Devices that refused, since the last success.
        var refusals: [String] = []
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    package static let atOnce = 4
    package static let refusalsToHold = 2

    private var states: [String: State] = [:]
    private var number = 0

    package init() {}

    package enum Answer: Sendable, Hashable {
        case granted
        /// Two devices refused the credential: no further one is asked.
        case held(by: [String])
        case tooLate
        case cancelled
    }

    /// Waits for a turn to log in with a credential. Every turn that was granted must be ended by `ended`.
    /// - Parameter patience: How long to wait at most. A turn is short: each login has a deadline of its own.
    package func turn(_ credential: Credential, patience: Duration = .seconds(600)) async -> Answer {
        let deadline = ContinuousClock.now + patience
        while true {
            var state = states[credential.name] ?? State()
            if state.refusals.count >= Self.refusalsToHold { return .held(by: state.refusals) }
            if state.loggingIn < Self.most(credential, state) {
                state.loggingIn += 1
                states[credential.name] = state
                return .granted
            }
            if Task.isCancelled { return .cancelled }
            guard ContinuousClock.now < deadline else { return .tooLate }
            await change(of: credential.name, until: deadline)
        }
    }

    /// Returns once it is worth asking again: a turn may be free, the deadline has come, or the task is cancelled.
    private func change(of name: String, until deadline: ContinuousClock.Instant) async {
        number += 1
        let ticket = number
        // Ended below, when the wait is.
        let alarm = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            wake(ticket, of: name)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                states[name, default: State()].waiting.append((ticket, continuation))
            }
        } onCancel: {
            // Wakes one waiting task, at once.
            Task { await self.wake(ticket, of: name) }
        }
        alarm.cancel()
    }

    private func wake(_ ticket: Int, of name: String) {
        guard let index = states[name]?.waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        states[name]?.waiting.remove(at: index).continuation.resume()
    }

    package enum Ending: Sendable, Hashable {
        case accepted
        case refused(by: String)
        /// The connection failed for a reason that says nothing about the credential.
        case neither
    }

    package func ended(_ credential: Credential, _ ending: Ending) {
        guard var state = states[credential.name] else { return }
        state.loggingIn -= 1
        switch ending {
        case .accepted:
            state.proven = true
            state.refusals = []
        case .refused(let device):
            state.refusals.append(device)
        case .neither:
            break
        }
        let held = state.refusals.count >= Self.refusalsToHold
        let free = held ? Int.max : max(0, Self.most(credential, state) - state.loggingIn)
        let next = state.waiting.prefix(free)
        state.waiting.removeFirst(next.count)
        states[credential.name] = state
        for waiting in next { waiting.continuation.resume() }
    }

    private static func most(_ credential: Credential, _ state: State) -> Int {
        guard credential.isGuessable else { return .max }
        return state.proven ? atOnce : 1
    }

    /// The credentials that are held, and who refused them.
    package var held: [(credential: String, refusals: [String])] {
        states.filter { $0.value.refusals.count >= Self.refusalsToHold }
            .map { (credential: $0.key, refusals: $0.value.refusals) }
            .sorted { $0.credential < $1.credential }
    }
}

extension Credential {
    /// Whether wrong attempts may lock the account.
    var isGuessable: Bool {
        if case .password = method { return true }
        return false
    }
}
