import ConfigModel
import FoundationEssentials
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Accounts are never locked")
struct CredentialGuardTests {
    private let password = Credential(name: "switches", user: "backup", method: .password(.environment("X")))
    private let key = Credential(name: "gateways", user: "backup", method: .agentKey(fingerprint: "SHA256:x"))

    /// Logs in on `count` devices at once; `accept` decides by number.
    /// - Returns: How many logins were tried, how many devices were spared, and the most that were under way together.
    private func logins(
        _ count: Int, with credential: Credential, accept: @escaping @Sendable (Int) -> Bool
    ) async -> (tried: Int, spared: Int, atOnce: Int) {
        let desk = CredentialGuard()
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    guard await desk.turn(credential, at: "device \(number)") == .granted else {
                        return await counter.spare()
                    }
                    let order = await counter.begin()
                    for _ in 0..<20 { await Task.yield() }
                    await counter.end()
                    await desk.ended(credential, at: "device \(number)", accept(order) ? .accepted : .refused)
                }
            }
        }
        return await (counter.tried, counter.spared, counter.most)
    }

    private actor Counter {
        var tried = 0
        var spared = 0
        var most = 0
        private var underWay = 0

        func begin() -> Int {
            tried += 1
            underWay += 1
            most = max(most, underWay)
            return tried
        }
        func end() { underWay -= 1 }
        func spare() { spared += 1 }
    }

    @Test("a wrong password that 200 devices share is refused twice, then nobody is asked any more")
    func wrongPassword() async {
        let result = await logins(200, with: password) { _ in false }
        #expect(result.tried == 2)
        #expect(result.spared == 198)
        #expect(result.atOnce == 1)
    }

    @Test("the first login with a password goes alone, later ones four at a time")
    func rightPassword() async {
        let result = await logins(100, with: password) { _ in true }
        #expect(result.tried == 100)
        #expect(result.atOnce <= 4)
    }

    @Test("a success between two refusals takes the first one back")
    func refusalAndSuccess() async {
        let desk = CredentialGuard()
        let story: [(String, CredentialGuard.Ending)] = [
            ("a", .refused), ("x", .accepted), ("b", .refused), ("y", .accepted), ("c", .refused),
        ]
        for (host, ending) in story {
            #expect(await desk.turn(password, at: host) == .granted)
            await desk.ended(password, at: host, ending)
        }
        #expect(await desk.held.isEmpty)
        #expect(await desk.turn(password, at: "d") == .granted)
        await desk.ended(password, at: "d", .refused)
        #expect(await desk.turn(password, at: "e").refusals == ["c", "d"])
    }

    @Test("who has refused a credential is asked once more a day later, then no more, though others accept it")
    func refusedBefore() async {
        let desk = CredentialGuard()
        #expect(await desk.turn(password, at: "a", digest: "1") == .granted)
        await desk.ended(password, at: "a", digest: "1", .refused)
        #expect(await desk.turn(password, at: "b", digest: "1") == .granted)
        await desk.ended(password, at: "b", digest: "1", .accepted)
        let now = Date()
        #expect(await desk.turn(password, at: "a", digest: "1").isRefusedBefore == true)
        let tomorrow = now.addingTimeInterval(86_400)
        #expect(await desk.turn(password, at: "a", digest: "1", now: tomorrow) == .granted)
        await desk.ended(password, at: "a", digest: "1", .refused, now: tomorrow)
        #expect(await desk.turn(password, at: "b", digest: "1") == .granted)
        await desk.ended(password, at: "b", digest: "1", .accepted)
        let nextYear = now.addingTimeInterval(365 * 86_400)
        #expect(await desk.turn(password, at: "a", digest: "1", now: nextYear).isRefusedBefore == true)
        #expect(await desk.turn(password, at: "a", digest: "2") == .granted)
    }

    @Test("after a refusal logins go one at a time, until one succeeds")
    func carefulAfterRefusal() async {
        let desk = CredentialGuard()
        #expect(await desk.turn(password, at: "a") == .granted)
        await desk.ended(password, at: "a", .accepted)
        for host in ["b", "c"] { #expect(await desk.turn(password, at: host) == .granted) }
        await desk.ended(password, at: "b", .refused)
        #expect(await desk.turn(password, at: "d", patience: .milliseconds(20)) == .tooLate)
        await desk.ended(password, at: "c", .accepted)
        for host in ["d", "e"] { #expect(await desk.turn(password, at: host) == .granted) }
    }

    @Test("logins by key do not wait for each other, and two refusals hold the key too")
    func keys() async {
        let desk = CredentialGuard()
        for host in 0..<10 { #expect(await desk.turn(key, at: "\(host)") == .granted) }
        await desk.ended(key, at: "0", .refused)
        await desk.ended(key, at: "1", .refused)
        #expect(await desk.turn(key, at: "11").refusals == ["0", "1"])
        #expect(await desk.held.map { $0[0].credential } == ["gateways"])
    }

    @Test("a connection that fails for another reason says nothing about the credential")
    func neither() async {
        let desk = CredentialGuard()
        for _ in 0..<5 {
            #expect(await desk.turn(password, at: "a") == .granted)
            await desk.ended(password, at: "a", .neither)
        }
        #expect(await desk.held.isEmpty)
    }

    @Test("a login that hangs does not keep others waiting for ever, and who is cancelled stops waiting")
    func hanging() async {
        let desk = CredentialGuard()
        #expect(await desk.turn(password, at: "a") == .granted)
        #expect(await desk.turn(password, at: "b", patience: .milliseconds(20)) == .tooLate)
        let waiting = Task { await desk.turn(password, at: "c") }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        await desk.ended(password, at: "a", .accepted)
        #expect(await desk.turn(password, at: "b") == .granted)
    }

    // MARK: Over runs

    @Test("a hold outlives the process, until the credential changes or somebody releases it")
    func outlives() async throws {
        let folder = try TemporaryFolder()
        func desk() async throws -> CredentialGuard {
            let desk = CredentialGuard()
            try await desk.keep(in: try await SnapshotStore.open(folder.path + "/var", for: .writing))
            return desk
        }
        for host in ["a", "b"] {
            let desk = try await desk()
            #expect(await desk.turn(password, at: host, digest: "old") == .granted)
            await desk.ended(password, at: host, digest: "old", .refused)
            #expect(await desk.takeNotices() == [])
        }
        #expect(try await desk().turn(password, at: "c", digest: "old").refusals == ["a", "b"])
        // Changed: used by itself, and what was refused before is forgotten for good.
        #expect(try await desk().turn(password, at: "a", digest: "new") == .granted)
        #expect(try await desk().turn(password, at: "c", digest: "old") == .granted)

        let second = try await desk()
        for host in ["a", "b"] {
            #expect(await second.turn(password, at: host, digest: "new") == .granted)
            await second.ended(password, at: host, digest: "new", .refused)
        }
        #expect(try await desk().turn(password, at: "c", digest: "new").refusals == ["a", "b"])
        try await SnapshotStore.open(folder.path + "/var", for: .writing).forgetRefusals(of: "switches")
        #expect(try await desk().turn(password, at: "a", digest: "new") == .granted)
    }

    @Test("a success is remembered over runs too: the hold is of refusals with none between")
    func successIsRemembered() async throws {
        let folder = try TemporaryFolder()
        let story: [(String, CredentialGuard.Ending)] = [("a", .refused), ("b", .accepted), ("c", .refused)]
        for (host, ending) in story {
            let desk = CredentialGuard()
            try await desk.keep(in: try await SnapshotStore.open(folder.path + "/var", for: .writing))
            #expect(await desk.turn(password, at: host, digest: "1") == .granted)
            await desk.ended(password, at: host, digest: "1", ending)
        }
        let store = try await SnapshotStore.open(folder.path + "/var", for: .reading)
        #expect(try await store.refusals().map { "\($0.host) \($0.isUnanswered)" } == ["a false", "c true"])
    }
}

extension CredentialGuard.Answer {
    fileprivate var isRefusedBefore: Bool {
        if case .refusedBefore = self { return true }
        return false
    }

    /// Who refused, of a credential that is held.
    fileprivate var refusals: [String]? {
        guard case .held(let refusals) = self else { return nil }
        return refusals.map(\.host)
    }
}
