import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Damage")
struct DamageTests {
    private func object(_ id: ObjectID, in repository: String) -> String {
        "\(repository)/objects/\("\(id)".prefix(2))/\("\(id)".dropFirst(2))"
    }

    @Test("a damaged or missing object is named, with its repository, and the rest stays readable")
    func objects() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([
            snapshot("sw-a", ["running-config": "one\n", "/etc/hosts": "x\n", "/etc/passwd": "y\n"])
        ])
        let version = try await store.resolve(id("sw-a"), .latest)
        let blobs = try await store.blobs(of: version)
        let (damaged, missing) = (try #require(blobs[.runningConfig]), try #require(blobs[ArtifactName("/etc/hosts")]))
        let path = object(damaged, in: fixture.store)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 6] ^= 0x40
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(fileURLWithPath: path))
        try FileManager.default.removeItem(atPath: object(missing, in: fixture.store))
        let reader = try await fixture.open(.reading)
        await #expect {
            try await reader.comparableText(of: version, artifact: .runningConfig)
        } throws: { error in
            guard case .damagedObject(damaged, fixture.store, _)? = error as? StoreError else { return false }
            return true
        }
        await #expect(throws: StoreError.missingObject(id: missing, repository: fixture.store)) {
            try await reader.comparableText(of: version, artifact: ArtifactName("/etc/hosts"))
        }
        #expect(
            try await reader.comparableText(of: version, artifact: ArtifactName("/etc/passwd")) == Array("y\n".utf8))
    }

    @Test("something else in the place of the repository is named")
    func noRepository() async throws {
        let fixture = try StoreFixture()
        try FileManager.default.createDirectory(atPath: fixture.store, withIntermediateDirectories: true)
        await #expect {
            try await fixture.open()
        } throws: { error in
            guard case .damagedRepository(fixture.store, _)? = error as? StoreError else { return false }
            return true
        }
    }

    @Test("a half-made repository of a killed process is made anew")
    func halfMade() async throws {
        let fixture = try StoreFixture()
        try FileManager.default.createDirectory(
            atPath: "\(fixture.store).unfinished/objects", withIntermediateDirectories: true)
        let store = try await fixture.open()
        #expect(try await store.store([snapshot("sw-a", ["running-config": "one\n"])]).new == [id("sw-a")])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.variable).allSatisfy {
                !$0.contains("unfinished")
            })
    }
}
