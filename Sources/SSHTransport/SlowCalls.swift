import NIOPosix

/// A few threads for calls that take a processor long, such as the key derivation of a passphrase (bcrypt).
enum SlowCalls {
    private static let pool = {
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        return pool
    }()

    static func run<Value: Sendable>(_ call: @Sendable @escaping () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            pool.submit { _ in continuation.resume(returning: call()) }
        }
    }
}
