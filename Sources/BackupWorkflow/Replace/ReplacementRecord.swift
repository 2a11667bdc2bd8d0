import ConfigModel
import FoundationEssentials

/// A line of `var/replacements.jsonl`: that hardware was replaced, when, by whom and why. Append-only.
struct ReplacementRecord: Sendable, Hashable, Codable {
    struct Hardware: Sendable, Hashable, Codable {
        var serials: [String]
        var model: String?
        var version: String?

        init?(_ hardware: ReplacementReport.Hardware?) {
            guard let facts = hardware?.facts else { return nil }
            (serials, model, version) = (facts.serials, facts.model, facts.version)
        }
    }

    var time: Date
    var device: DeviceID
    var by: String
    var reason: String?
    var outcome: ReplacementReport.Outcome
    var keys: ReplacementReport.Keys
    var old: Hardware?
    var new: Hardware?

    init(_ report: ReplacementReport) {
        time = report.at
        device = report.device
        by = report.by
        reason = report.reason
        outcome = report.outcome
        keys = report.keys
        old = Hardware(report.before)
        new = Hardware(report.now)
    }

    static func path(in state: String) -> String { state + "/replacements.jsonl" }

    func append(to state: String) throws(WorkflowError) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            try FileTree.append(Array(try encoder.encode(self)) + [0x0A], to: Self.path(in: state))
        } catch {
            throw .file(path: Self.path(in: state), reason: "\(error): the replacement is not recorded in it")
        }
    }
}
