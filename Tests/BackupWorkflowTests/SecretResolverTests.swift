import ConfigModel
import Testing

@testable import BackupWorkflow

@Suite("References become secrets")
struct SecretResolverTests {
    @Test("from a variable, a file of mode 0600, and the first line of a command's output")
    func resolves() async throws {
        let folder = try TemporaryFolder()
        try folder.write("from file\nsecond line\n", to: "secret")
        let resolver = SecretResolver(environment: ["NAME": "from variable"], root: folder.path)
        #expect(try await resolver.secret(.environment("NAME")).exposed == "from variable")
        #expect(try await resolver.secret(.file("secret")).exposed == "from file")
        #expect(try await resolver.secret(.command(["printf", "from command\\nrest"])).exposed == "from command")
    }

    @Test("a file that others may read is refused", arguments: [0o640, 0o604, 0o644, 0o660] as [UInt32])
    func openFile(mode: UInt32) async throws {
        let folder = try TemporaryFolder()
        try folder.write("dEmOsEcReT", to: "secret", mode: mode)
        let resolver = SecretResolver(environment: [:], root: folder.path)
        let fault = await #expect(throws: SecretFault.self) { try await resolver.secret(.file("secret")) }
        #expect("\(fault!)".contains("others may read it"))
        #expect(!"\(fault!)".contains("dEmOsEcReT"))
    }

    @Test(
        "what is missing, empty or failing is a fault that names the reference",
        arguments: [
            SecretReference.environment("NOT_SET"), .file("not-there"), .file("."), .command(["false"]),
            .command(["printf", ""]), .command(["no-such-program-anywhere"]), .command([]),
        ])
    func faults(reference: SecretReference) async throws {
        let folder = try TemporaryFolder()
        let resolver = SecretResolver(environment: [:], root: folder.path)
        await #expect(throws: SecretFault.self) { try await resolver.secret(reference) }
    }

    @Test("a safe is asked once, however many devices share its secret")
    func once() async throws {
        let folder = try TemporaryFolder()
        let resolver = SecretResolver(environment: [:], root: folder.path)
        let reference = SecretReference.command(["sh", "-c", "echo x >> asked; echo value"])
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await resolver.secret(reference).exposed } }
            for try await value in group { #expect(value == "value") }
        }
        #expect(try folder.read("asked") == "x\n")
    }
}
