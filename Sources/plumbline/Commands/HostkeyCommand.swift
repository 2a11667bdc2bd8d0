import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
import SSHTransport

struct HostkeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostkey", abstract: "Records, lists and forgets the host keys that devices may show.",
        subcommands: [HostkeyEnrol.self, HostkeyList.self, HostkeyForget.self])
}

struct HostkeyEnrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol", abstract: "Shows the host keys of devices and records them once a person agrees.",
        discussion: """
            Compare the fingerprints with the device's own (its console, its label, its vendor's sheet). No credential is sent to
            it; a jump host on the way, whose own key is on record, is logged in to. Windows bind this command too.
            A device whose key has changed is never enrolled here: find out why, then 'plumbline hostkey forget' it first.
            """)

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Flag(help: "Record without asking: for scripts on a trusted network.") var yes = false

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let plan = RunPlan(
            devices: try context.devices(selector, in: workspace), now: Date(), offset: LocalTime.offset)
        for left in plan.leftAlone { Console.complain("\(left.device.id) is left alone: \(left.reason)") }
        let enrolment = HostKeyEnrolment(workspace: workspace, connector: .shared, desk: context.desk(workspace))
        let offers = try await enrolment.offers(of: plan.collect)
        for offer in offers { show(offer) }
        let failed = offers.contains { $0.failure != nil || $0.isChanged || !$0.revoked.isEmpty }
        let new = offers.filter { $0.failure == nil && !$0.isChanged && !$0.new.isEmpty }
        guard !new.isEmpty else {
            Console.say("nothing to record")
            throw ExitCode(failed ? 1 : 0)
        }
        guard yes || agreed(new.count) else {
            Console.say("nothing was recorded")
            throw ExitCode(1)
        }
        try enrolment.record(new)
        Console.say("recorded the keys of \(Wording.count(new.count, "device")) in \(WorkspaceLayout.knownHosts)")
        throw ExitCode(failed ? 1 : 0)
    }

    private func show(_ offer: HostKeyEnrolment.Offer) {
        let paint = Console.paint()
        let name = "\(offer.device.id) (\(offer.device.address):\(offer.device.port))"
        if let failure = offer.failure { return Console.say("\(paint(.red, "failed ")) \(printable(failure))") }
        for key in offer.known {
            Console.say("\(paint(.green, "known  ")) \(name) \(key.algorithm) \(key.fingerprint)")
        }
        for key in offer.revoked {
            Console.say("\(paint(.red, "REVOKED")) \(name) \(printable(key.algorithm)) \(key.fingerprint)")
        }
        for key in offer.new {
            let word = offer.isChanged ? paint(.red, "CHANGED") : paint(.yellow, "new    ")
            Console.say("\(word) \(name) \(printable(key.algorithm)) \(key.fingerprint)")
        }
    }

    private func agreed(_ count: Int) -> Bool {
        guard Console.isTerminal(0) else {
            Console.complain("no terminal to ask on: say --yes to record without asking")
            return false
        }
        Console.write(Array("record the new keys of \(Wording.count(count, "device"))? [y/N] ".utf8), to: 2)
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }
}

struct HostkeyList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the keys on record.")

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @OptionGroup var output: ListFormatOption

    struct Row: Encodable {
        var device: DeviceID
        var address: String
        var port: Int
        var algorithm: String
        var fingerprint: String
        var revoked: Bool
    }

    func run() throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let rows = try context.devices(selector, in: workspace).flatMap { device in
            let policy = workspace.inventory.knownHosts.policy(address: device.address, port: device.port)
            return (policy.accepted.map { ($0, false) } + policy.revoked.map { ($0, true) }).map { key, revoked in
                Row(
                    device: device.id, address: device.address, port: device.port, algorithm: key.algorithm,
                    fingerprint: key.fingerprint, revoked: revoked)
            }
        }
        if try output.printed(rows) { return }
        let lines = Table.lines(
            rows.map { row in
                [
                    row.device.text, "\(row.address):\(row.port)", row.algorithm, row.fingerprint,
                    row.revoked ? "revoked" : "",
                ]
            })
        for line in lines { Console.say(line) }
    }
}

struct HostkeyForget: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Takes a device's keys off the record, after it was replaced or re-keyed.")

    @Argument(help: "The device.") var device: String
    @Flag(help: "Do not ask.") var yes = false

    func run() throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let device = try context.device(device, in: workspace)
        if !yes {
            guard Console.isTerminal(0) else {
                throw WorkflowError.request("no terminal to ask on: say --yes to forget without asking")
            }
            Console.write(Array("forget the host keys of \(device.id)? [y/N] ".utf8), to: 2)
            guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else { throw ExitCode(1) }
        }
        let enrolment = HostKeyEnrolment(workspace: workspace, connector: .shared, desk: context.desk(workspace))
        let (removed, remaining) = try enrolment.forget(device)
        for key in removed { Console.say("forgot \(device.id) \(key.algorithm) \(key.fingerprint)") }
        if removed.isEmpty { Console.say("\(device.id): no key was on record") }
        for line in remaining {
            Console.complain(
                "\(WorkspaceLayout.knownHosts):\(line): still speaks of this address (a pattern or a marker): edit it by hand"
            )
        }
    }
}
