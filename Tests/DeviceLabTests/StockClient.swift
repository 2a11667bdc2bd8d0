import DeviceLab
import FoundationEssentials
import Subprocess
import SystemPackage

/// OpenSSH's clients, as anybody has them, in a folder of their own with strict host keys.
final class StockClient: Sendable {
    struct Answer {
        var output: [UInt8]
        var errors: String
        var status: Int32
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    enum Login: Equatable {
        case key
        case password(String)
        case keyboardInteractive(String)
    }

    let folder: String
    private let key: LabKey

    /// - Parameter key: The key that `.key` logs in with.
    init(key: LabKey) throws {
        folder = FileManager.default.temporaryDirectory.path + "/devicelab-\(UUID().uuidString)"
        self.key = key
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Self.write(key.pem, to: folder + "/key", mode: 0o600)
        try Self.write("#!/bin/sh\nexec cat \"$LAB_SECRET_FILE\"\n", to: folder + "/askpass", mode: 0o700)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// One command, or a shell on a terminal that is typed `input`.
    /// - Parameters:
    ///   - most: Goes away after so many bytes of output.
    ///   - staying: Goes away only when the device does.
    func ssh(
        _ device: SimulatedDevice, _ command: String? = nil, login: Login = .key, terminal: Bool = false,
        input: String = "", user: String = "netbackup", trusting hostKey: LabKey? = nil, most: Int? = nil,
        staying: Bool = false
    ) async throws -> Answer {
        var arguments = try options(device, login, hostKey) + ["-p", "\(device.port)", terminal ? "-tt" : "-T"]
        arguments.append("\(user)@\(device.address)")
        if let command { arguments.append(command) }
        if staying {
            let pipe = folder + "/pipe-\(UUID().uuidString)"
            let script = "mkfifo \(pipe); \"$@\" <\(pipe) & exec 3>\(pipe); cat >&3; wait $!"
            return try await run("/bin/sh", ["-c", script, "sh", "/usr/bin/ssh"] + arguments, login, input)
        }
        if let most {
            // ssh goes on after its reader is gone, for ever on a device that never ends: it is ended by hand.
            let pipe = folder + "/pipe-\(UUID().uuidString)"
            let script = "mkfifo \(pipe); \"$@\" >\(pipe) & head -c \(most) \(pipe); kill $!"
            return try await run("/bin/sh", ["-c", script, "sh", "/usr/bin/ssh"] + arguments, login, input)
        }
        return try await run("/usr/bin/ssh", arguments, login, input)
    }

    func sftp(_ device: SimulatedDevice, batch: String, user: String = "netbackup") async throws -> Answer {
        let arguments =
            try options(device, .key, nil) + ["-P", "\(device.port)", "-b", "-", "\(user)@\(device.address)"]
        return try await run("/usr/bin/sftp", arguments, .key, batch)
    }

    /// - Parameter old: By the old protocol, `scp -O`.
    func scp(_ device: SimulatedDevice, _ path: String, to name: String, old: Bool) async throws -> Answer {
        let arguments =
            try options(device, .key, nil) + (old ? ["-O", "-p"] : []) + [
                "-P", "\(device.port)", "netbackup@\(device.address):\(path)", folder + "/" + name,
            ]
        return try await run("/usr/bin/scp", arguments, .key, "")
    }

    /// Sends a file of these bytes.
    func send(
        _ bytes: [UInt8], to path: String, on device: SimulatedDevice, old: Bool, user: String = "netbackup"
    ) async throws -> Answer {
        let name = folder + "/sent-\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: name, contents: Data(bytes)) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let arguments =
            try options(device, .key, nil) + (old ? ["-O"] : []) + [
                "-P", "\(device.port)", name, "\(user)@\(device.address):\(path)",
            ]
        return try await run("/usr/bin/scp", arguments, .key, "")
    }

    func read(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: folder + "/" + name).map { [UInt8]($0) }
    }

    private func options(_ device: SimulatedDevice, _ login: Login, _ hostKey: LabKey?) throws -> [String] {
        let hosts = folder + "/hosts-\(UUID().uuidString)"
        let line = "[\(device.address)]:\(device.port) \((hostKey ?? device.hostKey).publicLine)\n"
        try Self.write(line, to: hosts, mode: 0o600)
        var options = [
            "UserKnownHostsFile=\(hosts)", "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes",
            "UpdateHostKeys=no", "IdentitiesOnly=yes", "IdentityAgent=none", "NumberOfPasswordPrompts=1",
            "LogLevel=ERROR",
        ]
        switch login {
        case .key: options += ["PreferredAuthentications=publickey", "BatchMode=yes"]
        case .password: options += ["PreferredAuthentications=password"]
        case .keyboardInteractive: options += ["PreferredAuthentications=keyboard-interactive"]
        }
        return ["-F", "/dev/null"] + (login == .key ? ["-i", folder + "/key"] : []) + options.flatMap { ["-o", $0] }
    }

    private func run(_ path: String, _ arguments: [String], _ login: Login, _ input: String) async throws -> Answer {
        var environment: [Environment.Key: String?] = ["LC_ALL": "C.UTF-8"]
        switch login {
        case .key: break
        case .password(let secret), .keyboardInteractive(let secret):
            let file = folder + "/secret-\(UUID().uuidString)"
            try Self.write(secret + "\n", to: file, mode: 0o600)
            environment["SSH_ASKPASS"] = folder + "/askpass"
            environment["SSH_ASKPASS_REQUIRE"] = "force"
            environment["LAB_SECRET_FILE"] = file
        }
        // From a file: a client that is refused reads no input, and a pipe to it would break.
        let typed = folder + "/typed-\(UUID().uuidString)"
        try Self.write(input, to: typed, mode: 0o600)
        let standardInput = try FileDescriptor.open(FilePath(typed), .readOnly)
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: .inherit.updating(environment),
            input: .fileDescriptor(standardInput, closeAfterSpawningProcess: true), output: .bytes(limit: 64 << 20),
            error: .string(limit: 1 << 20))
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return Answer(output: result.standardOutput, errors: result.standardError, status: status)
    }

    private static func write(_ text: String, to path: String, mode: Int) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        else { throw CocoaError(.fileWriteUnknown) }
    }
}

/// A running lab and the key that opens its accounts.
final class LabFixture: Sendable {
    let lab: Lab
    let key: LabKey
    let client: StockClient

    static let password = "dEmOsEcReT test"

    /// - Parameter change: What is different from an ordinary device.
    init(_ systems: [String: LabDevice.System], _ change: (inout LabDevice) -> Void = { _ in }) throws {
        let key = try LabKey.generate()
        var devices: [LabDevice] = []
        for (id, system) in systems {
            let login = LabLogin(user: "netbackup", password: Self.password, authorizedKeys: [key.publicKey])
            let reader = LabLogin(user: "reader", authorizedKeys: [key.publicKey], mayWrite: false)
            var device = LabDevice(
                id: id, address: "127.77.0.\(devices.count + 1)", hostKey: try .generate(), logins: [login, reader],
                system: system)
            change(&device)
            devices.append(device)
        }
        self.key = key
        client = try StockClient(key: key)
        lab = try Lab(devices: devices)
        try lab.start()
    }

    deinit { lab.stop() }
}

extension LabDevice.System {
    static let smallSwitch = LabDevice.System.ios(
        IOSSystem(
            hostname: "ward-sw-3",
            runningConfig: ["version 15.2", "hostname ward-sw-3", "!"]
                + (1...40).flatMap { ["interface Gi1/0/\($0)", " description bed \($0)", "!"] }
                + [
                    "snmp-server community dEmOsEcReT RO", "line vty 0 4", " transport input ssh",
                    "ntp server 10.0.0.1",
                ]))
}
