package import ConfigModel
package import FoundationEssentials
import Glibc

/// `var/restores/`: a folder for each plan, with what came of it.
package struct RestoreShelf: Sendable {
    private let folder: String

    package init(state: String) { folder = state + "/restores" }

    package func path(of plan: String) -> String { "\(folder)/\(plan)" }

    /// Newest first.
    package func plans() -> [String] {
        FileTree.names(in: folder).filter { access("\(folder)/\($0)/plan.json", F_OK) == 0 }.sorted(by: >)
    }

    package func keep(_ plan: RestorePlan) throws(WorkflowError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path(of: plan.id), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileTree.write(
                Array(try Self.encoder.encode(plan)) + [0x0A], to: path(of: plan.id) + "/plan.json", mode: 0o600)
        } catch {
            throw .file(path: path(of: plan.id), reason: "the plan cannot be kept: \(error)")
        }
    }

    /// - Parameter name: A plan's id, the beginning of one, or `latest`.
    package func plan(_ name: String) throws(WorkflowError) -> RestorePlan {
        let all = plans()
        let found = name == "latest" ? Array(all.prefix(1)) : all.filter { $0 == name || $0.hasPrefix(name) }
        guard let id = found.first(where: { $0 == name }) ?? found.first else {
            throw .request("there is no restore plan '\(name)': 'plumbline restore list' shows them")
        }
        guard found.count == 1 || id == name else {
            throw .request(
                "'\(name)' is the beginning of \(found.count) plans: \(found.prefix(5).joined(separator: ", "))")
        }
        let path = path(of: id) + "/plan.json"
        do {
            let plan = try Self.decoder.decode(RestorePlan.self, from: Data(try FileTree.bytes(of: path)))
            guard plan.id == id else { throw FileTree.Failure(path: path, reason: "it says that it is another plan") }
            return plan
        } catch {
            throw .integrity("\(path) is no plan any more (\(error)): plan again")
        }
    }

    /// The plan as it lies there, for signatures.
    func text(of plan: String) throws(WorkflowError) -> [UInt8] {
        do { return try FileTree.bytes(of: path(of: plan) + "/plan.json") } catch {
            throw .file(path: error.path, reason: error.reason)
        }
    }

    func journal(of plan: String, _ device: DeviceID) -> RestoreJournal {
        RestoreJournal(folder: path(of: plan), device: device)
    }

    /// Where each device of a plan stands, for people.
    package struct State: Sendable, Hashable, Codable {
        package var device: DeviceID
        /// `planned`, `interrupted`, or how it ended.
        package var state: String
        package var step: RestoreMachine.Step?
        package var reason: String?
        package var time: Date?
        /// The version with what the device had before.
        package var before: Int?
    }

    package func states(of plan: RestorePlan) throws(WorkflowError) -> [State] {
        var states: [State] = []
        for device in plan.devices {
            let standing = try journal(of: plan.id, device).standing()
            let state = standing.ending?.ending ?? (standing.begun == nil ? "planned" : "interrupted")
            states.append(
                State(
                    device: device, state: state, step: standing.begun,
                    reason: standing.ending?.text ?? standing.reason, time: standing.ending?.time ?? standing.started,
                    before: standing.before))
        }
        return states
    }

    /// Restores that were begun and not ended, by device: the id of the plan. Of a damaged plan the journals tell all the same.
    package func open() -> [DeviceID: String] {
        var open: [DeviceID: String] = [:]
        for plan in plans() {
            for name in FileTree.names(in: path(of: plan)) where name.hasSuffix(".jsonl") {
                guard let device = DeviceID(String(name.dropLast(6))), open[device] == nil,
                    let standing = try? journal(of: plan, device).standing(), standing.begun != nil,
                    standing.ending == nil || standing.ending?.ending == "unresolved"
                else { continue }
                open[device] = plan
            }
        }
        return open
    }

    /// Plans with devices that a person, or `restore resume`, has to see to. Newest first.
    package func unfinished() throws(WorkflowError) -> [RestorePlan] {
        var plans: [RestorePlan] = []
        let open = Set(open().values)
        for id in self.plans() where open.contains(id) {
            let plan = try plan(id)
            let states = try states(of: plan)
            if states.contains(where: { $0.state == "interrupted" || $0.state == "unresolved" }) { plans.append(plan) }
        }
        return plans
    }

    static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }()
}
