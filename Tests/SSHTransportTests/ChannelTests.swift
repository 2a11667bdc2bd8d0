import ConfigModel
import DeviceSession
import FoundationEssentials
import RealServers
import SSHTransport
import Synchronization
import Testing
import TransportContract

@Suite("Shells and commands of a real sshd", .realServers)
struct ChannelTests {
    @Test("a command's output, error texts and status come apart", arguments: [0, 1, 77])
    func execute(status: Int) async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        let result = try await connection.execute(
            "echo out; echo err >&2; exit \(status)", limit: 100, until: Bench.soon)
        #expect(result == CommandResult(output: Array("out\n".utf8), errors: Array("err\n".utf8), status: status))
        let killed = try await connection.execute("kill -TERM $$", limit: 100, until: Bench.soon)
        #expect(killed.status == 143)
        await connection.close()
    }

    @Test("an answer beyond the limit is tooLarge, and the session stays usable")
    func tooLarge() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        let error = try await Bench.failure { try await connection.execute("yes", limit: 100_000, until: Bench.soon) }
        guard case .tooLarge(_, _, 100_000) = error else { throw Unexpected("\(error)") }
        #expect(try await Bench.answer(of: "echo on", on: connection) == "on\n")
    }

    @Test("commands run side by side on one session do not mix")
    func sideBySide() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server, keepalive: .seconds(1)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let result = try await connection.execute(
                        "seq \(number)000000 \(number)020000", limit: 1 << 20, until: Bench.soon)
                    let expected = (0...20_000).map { "\(number * 1_000_000 + $0)\n" }.joined()
                    #expect(
                        result.output == Array((number == 0 ? (0...20_000).map { "\($0)\n" }.joined() : expected).utf8))
                }
            }
            try await group.waitForAll()
        }
        await connection.close()
    }

    @Test("a shell has a terminal of the size that was asked for")
    func shell() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        let shell = try await connection.openShell(TerminalRules(columns: 321, rows: 45), until: Bench.soon)
        try await shell.send(Array("tty; stty size; exit\n".utf8), until: Bench.soon)
        var text: [UInt8] = []
        while case let bytes = try await shell.receive(until: Bench.soon), !bytes.isEmpty { text += bytes }
        let shown = String(decoding: text, as: UTF8.self)
        #expect(shown.contains("/dev/pts/") && shown.contains("45 321"))
        await connection.close()
    }

    @Test("the SSH transport keeps what every transport promises", arguments: TransportContract.Clause.allCases)
    func contract(clause: TransportContract.Clause) async throws {
        let server = try await RealSSHServer.openSSH(
            ServerConfiguration(
                accounts: [
                    ServerAccount(name: "echo", password: "x", shell: "/usr/local/bin/plumbline-echo"),
                    ServerAccount(name: "farewell", password: "x", shell: "/usr/local/bin/plumbline-farewell"),
                ], setup: Self.peers))
        defer { server.stop() }
        let connections = Mutex<[any DeviceConnection]>([])
        let contract = TransportContract { peer in
            let user = peer == .echo ? "echo" : "farewell"
            let connection = try await Bench.connect(Bench.endpoint(server, user: user), .password(Secret("x")))
            connections.withLock { $0.append(connection) }
            return try await connection.openShell(TerminalRules(), until: Bench.soon)
        }
        let result: Result<Void, any Error>
        do { result = .success(try await contract.check(clause)) } catch { result = .failure(error) }
        for connection in connections.withLock({ $0 }) { await connection.close() }
        try result.get()
    }

    /// The contract's peers as login shells.
    private static let peers = [
        "mount -t tmpfs -o mode=755 tmpfs /usr/local/bin",
        "printf '#!/bin/sh\\nstty raw -echo 2>/dev/null; echo ready; exec cat\\n' > /usr/local/bin/plumbline-echo",
        "printf '#!/bin/sh\\necho bye\\n' > /usr/local/bin/plumbline-farewell",
        "chmod 755 /usr/local/bin/plumbline-echo /usr/local/bin/plumbline-farewell",
    ]
}

@Suite("Files of real servers", .realServers)
struct FileTests {
    private static let image: [UInt8] = {
        var generator = SystemRandomNumberGenerator()
        return (0..<(1 << 20)).flatMap { _ in withUnsafeBytes(of: generator.next() as UInt64) { Array($0) } }
    }()

    private static func place(_ bytes: [UInt8], _ name: String, on server: RealSSHServer) throws -> String {
        let path = "\(server.folder)/home/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private static func read(
        _ path: String, by method: FileMethod, limit: Int = 64 << 20, on connection: any DeviceConnection
    ) async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        try await connection.readFile(path, by: method, limit: limit, until: Bench.soon) { piece in
            bytes.withLock { $0 += piece }
        }
        return bytes.withLock { $0 }
    }

    @Test("8 MiB of random bytes arrive whole, twice in one session", arguments: [FileMethod.sftp, .scp])
    func image(method: FileMethod) async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let path = try Self.place(Self.image, "image one.bin", on: server)
        let connection = try await Bench.connect(Bench.endpoint(server))
        for _ in 0..<2 { #expect(try await Self.read(path, by: method, on: connection) == Self.image) }
        await connection.close()
    }

    @Test("files of every awkward size arrive whole", arguments: [FileMethod.sftp, .scp])
    func sizes(method: FileMethod) async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        for size in [0, 1, 32_767, 32_768, 32_769, 262_144, 300_001] {
            let bytes = Array(Self.image.prefix(size))
            let path = try Self.place(bytes, "file\(size)", on: server)
            #expect(try await Self.read(path, by: method, on: connection) == bytes)
        }
        await connection.close()
    }

    @Test(
        "a file that is missing, forbidden, a directory or too large is told as that",
        arguments: [FileMethod.sftp, .scp])
    func unavailable(method: FileMethod) async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let large = try Self.place(Array(Self.image.prefix(1000)), "large", on: server)
        let connection = try await Bench.connect(Bench.endpoint(server))
        for path in ["/nowhere/at/all", "/etc/shadow", server.folder + "/home"] {
            let error = try await Bench.failure { try await Self.read(path, by: method, on: connection) }
            guard case .fileUnavailable(_, path, _) = error else { throw Unexpected("\(error)") }
        }
        let error = try await Bench.failure { try await Self.read(large, by: method, limit: 999, on: connection) }
        guard case .tooLarge(_, large, 999) = error else { throw Unexpected("\(error)") }
        #expect(try await Self.read(large, by: method, limit: 1000, on: connection).count == 1000)
        await connection.close()
    }

    @Test("a directory is listed, a path's status is told, links followed")
    func directory() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        _ = try Self.place([1, 2, 3], "backup1/three", on: server)
        _ = try server.run(["/bin/ln", "-s", "three", "\(server.folder)/home/backup1/link"])
        _ = try server.run(["/bin/mkdir", "\(server.folder)/home/backup1/inner"])
        let connection = try await Bench.connect(Bench.endpoint(server))
        let home = "\(server.folder)/home/backup1"
        let entries = try await connection.listDirectory(home, until: Bench.soon)
        #expect(
            Set(entries.map { "\($0.name) \($0.kind)" }) == ["three file", "link link", "inner directory"])
        #expect(try await connection.status(of: home + "/link", until: Bench.soon)?.size == 3)
        #expect(try await connection.status(of: home + "/none", until: Bench.soon) == nil)
        let error = try await Bench.failure { try await connection.listDirectory(home + "/none", until: Bench.soon) }
        guard case .fileUnavailable = error else { throw Unexpected("\(error)") }
        await connection.close()
    }

    @Test("a server without SFTP, or without scp, says so at once; commands still work")
    func without() async throws {
        let servers = [
            try await RealSSHServer.dropbear(
                ServerConfiguration(hidden: ["/usr/lib/sftp-server", "/usr/bin/scp"])),
            try await RealSSHServer.openSSH(ServerConfiguration(hasSFTP: false, hidden: ["/usr/bin/scp"])),
        ]
        defer { for server in servers { server.stop() } }
        for server in servers {
            let connection = try await Bench.connect(Bench.endpoint(server))
            for method in [FileMethod.sftp, .scp] {
                let error = try await Bench.failure { try await Self.read("/etc/hostname", by: method, on: connection) }
                guard case .unsupported = error else { throw Unexpected("\(error)") }
            }
            #expect(try await Bench.answer(of: "echo here", on: connection) == "here\n")
        }
    }

    @Test("dropbear gives a file by scp")
    func dropbear() async throws {
        let server = try await RealSSHServer.dropbear(ServerConfiguration(hidden: ["/usr/lib/sftp-server"]))
        defer { server.stop() }
        let path = try Self.place(Self.image, "image", on: server)
        let connection = try await Bench.connect(Bench.endpoint(server))
        #expect(try await Self.read(path, by: .scp, on: connection) == Self.image)
        await connection.close()
    }
}
