import ConfigModel
import DeviceLab
import FoundationEssentials
import Glibc

/// The folder of a lab. Only its owner gets in: it holds private keys and passwords, if only of simulated devices.
struct StateFolder {
    let path: String

    init(_ path: String) throws(LabError) {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        self.path = absolute
        do {
            try FileManager.default.createDirectory(
                atPath: absolute + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .stateUnusable(path: absolute, reason: "\(error)")
        }
        var status = stat()
        guard stat(absolute, &status) == 0, status.st_uid == getuid() else {
            throw .stateUnusable(path: absolute, reason: "it belongs to somebody else")
        }
        chmod(absolute, 0o700)
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// The device's host key; made and kept at its first use.
    func hostKey(_ id: String) throws(LabError) -> LabKey { try key("keys/" + id) }

    /// The key that opens the account of the demo; its public half lies beside it.
    func clientKey() throws(LabError) -> LabKey {
        let key = try key("id_ed25519")
        try write("id_ed25519.pub", key.publicLine + " plumbline-lab\n")
        return key
    }

    private func key(_ name: String) throws(LabError) -> LabKey {
        if let text = read(name) { return try LabKey(pem: text) }
        let key = try LabKey.generate()
        try write(name, key.pem)
        return key
    }

    func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes a file that nobody else may read, whole or not at all.
    func write(_ name: String, _ text: String) throws(LabError) {
        let temporary = file(name) + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(name) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, rename(temporary, file(name)) == 0 else {
            throw failure(name)
        }
    }

    private func failure(_ name: String) -> LabError {
        .stateUnusable(path: file(name), reason: String(cString: strerror(errno)))
    }

    /// The devices that the options ask for, with the drifts made on them so far.
    func devices(_ options: FleetOptions) throws(LabError) -> [LabDevice] {
        var keys = [try clientKey().publicKey]
        if let path = options.authorizedKey { keys += try Self.publicKeys(path) }
        try write("\(DemoHospital.user).password", DemoHospital.password)
        try write("enable.password", DemoHospital.enablePassword)
        guard let fleet = options.fleet else {
            return try DemoHospital.devices(port: options.port, authorizedKeys: keys, hostKey: hostKey)
        }
        return try Fleet.devices(
            count: fleet, configSize: options.configSize, delay: options.pause ?? .zero, port: options.port,
            authorizedKeys: keys, hostKey: hostKey)
    }

    private static func publicKeys(_ path: String) throws(LabError) -> [HostKey] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .stateUnusable(path: path, reason: "there is no such file")
        }
        let keys = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .compactMap { HostKey(publicLine: $0) }
        guard !keys.isEmpty else { throw .stateUnusable(path: path, reason: "it holds no public key") }
        return keys
    }
}
