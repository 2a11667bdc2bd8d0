import DeviceLab
import FoundationEssentials
import Glibc

/// What is asked of a running lab over its control socket: one line of JSON, and one back.
enum ControlRequest: Codable {
    case drift(device: String, Drift)
    case heal(device: String)
    case fault(device: String, text: String?)
    case status(device: String?)
    case stop
}

struct ControlReply: Codable {
    /// Nil when it was done.
    var failure: String?
    var text: String = ""
    var devices: [DeviceStatus] = []
}

/// What a running lab says of one device.
struct DeviceStatus: Codable {
    var id: String
    var address: String
    var port: Int
    var hostKey: String
    var fault: String?
    var drifts: [String]
    var counters: LabCounters
}

/// The name of the control socket in the state folder. Both sides go there and use the name alone, because the path of a
/// socket may have 107 bytes only (`unix(7)`).
enum ControlSocket {
    private static let name = "lab.sock"
    private static let longest = 1 << 20

    /// - Returns: A listening socket that only its owner may use.
    static func listen(in folder: StateFolder) throws(LabError) -> Int32 {
        try enter(folder)
        unlink(name)
        let mask = umask(0o177)
        defer { umask(mask) }
        return try open { descriptor, address, length in
            bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 16) == 0
        }
    }

    static func remove(in folder: StateFolder) { unlink(folder.file(name)) }

    /// Asks the lab that runs on this folder.
    static func ask(_ request: ControlRequest, in folder: StateFolder) throws -> ControlReply {
        try enter(folder)
        let descriptor: Int32
        do throws(LabError) {
            descriptor = try open { connect($0, $1, $2) == 0 }
        } catch {
            throw Complaint(text: "no lab runs on \(folder.path): 'plumbline-lab start --state \(folder.path)'")
        }
        defer { close(descriptor) }
        send(try JSONEncoder().encode(request), to: descriptor)
        shutdown(descriptor, Int32(SHUT_WR))
        guard let answer = try? JSONDecoder().decode(ControlReply.self, from: receive(from: descriptor)) else {
            throw Complaint(text: "the lab on \(folder.path) gave no answer: see \(folder.file("lab.log"))")
        }
        if let failure = answer.failure { throw Complaint(text: failure) }
        return answer
    }

    static func receive(from descriptor: Int32) -> Data {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while data.count < longest {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            data.append(contentsOf: buffer[..<count])
        }
        return data
    }

    static func send(_ data: Data, to descriptor: Int32) {
        var bytes = [UInt8](data)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func enter(_ folder: StateFolder) throws(LabError) {
        guard chdir(folder.path) == 0 else {
            throw .stateUnusable(path: folder.path, reason: String(cString: strerror(errno)))
        }
    }

    private static func open(
        _ attach: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) throws(LabError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        let attached = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                attach(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, attached else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .stateUnusable(path: name, reason: reason)
        }
        return descriptor
    }
}
