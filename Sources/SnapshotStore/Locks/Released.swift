import Synchronization
import SystemPackage

/// A descriptor that is given up once, by whoever comes first.
final class Released: Sendable {
    private let descriptor: Mutex<FileDescriptor?>

    init(_ descriptor: FileDescriptor) { self.descriptor = Mutex(descriptor) }

    func take() -> FileDescriptor? {
        descriptor.withLock { held in
            defer { held = nil }
            return held
        }
    }
}
