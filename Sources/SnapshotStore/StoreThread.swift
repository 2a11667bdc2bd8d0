import Dispatch

/// Where the store's blocking calls run: libgit2 and SQLite wait for the disk, and the shared pool must not.
final class StoreThread: SerialExecutor {
    private let queue = DispatchQueue(label: "plumbline.store")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
