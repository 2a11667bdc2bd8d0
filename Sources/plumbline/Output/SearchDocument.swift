import BackupWorkflow
import ConfigAnalysis
import ConfigModel
import FoundationEssentials
import SnapshotStore

/// What was found, as JSON that is written while it is found: the hits of a fleet may be more than memory holds.
final class SearchDocument {
    private struct Hit: Encodable {
        var device: DeviceID
        var version: Int
        var taken: Date
        var group: String
        var artifact: ArtifactName
        var line: Int
        var section: [String]
        var text: String
        var matches: [String]
    }

    /// What stands behind the hits: by name they all come after `hits`.
    private struct Rest: Encodable {
        struct Searched: Encodable {
            var devices: Int
            var texts: Int
        }

        var nothingStored: [DeviceID]
        var notInInventory: [DeviceID]
        var notSearched: [TextSearch.Outcome.Unread]
        var pattern: String
        var searched: Searched
        var versionsBefore: Date?
    }

    private let encoder: JSONEncoder
    private var isFirst = true

    init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
    }

    func write(_ found: TextSearch.Found) throws {
        for hit in found.hits {
            let item = Hit(
                device: found.version.device, version: found.version.number, taken: found.version.taken,
                group: found.version.group, artifact: found.artifact, line: hit.line, section: hit.section,
                text: hit.text, matches: hit.pieces.filter(\.isMatch).map(\.text))
            let start = isFirst ? "{\n  \"hits\" : [" : ","
            Console.write(Array("\(start)\n    ".utf8) + (try encoder.encode(item)), to: 1)
            isFirst = false
        }
    }

    func end(_ outcome: TextSearch.Outcome, pattern: String, before: Date?) throws {
        var unread = outcome.unread
        unread += outcome.digestOnly.map {
            TextSearch.Outcome.Unread(device: $0, reason: PatientData.remark)
        }
        let rest = Rest(
            nothingStored: outcome.nothingStored, notInInventory: outcome.notInInventory, notSearched: unread,
            pattern: pattern, searched: Rest.Searched(devices: outcome.devices, texts: outcome.texts),
            versionsBefore: before)
        var text = isFirst ? "{\n  \"hits\" : [" : "\n  "
        let failures = try encoder.encode(outcome.failure.map { [$0] } ?? [])
        text += "],\n  \"failures\" : " + String(decoding: failures, as: UTF8.self)
        text += ",\n  " + String(decoding: try encoder.encode(rest), as: UTF8.self).dropFirst() + "\n"
        Console.write(Array(text.utf8), to: 1)
    }
}
