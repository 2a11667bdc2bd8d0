import Glibc

/// A listening TCP socket. Whoever holds the descriptor closes it.
struct Listener: Sendable {
    let descriptor: Int32
    let port: Int

    /// - Parameter port: 0 for a free one.
    init(device: String, address: String, port: Int) throws(LabError) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        let place = "\(address):\(port)"
        guard (0...65535).contains(port), inet_pton(AF_INET, address, &name.sin_addr) == 1 else {
            throw .cannotListen(device: device, address: place, reason: "it is no IPv4 address and port")
        }
        // Whoever reaches a simulated device could be led to believe that it is a real one.
        guard UInt32(bigEndian: name.sin_addr.s_addr) >> 24 == 127 else {
            throw .cannotListen(device: device, address: place, reason: "the lab serves addresses of 127.0.0.0/8 only")
        }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Self.flags, 0)
        guard descriptor >= 0 else { throw Self.failure(device, place) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, length) == 0 && listen(descriptor, 4096) == 0
                    && getsockname(descriptor, name, &length) == 0
            }
        }
        guard bound else {
            let error = Self.failure(device, place)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.port = Int(UInt16(bigEndian: name.sin_port))
    }

    /// The next connection, non-blocking and without delay of small packets; nil when none waits.
    func accept() -> Int32? {
        let connection = Glibc.accept(descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFL, O_NONBLOCK)
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        var yes: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        return connection
    }

    private static let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

    private static func failure(_ device: String, _ place: String) -> LabError {
        .cannotListen(device: device, address: place, reason: String(cString: strerror(errno)))
    }
}
