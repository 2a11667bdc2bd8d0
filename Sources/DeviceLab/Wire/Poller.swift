import CLibSSH
import Glibc

/// An epoll instance and the eventfd that wakes it. Closes what it owns.
struct Poller: ~Copyable {
    private let epoll: Int32

    /// Nil when the process is out of descriptors.
    init?() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { return nil }
    }

    deinit { close(epoll) }

    func add(_ descriptor: Int32, writable: Bool = false) -> Bool { control(EPOLL_CTL_ADD, descriptor, writable) }
    func change(_ descriptor: Int32, writable: Bool) { _ = control(EPOLL_CTL_MOD, descriptor, writable) }
    func remove(_ descriptor: Int32) { _ = control(EPOLL_CTL_DEL, descriptor, false) }

    private func control(_ operation: Int32, _ descriptor: Int32, _ writable: Bool) -> Bool {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (writable ? EPOLLOUT.rawValue : 0)
        event.data.fd = descriptor
        return epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    /// Waits for readiness, at most for the given time; nil waits for ever.
    /// - Returns: The ready descriptors.
    func wait(_ longest: Duration?) -> [Int32] {
        let capacity = 256
        let milliseconds = longest.map { wait -> Int32 in
            let (seconds, atto) = wait.components
            // Rounded up: waking a millisecond early would only spin.
            return Int32(clamping: max(0, seconds * 1_000 + (atto + 999_999_999_999_999) / 1_000_000_000_000_000))
        }
        return withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: capacity) { events in
            let count = epoll_wait(epoll, events.baseAddress, Int32(capacity), milliseconds ?? -1)
            return count > 0 ? events.prefix(Int(count)).map { $0.data.fd } : []
        }
    }
}
