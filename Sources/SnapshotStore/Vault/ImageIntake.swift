package import ConfigModel
import Glibc
package import SystemPackage

/// One image on its way into the vault: written to a temporary file and hashed while it flows, never whole in memory.
///
/// Nothing of it is in the vault before `SnapshotStore.keep`. If that does not come, the file goes with the last reference
/// to it, and after a crash with the next intake.
package actor ImageIntake {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let thread = StoreThread()
    private let file: StagedFile
    private var hasher = ImageHasher()
    /// How long a pipe may be silent.
    private static let patience: Int32 = 600_000

    init(_ folder: LFSFolder) throws(StoreError) { file = try StagedFile(in: folder.temporary) }

    /// Bytes so far.
    package var size: Int { hasher.size }

    package func append(_ bytes: [UInt8]) throws(StoreError) {
        try StoreError.wrapping(file.path, "write") { try bytes.withUnsafeBytes { try write($0) } }
    }

    /// What has come so far is void: it comes again from its beginning.
    package func restart() throws(StoreError) {
        hasher = ImageHasher()
        try file.empty()
    }

    /// Takes all that a file or a pipe has.
    /// - Parameters:
    ///   - name: For errors.
    ///   - progress: Told after each mebibyte how many bytes have come.
    /// - Throws: Also when the task is cancelled, or a pipe is silent for ten minutes.
    package func fill(
        from source: FileDescriptor, named name: String, progress: @Sendable (Int) -> Void
    ) throws(StoreError) {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer throws(StoreError) in
            while true {
                guard !Task.isCancelled else {
                    throw .inputOutput(path: name, operation: "read it to its end", reason: "it was cancelled")
                }
                let count = try Self.read(source, named: name, into: buffer)
                guard count > 0 else { return }
                try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                progress(size)
            }
        }
    }

    private static func read(
        _ source: FileDescriptor, named name: String, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Int {
        while true {
            var wait = pollfd(fd: source.rawValue, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, patience)
            if ready == 0 {
                throw .inputOutput(path: name, operation: "read it", reason: "nothing came for ten minutes")
            }
            let count = ready < 0 ? -1 : Glibc.read(source.rawValue, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR || errno == EAGAIN else {
                throw .system(Errno(rawValue: errno), path: name, operation: "read it")
            }
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try file.write(bytes)
        hasher.update(bytes)
    }

    /// Makes the bytes durable, under no name that anybody looks for.
    package func finish() throws(StoreError) -> StagedImage {
        try file.sync()
        return StagedImage(file: file, size: hasher.size, digests: hasher.digests)
    }
}

/// An image that is whole and durable in a temporary file.
package struct StagedImage: Sendable {
    let file: StagedFile
    package let size: Int
    /// The strongest first.
    package let digests: [ImageDigest]

    package func digest(_ algorithm: DigestAlgorithm) -> ImageDigest? { digests.first { $0.algorithm == algorithm } }

    /// The digests of these that the bytes do not have.
    package func contradicted(_ expected: [ImageDigest]) -> [ImageDigest] {
        expected.filter { digest($0.algorithm) != $0 }
    }
}
