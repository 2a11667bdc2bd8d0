/// Lets one through at a time, in the order of their coming. Nobody stays in it who waits for a device.
actor Turnstile {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs `body` alone.
    nonisolated func alone<Answer: Sendable>(
        _ body: () async throws(WorkflowError) -> Answer
    ) async throws(WorkflowError) -> Answer {
        await enter()
        do throws(WorkflowError) {
            let answer = try await body()
            await leave()
            return answer
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
