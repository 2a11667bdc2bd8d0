import NIOCore

extension SSHConnector {
    /// Runs the work on the event loop of the sessions that it opens with the connector it is given, so that neither a
    /// send nor a receive changes the thread. The work must not block: other sessions live on the loop too.
    package func onOneLoop<Value: Sendable>(
        _ work: @Sendable (SSHConnector) async throws -> Value
    ) async throws -> Value {
        let loop = nextLoop()
        let connector = SSHConnector(group: loop, names: names)
        return try await withTaskExecutorPreference(LoopTaskExecutor(loop: loop)) { try await work(connector) }
    }
}

/// Runs what no actor claims of a task on an event loop.
private final class LoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
