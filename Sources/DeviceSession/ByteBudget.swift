import Glibc
import Synchronization

/// How much of what devices say the process holds in memory, over all sessions.
///
/// Each session may hold half a mebibyte freely, which is more than most devices ever say. What goes beyond comes out of a shared
/// store; a session that finds it empty does not read on, so that the device waits, too. One session at a time may take
/// more than there is, up to its own limit: so one can always come to its end, and make room for the others.
package final class ByteBudget: Sendable {
    /// What every session may hold without asking.
    package static let free = 512 << 10
    private static let step = 256 << 10

    fileprivate struct Waiter {
        var lease: Int
        var amount: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    fileprivate struct State {
        var left: Int
        var lastLease = 0
        /// The lease that may take more than there is.
        var favoured: Int?
        /// First come, first served.
        var waiters: [Waiter] = []
    }

    private let state: Mutex<State>

    /// One for the process.
    package static let shared = ByteBudget()

    /// - Parameter bytes: What all sessions together may hold beyond what is free, the one that may take more left out.
    package init(bytes: Int = 16 << 20) {
        state = Mutex(State(left: bytes))
        _ = Self.givesBackMemory
    }

    /// Large texts get pages of their own, which go back to the system with them. Left alone, glibc takes ever larger
    /// blocks from its heaps, where holes remain: 50 devices that sent too much left 120 MB of them (mallopt(3)).
    private static let givesBackMemory: Bool = {
        // Swift's view of glibc has no `malloc.h`; elsewhere the function may be missing.
        guard let function = dlsym(nil, "mallopt") else { return false }
        let mallopt = unsafeBitCast(function, to: (@convention(c) (CInt, CInt) -> CInt).self)
        let threshold: CInt = -3  // M_MMAP_THRESHOLD
        return mallopt(threshold, 256 << 10) == 1
    }()

    /// For one session; it gives back what it has taken by `release`, or when nobody holds it any more.
    package func lease() -> ByteLease {
        let number = state.withLock { state in
            state.lastLease += 1
            return state.lastLease
        }
        return ByteLease(budget: self, number: number)
    }

    /// How much is left in the shared store; below zero when the favoured session has taken more.
    package var left: Int { state.withLock { $0.left } }

    /// - Returns: How much was taken, at least `amount`; nil when there is not enough now.
    fileprivate func take(_ amount: Int, for lease: Int) -> Int? {
        state.withLock { state in
            // Whoever waits already comes first.
            if state.favoured != lease {
                let isFirst = state.waiters.isEmpty
                let wanted = max(amount, Self.step)
                if isFirst, state.left >= wanted {
                    state.left -= wanted
                    return wanted
                }
                guard state.favoured == nil else { return nil }
                state.favoured = lease
            }
            state.left -= amount
            return amount
        }
    }

    /// Waits for its turn.
    /// - Returns: Whether the amount was given; false when the wait was ended by `giveUp`.
    fileprivate func wait(for amount: Int, lease: Int, until deadline: ContinuousClock.Instant) async -> Bool {
        await withCheckedContinuation { continuation in
            let isGiven = state.withLock { state -> Bool? in
                // Looked at under the lock: whoever gives up later finds the waiter.
                if Task.isCancelled || ContinuousClock.now >= deadline { return false }
                guard state.favoured != nil else {
                    state.favoured = lease
                    state.left -= amount
                    return true
                }
                state.waiters.append(Waiter(lease: lease, amount: amount, continuation: continuation))
                return nil
            }
            if let isGiven { continuation.resume(returning: isGiven) }
        }
    }

    fileprivate func giveUp(_ lease: Int) {
        let waiting = state.withLock { state -> [Waiter] in
            let mine = state.waiters.filter { $0.lease == lease }
            state.waiters.removeAll { $0.lease == lease }
            return mine
        }
        for waiter in waiting { waiter.continuation.resume(returning: false) }
    }

    fileprivate func giveBack(_ amount: Int, of lease: Int, isOver: Bool) {
        let served = state.withLock { state -> [Waiter] in
            state.left += amount
            if isOver, state.favoured == lease { state.favoured = nil }
            return state.serve()
        }
        for waiter in served { waiter.continuation.resume(returning: true) }
    }
}

extension ByteBudget.State {
    /// Takes from the queue all whose turn has come.
    fileprivate mutating func serve() -> [ByteBudget.Waiter] {
        var served: [ByteBudget.Waiter] = []
        while let next = waiters.first {
            if left < next.amount {
                guard favoured == nil else { break }
                favoured = next.lease
            }
            left -= next.amount
            served.append(waiters.removeFirst())
        }
        return served
    }
}

/// What one session has taken from a `ByteBudget`.
package final class ByteLease: Sendable {
    private let budget: ByteBudget
    private let number: Int
    private let taken = Mutex(0)

    fileprivate init(budget: ByteBudget, number: Int) {
        self.budget = budget
        self.number = number
    }

    deinit { release() }

    /// Gives everything back: what was collected is stored, or dropped.
    package func release() {
        let amount = taken.withLock { taken in
            defer { taken = 0 }
            return taken
        }
        budget.giveBack(amount, of: number, isOver: true)
    }

    /// Waits until the session may hold so many bytes.
    /// - Parameter host: For the error.
    /// - Throws: `timedOut` when there was no room until the deadline, `cancelled`.
    func cover(_ count: Int, host: String, until deadline: ContinuousClock.Instant) async throws(SessionError) {
        let missing = count - ByteBudget.free - taken.withLock { $0 }
        guard missing > 0 else { return }
        if let amount = budget.take(missing, for: number) {
            taken.withLock { $0 += amount }
            return
        }
        guard await wait(for: missing, until: deadline) else {
            throw Task.isCancelled
                ? .cancelled(host: host)
                : .timedOut(host: host, during: "waiting for memory that other large answers take")
        }
        taken.withLock { $0 += missing }
    }

    /// Gives back what exceeds so many bytes: what was read is of no use, or has become shorter.
    func shrink(to count: Int) {
        let (amount, rest) = taken.withLock { taken in
            let excess = max(0, taken - max(0, count - ByteBudget.free))
            taken -= excess
            return (excess, taken)
        }
        if amount > 0 { budget.giveBack(amount, of: number, isOver: rest == 0) }
    }

    private func wait(for amount: Int, until deadline: ContinuousClock.Instant) async -> Bool {
        // Ends with this wait: cancelled below.
        let alarm = Task { [budget, number] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            if !Task.isCancelled { budget.giveUp(number) }
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await budget.wait(for: amount, lease: number, until: deadline)
        } onCancel: {
            budget.giveUp(number)
        }
    }
}
