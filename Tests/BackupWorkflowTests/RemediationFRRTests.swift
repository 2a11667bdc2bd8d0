import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Foundation
import RealServers
import Testing

/// Real daemons are led from one configuration to the next by lines typed into `vtysh`, and back.
@Suite(
    "Remediation on real FRRouting", .serialized,
    .enabled(if: FRRLab.isAvailable, "needs root and the package frr"))
struct RemediationFRRTests {
    private static let count = 201

    @Test("two hundred pairs of configurations: the lines lead to the target, and the rollback leads back")
    func pairs() async throws {
        let platform = try #require(try Inventory.readPlatforms(workspace: nil).first { $0.name == "frr" })
        let rules = try Remediation.Rules(platform)
        let lab = try await FRRLab.start()
        defer { lab.server.stop() }
        let restore = try #require(platform.restore?.lines)
        let empty = try lab.show()

        // What FRRouting prints when each is entered into empty daemons.
        var texts: [String] = []
        var before = empty
        for seed in 0..<Self.count {
            let step = try rules.step(from: before, to: empty)
            let answers = try lab.type([
                restore.enter + step.lines + restore.leave,
                restore.enter + GeneratedFRR.text(seed: seed) + restore.leave,
            ])
            try Self.expect(
                answers[0], is: empty, "back to nothing before seed \(seed)", platform, step, before: before)
            before = answers[1].running
            texts.append(before)
        }
        try walk(texts.indices.reversed(), texts, rules, platform, lab)
        try walk(Array(texts.indices), texts, rules, platform, lab)
        let saved = try lab.type([platform.restore?.save.map(\.send) ?? []])[0]
        #expect(saved.text.contains("\n[OK]"), "\(saved.text)")
    }

    private func walk(
        _ order: [Int], _ texts: [String], _ rules: Remediation.Rules, _ platform: Platform, _ lab: FRRLab
    ) throws {
        let restore = try #require(platform.restore?.lines)
        let pairs = zip(order, order.dropFirst()).map { (from: $0, to: $1) }
        // Many steps are typed into one session: a new one costs more than a step.
        for start in stride(from: 0, to: pairs.count, by: 20) {
            let batch = pairs[start..<min(start + 20, pairs.count)]
            let steps = try batch.map { try rules.step(from: texts[$0.from], to: texts[$0.to]) }
            let answers = try lab.type(steps.map { restore.enter + $0.lines + restore.leave })
            for ((pair, step), answer) in zip(zip(batch, steps), answers) {
                let place = "seed \(pair.from) to seed \(pair.to)"
                try Self.expect(answer, is: texts[pair.to], place, platform, step, before: texts[pair.from])
                #expect(try rules.step(from: texts[pair.to], to: texts[pair.to]) == Remediation(), "\(place)")
            }
        }
    }

    private static func expect(
        _ answer: FRRLab.Answer, is target: String, _ place: String, _ platform: Platform, _ step: Remediation,
        before: String
    ) throws {
        let device = DeviceID("frr-1")!
        let name = ArtifactName.runningConfig
        let found = try ConfigAnalysis.drift(
            of: device, actual: ComparableSnapshot(texts: [name: Array(answer.running.utf8)]),
            expected: ComparableSnapshot(texts: [name: Array(target.utf8)]), platform: platform)
        let differences = found.map { "\($0.path) lacks \($0.missing) and has \($0.extra)" }
        let failed = !differences.isEmpty || !answer.refusals.isEmpty || !step.unsupported.isEmpty
        guard failed else { return }
        Issue.record(
            """
            \(place): \(differences.joined(separator: "; "))
            refused: \(answer.refusals), not expressed: \(step.unsupported)
            lines:
            \(step.lines.joined(separator: "\n"))
            before:
            \(before)
            """)
    }
}

extension Remediation.Rules {
    fileprivate func step(from old: String, to new: String) throws -> Remediation {
        try lines(from: Array(old.utf8), to: Array(new.utf8))
    }
}

/// FRRouting's daemons on sockets and interfaces of their own.
struct FRRLab {
    struct Failure: Error { var text: String }

    struct Answer {
        /// What was said while the lines were entered.
        var text: String
        var running: String
        /// What was refused, with the line before it.
        var refusals: [String] {
            let lines = text.split(separator: "\n").map(String.init)
            return lines.indices.dropFirst()
                .filter { lines[$0].hasPrefix("%") && !lines[$0].contains("Reference bandwidth is changed") }
                .map { lines[$0 - 1] + ": " + lines[$0] }
        }
    }

    let server: RealSSHServer

    static let isAvailable: Bool = {
        guard RealSSHServer.isAvailable else { return false }
        return ["zebra", "staticd", "bgpd", "ospfd"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "/usr/lib/frr/\($0)")
        }
    }()

    static func start() async throws -> FRRLab {
        let links = [1, 2, 3].map { "ip link add eth\($0) type veth peer name peer\($0) && ip link set eth\($0) up" }
        let daemons = ["zebra", "staticd", "ospfd", "bgpd"].map { name in
            "/usr/lib/frr/\(name) -d -A 127.0.0.1\(name == "bgpd" ? " -p 0" : "")"
        }
        let steps = (["ip link set lo up"] + links + daemons).joined(separator: " && ")
        return FRRLab(
            server: try await RealSSHServer.openSSH(
                ServerConfiguration(setup: [
                    "mkdir -p /run/frr /var/log/frr", "chown frr:frr /run/frr /var/log/frr",
                    "mount -t tmpfs -o mode=755 tmpfs /etc/frr", "touch /etc/frr/frr.conf",
                    "printf 'service integrated-vtysh-config\\n' > /etc/frr/vtysh.conf",
                    "chown -R frr:frr /etc/frr", "unshare --net sh -c '\(steps)'",
                ])))
    }

    /// Types the lines, block after block, and asks for the running configuration after each.
    func type(_ blocks: [[String]]) throws -> [Answer] {
        let file = server.folder + "/typed"
        let lines = blocks.flatMap { $0 + ["show running-config"] } + [""]
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let text = try server.run(["/bin/sh", "-c", "vtysh < \(file)"]).text
        var parts = text.components(separatedBy: "Current configuration:\n")
        guard parts.count == blocks.count + 1 else { throw Failure(text: text) }
        var said = parts.removeFirst()
        return parts.map { part in
            let pieces = part.components(separatedBy: "\nend\n")
            defer { said = pieces.dropFirst().joined(separator: "\nend\n") }
            return Answer(text: said, running: pieces[0] + "\nend\n")
        }
    }

    func show() throws -> String { try type([[]])[0].running }
}
