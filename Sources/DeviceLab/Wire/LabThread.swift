import CLibSSH
import Glibc
import Synchronization

/// A thread that runs one loop.
struct LabThread: Sendable {
    private let thread: pthread_t
    private let wake: Int32

    /// What the new thread is given, and how its loop came up.
    private final class Start: Sendable {
        let posts: [LabLoop.Post]
        let wake: Int32
        /// An eventfd that is written when the loop is up, or has failed.
        let isUp: Int32
        let failure = Mutex<LabError?>(nil)

        init(posts: [LabLoop.Post], wake: Int32, isUp: Int32) {
            self.posts = posts
            self.wake = wake
            self.isUp = isUp
        }

        func run() {
            do throws(LabError) {
                let loop = try LabLoop(posts: posts, wake: wake)
                signal(isUp)
                loop.run()
            } catch {
                failure.withLock { $0 = error }
                signal(isUp)
            }
        }

        private func signal(_ descriptor: Int32) {
            var one: UInt64 = 1
            _ = write(descriptor, &one, 8)
        }
    }

    /// Returns when the loop is up. On a throw the listeners are closed.
    init(posts: [LabLoop.Post]) throws(LabError) {
        let wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        let isUp = eventfd(0, Int32(EFD_CLOEXEC))
        defer { close(isUp) }
        let start = Start(posts: posts, wake: wake, isUp: isUp)
        var thread = pthread_t()
        let created = pthread_create(
            &thread, nil,
            { argument in
                argument.map { Unmanaged<Start>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        guard wake >= 0, isUp >= 0, created == 0 else {
            throw .cannotStart(reason: "no thread or no descriptor: \(String(cString: strerror(errno)))")
        }
        var count: UInt64 = 0
        while read(isUp, &count, 8) < 0, errno == EINTR {}
        if let failure = start.failure.withLock({ $0 }) {
            pthread_join(thread, nil)
            close(wake)
            throw failure
        }
        self.thread = thread
        self.wake = wake
    }

    /// Ends the loop and waits for it.
    func end() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
        pthread_join(thread, nil)
        close(wake)
    }
}
