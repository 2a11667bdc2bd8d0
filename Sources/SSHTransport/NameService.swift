import Glibc
package import NIOCore
import NIOPosix

/// Turns host names into addresses. A name may take long to resolve, or never be: a session waits for it no longer than for its
/// connection.
package protocol NameService: Sendable {
    /// - Throws: where there is no such name, or nobody can tell.
    func addresses(of host: String, port: Int) async throws -> [SocketAddress]
}

/// The system's: `getaddrinfo`, which blocks, on a few threads of its own. Devices whose names are slow wait for each other, and
/// for nobody else.
struct SystemNames: NameService {
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        try await Self.threads.runIfActive { try Self.ask(host, port: port) }
    }

    private static func ask(_ host: String, port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_protocol = CInt(IPPROTO_TCP)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &first) == 0, let first else {
            throw UnknownName()
        }
        defer { freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        for info in sequence(first: first, next: { $0.pointee.ai_next }) {
            switch info.pointee.ai_family {
            case AF_INET:
                info.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    addresses.append(SocketAddress($0.pointee))
                }
            case AF_INET6:
                info.pointee.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    addresses.append(SocketAddress($0.pointee))
                }
            default: break
            }
        }
        return addresses
    }
}

/// There is no such name, or nobody can tell.
struct UnknownName: Error {}

/// One name for NIO, which asks for addresses of both families.
final class NameLookup: Resolver, Sendable {
    private let found: EventLoopFuture<[SocketAddress]>

    init(_ host: String, port: Int, by service: any NameService, on loop: any EventLoop) {
        let promise = loop.makePromise(of: [SocketAddress].self)
        promise.completeWithTask { try await service.addresses(of: host, port: port) }
        found = promise.futureResult
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        found.map { $0.filter { $0.protocol == .inet } }
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        found.map { $0.filter { $0.protocol == .inet6 } }
    }

    /// What is asked of the system cannot be taken back; nobody waits for it.
    func cancelQueries() {}
}
