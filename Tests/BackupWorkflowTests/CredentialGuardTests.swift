import ConfigModel
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
                    guard await desk.turn(credential) == .granted else { return await counter.spare() }
                    let order = await counter.begin()
                    for _ in 0..<20 { await Task.yield() }
                    await counter.end()
                    await desk.ended(credential, accept(order) ? .accepted : .refused(by: "device \(number)"))
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
        for ending in [
            CredentialGuard.Ending.refused(by: "a"), .accepted, .refused(by: "b"), .accepted, .refused(by: "c"),
        ] {
            #expect(await desk.turn(password) == .granted)
            await desk.ended(password, ending)
        }
        #expect(await desk.held.isEmpty)
        #expect(await desk.turn(password) == .granted)
        await desk.ended(password, .refused(by: "d"))
        #expect(await desk.turn(password) == .held(by: ["c", "d"]))
    }

    @Test("logins by key do not wait for each other, and two refusals hold the key too")
    func keys() async {
        let desk = CredentialGuard()
        for _ in 0..<10 { #expect(await desk.turn(key) == .granted) }
        await desk.ended(key, .refused(by: "a"))
        await desk.ended(key, .refused(by: "b"))
        #expect(await desk.turn(key) == .held(by: ["a", "b"]))
        #expect(await desk.held.map(\.credential) == ["gateways"])
    }

    @Test("a connection that fails for another reason says nothing about the credential")
    func neither() async {
        let desk = CredentialGuard()
        for _ in 0..<5 {
            #expect(await desk.turn(password) == .granted)
            await desk.ended(password, .neither)
        }
        #expect(await desk.held.isEmpty)
    }

    @Test("a login that hangs does not keep others waiting for ever, and who is cancelled stops waiting")
    func hanging() async {
        let desk = CredentialGuard()
        #expect(await desk.turn(password) == .granted)
        #expect(await desk.turn(password, patience: .milliseconds(20)) == .tooLate)
        let waiting = Task { await desk.turn(password) }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        await desk.ended(password, .accepted)
        #expect(await desk.turn(password) == .granted)
    }
}
