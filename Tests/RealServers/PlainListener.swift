import Glibc
import Synchronization

/// A TCP listener that is no SSH server.
package final class PlainListener: Sendable {
    package enum Manner: Sendable {
        /// Accepts, and says nothing.
        case silent
        /// Its backlog is full: a connect is never answered, as by an address behind a firewall.
        case full
        /// Says the bytes, and then closes or stays.
        case says([UInt8], thenCloses: Bool)
    }

    package let port: Int
    private let descriptor: Int32
    private let held = Mutex<[Int32]?>([])

    package init(_ manner: Manner) throws {
        let socket = try LoopbackPort.bound(to: "127.0.0.1")
        (descriptor, port) = (socket.descriptor, socket.port)
        switch manner {
        case .silent: listen(descriptor, 128)
        case .full:
            listen(descriptor, 0)
            try fillBacklog()
        case .says(let bytes, let closes):
            listen(descriptor, 128)
            let listener = Unmanaged.passRetained(Speaker(descriptor: descriptor, bytes: bytes, closes: closes))
            var thread = pthread_t()
            // Ends when the listening socket is shut down.
            pthread_create(
                &thread, nil,
                { context in
                    if let context { Unmanaged<Speaker>.fromOpaque(context).takeRetainedValue().speak() }
                    return nil
                }, listener.toOpaque())
            pthread_detach(thread)
        }
    }

    /// Connects until a connect is left waiting.
    private func fillBacklog() throws {
        for _ in 0..<16 {
            let client = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            held.withLock { $0?.append(client) }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = in_port_t(port).bigEndian
            inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            _ = withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
            }
            var wait = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            if poll(&wait, 1, 200) == 0 { return }
        }
        throw ServerFailure("the backlog does not fill")
    }

    package func stop() {
        let sockets = held.withLock { held -> [Int32]? in
            defer { held = nil }
            return held
        }
        guard let sockets else { return }
        shutdown(descriptor, Int32(SHUT_RDWR))
        for socket in sockets { close(socket) }
        close(descriptor)
    }

    deinit { stop() }
}

private final class Speaker {
    private let descriptor: Int32
    private let bytes: [UInt8]
    private let closes: Bool

    init(descriptor: Int32, bytes: [UInt8], closes: Bool) {
        self.descriptor = dup(descriptor)
        self.bytes = bytes
        self.closes = closes
    }

    func speak() {
        var open: [Int32] = []
        while true {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { break }
            _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            if closes {
                // What the client says is read first, or the close would be a reset that overtakes our bytes.
                shutdown(client, Int32(SHUT_WR))
                var buffer = [UInt8](repeating: 0, count: 4096)
                while recv(client, &buffer, buffer.count, 0) > 0 {}
                close(client)
            } else {
                open.append(client)
            }
        }
        for client in open { close(client) }
        close(descriptor)
    }
}
