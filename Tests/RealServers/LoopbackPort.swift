import FoundationEssentials
import Glibc
import Synchronization

/// Free ports of the loopback interface.
package enum LoopbackPort {
    private static let given = Mutex<Set<Int>>([])

    /// A port that nothing listens on now. No port is given twice, so that servers started at once do not get one's.
    package static func free() throws -> Int {
        while true {
            let (descriptor, port) = try bound(to: "127.0.0.1")
            close(descriptor)
            if given.withLock({ $0.insert(port).inserted }) { return port }
        }
    }

    /// A TCP socket bound to a free port, not listening yet.
    static func bound(to address: String) throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServerFailure("socket: errno \(errno)") }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, address, &name.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, length) == 0 && getsockname(descriptor, name, &length) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            throw ServerFailure("bind: errno \(errno)")
        }
        return (descriptor, Int(UInt16(bigEndian: name.sin_port)))
    }

    /// `/proc/net/tcp`, whole: the kernel gives it in pieces, and says that it has no size.
    private static func table() -> String {
        let descriptor = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    /// Looks into the kernel's table, so that the server sees no connection from us.
    package static func waitUntilListening(_ port: Int, patience: Duration) async -> Bool {
        let deadline = ContinuousClock.now + patience
        let digits = String(port, radix: 16, uppercase: true)
        let entry = ":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + " 00000000:0000 0A"
        repeat {
            if table().contains(entry) { return true }
            try? await Task.sleep(for: .milliseconds(10))
        } while ContinuousClock.now < deadline
        return false
    }
}
