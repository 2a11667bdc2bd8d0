package import ConfigModel
import DequeModule
package import FoundationEssentials
package import SnapshotStore

/// Keeps accounts from being locked: of one password credential the first login of a run goes alone, at most four are in
/// the authentication phase at once, and two refusals with no success between hold the credential, until it changes or a
/// person releases it. A host that has refused is asked with the same once more, a day later, and then no more: some count
/// refusals for ever.
///
/// Logins by key do not wait for each other, yet a refusal of one counts all the same.
package actor CredentialGuard {
    private struct State {
        var loggingIn = 0
        var proven = false
        /// One a host, oldest first.
        var refusals: [CredentialRefusal] = []
        var waiting: Deque<(ticket: Int, continuation: CheckedContinuation<Void, Never>)> = []

        /// Those since the last success.
        var unanswered: [CredentialRefusal] { refusals.filter(\.isUnanswered) }
        var isHeld: Bool { unanswered.count >= CredentialGuard.refusalsToHold }
    }

    package static let atOnce = 4
    package static let refusalsToHold = 2
    /// How long a host that has refused is left alone, in seconds: the next night's run asks it again.
    package static let rest: Double = 20 * 3600
    /// How often one host may refuse the same in all.
    package static let refusalsOfOne = 2

    private var states: [String: State] = [:]
    private var number = 0
    /// Where refusals are remembered over runs; nil where they end with the process.
    private var store: SnapshotStore?
    private var unrecorded: [String] = []

    package init() {}

    package enum Answer: Sendable, Hashable {
        case granted
        /// Hosts refused the credential, and nobody accepted it since: no further one is asked.
        case held(by: [CredentialRefusal])
        /// This host has refused the very same before; `until` it is asked once more, nil for not again.
        case refusedBefore(CredentialRefusal, until: Date?)
        case tooLate
        case cancelled
    }

    /// Takes up what the store remembers, and keeps there what is found out from now on.
    package func keep(in store: SnapshotStore) async throws(WorkflowError) {
        let known: [CredentialRefusal]
        do throws(StoreError) { known = try await store.refusals() } catch { throw .store(error) }
        self.store = store
        for (name, refusals) in Dictionary(grouping: known, by: \.credential) {
            states[name, default: State()].refusals = refusals
        }
    }

    /// What could not be written down, for the report: it is lost when this process ends.
    package func takeNotices() -> [String] {
        defer { unrecorded = [] }
        return unrecorded
    }

    /// Waits for a turn to log in with a credential. Every turn that was granted must be ended by `ended`.
    /// - Parameters:
    ///   - host: The device's id or the jump host's name.
    ///   - digest: Of what the credential is now; where it was another when it was refused, the refusal counts no more.
    ///   - patience: How long to wait at most. A turn is short: each login has a deadline of its own.
    package func turn(
        _ credential: Credential, at host: String, digest: String? = nil, patience: Duration = .seconds(600),
        now: Date = Date()
    ) async -> Answer {
        let deadline = ContinuousClock.now + patience
        await forget(credential.name, exceptOf: digest)
        while true {
            if let answer = answer(credential, at: host, now: now) { return answer }
            if Task.isCancelled { return .cancelled }
            guard ContinuousClock.now < deadline else { return .tooLate }
            await change(of: credential.name, until: deadline)
        }
    }

    /// What can be said at once; nil where the turn is to be waited for.
    private func answer(_ credential: Credential, at host: String, now: Date) -> Answer? {
        let state = states[credential.name] ?? State()
        if state.isHeld { return .held(by: state.unanswered) }
        if let refusal = state.refusals.first(where: { $0.host == host }) {
            if refusal.count >= Self.refusalsOfOne { return .refusedBefore(refusal, until: nil) }
            let end = refusal.time.addingTimeInterval(Self.rest)
            if now < end { return .refusedBefore(refusal, until: end) }
        }
        guard state.loggingIn < Self.most(credential, state) else { return nil }
        states[credential.name, default: State()].loggingIn += 1
        return .granted
    }

    /// Forgets refusals of what a credential was before it changed.
    private func forget(_ name: String, exceptOf digest: String?) async {
        guard let digest, let state = states[name], state.refusals.contains(where: { $0.digest != digest }) else {
            return
        }
        states[name]?.refusals.removeAll { $0.digest != digest }
        states[name]?.proven = false
        await record("that the credential '\(name)' has changed") { (store) async throws(StoreError) in
            try await store.forgetRefusals(of: name, exceptOf: digest)
        }
    }

    private func record(
        _ what: String, _ write: (SnapshotStore) async throws(StoreError) -> Void
    ) async {
        guard let store else { return }
        do throws(StoreError) {
            try await write(store)
        } catch {
            unrecorded.append("\(what) could not be written down: \(error)")
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
        case refused
        /// The connection failed for a reason that says nothing about the credential.
        case neither
    }

    /// Ends a turn. What it has shown is written down before anybody else has his.
    package func ended(
        _ credential: Credential, at host: String, digest: String? = nil, _ ending: Ending, now: Date = Date()
    ) async {
        let name = credential.name
        switch ending {
        case .accepted:
            let wasRefused = states[name]?.refusals.contains { $0.isUnanswered || $0.host == host } ?? false
            states[name]?.proven = true
            states[name]?.refusals.removeAll { $0.host == host }
            for index in states[name]?.refusals.indices ?? 0..<0 { states[name]?.refusals[index].isUnanswered = false }
            if wasRefused {
                await record("that \(host) accepts the credential '\(name)'") { (store) async throws(StoreError) in
                    try await store.noteAcceptance(of: name, by: host)
                }
            }
        case .refused:
            let before = states[name]?.refusals.first { $0.host == host }?.count ?? 0
            let refusal = CredentialRefusal(
                credential: name, host: host, digest: digest, time: now, count: before + 1)
            states[name]?.refusals.removeAll { $0.host == host }
            states[name]?.refusals.append(refusal)
            await record("that \(host) refuses the credential '\(name)'") { (store) async throws(StoreError) in
                try await store.remember(refusal)
            }
        case .neither:
            break
        }
        free(credential)
    }

    private func free(_ credential: Credential) {
        guard var state = states.removeValue(forKey: credential.name) else { return }
        state.loggingIn -= 1
        let free = state.isHeld ? Int.max : max(0, Self.most(credential, state) - state.loggingIn)
        let next = (0..<min(free, state.waiting.count)).compactMap { _ in state.waiting.popFirst() }
        states[credential.name] = state
        for waiting in next { waiting.continuation.resume() }
    }

    /// After a refusal one at a time again, until somebody accepts: of four together each could be refused.
    private static func most(_ credential: Credential, _ state: State) -> Int {
        guard credential.isGuessable else { return .max }
        return state.proven && state.unanswered.isEmpty ? atOnce : 1
    }

    /// The refusals of each credential that is held.
    package var held: [[CredentialRefusal]] { CredentialHold.all(in: states.values.flatMap(\.refusals)) }
}

/// That a credential is used no more.
package enum CredentialHold {
    /// - Returns: The refusals by which each credential is held, by the credentials' names.
    package static func all(in refusals: [CredentialRefusal]) -> [[CredentialRefusal]] {
        Dictionary(grouping: refusals.filter(\.isUnanswered), by: \.credential)
            .filter { $0.value.count >= CredentialGuard.refusalsToHold }
            .sorted { $0.key < $1.key }.map(\.value)
    }
}

extension Credential {
    /// Whether wrong attempts may lock the account.
    var isGuessable: Bool {
        if case .password = method { return true }
        return false
    }
}
