import DeviceSession
import Glibc
import NIOCore
import NIOPosix

extension SessionError {
    /// Reads NIO's error of a connect.
    init(connecting address: String, host: String, _ error: any Error) {
        switch error {
        case let error as IOError: self.init(errno: error.errnoCode, host: host)
        case let error as NIOConnectionError:
            let causes = error.connectionErrors.map { SessionError(connecting: address, host: host, $0.error) }
            if let first = causes.first {
                self = first
            } else {
                self = .unresolved(host: host, reason: "no address for '\(address)'")
            }
        case ChannelError.connectTimeout: self = .timedOut(host: host, during: "connecting")
        case is SocketAddressError, is UnknownName:
            self = .unresolved(host: host, reason: "no address for '\(address)'")
        default: self = .unreachable(host: host, reason: printable("\(error)".utf8, limit: 200))
        }
    }

    init(errno code: CInt, host: String) {
        switch code {
        case ECONNREFUSED: self = .refused(host: host)
        case ETIMEDOUT: self = .timedOut(host: host, during: "connecting")
        default: self = .unreachable(host: host, reason: String(cString: strerror(code)).lowercased())
        }
    }
}
