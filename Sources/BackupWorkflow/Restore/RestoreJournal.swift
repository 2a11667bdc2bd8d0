import ConfigModel
import FoundationEssentials
import Glibc

/// What has happened in the restore of one device: a line of JSON before each step and after it, made durable before anything is
/// sent. After a crash it tells where the restore was.
struct RestoreJournal: Sendable {
    struct Entry: Sendable, Hashable, Codable {
        enum Event: String, Sendable, Codable { case began, done, failed, lost, remark, ended }

        var time: Date
        var event: Event
        var step: RestoreMachine.Step?
        /// For a person; no secret is in it.
        var text: String?
        /// Of `ended`: restored, undone or unresolved.
        var ending: String?
        /// Of `before`: the version that holds what the device had.
        var version: Int?
    }

    let path: String

    /// The journal of one device of a plan.
    init(folder: String, device: DeviceID) { path = "\(folder)/\(device).jsonl" }

    func append(_ entry: Entry) throws(WorkflowError) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            try FileTree.append(Array(try encoder.encode(entry)) + [0x0A], to: path, mode: 0o600)
        } catch {
            throw .file(path: path, reason: "\(error): without its journal nothing is sent to a device")
        }
    }

    func began(_ step: RestoreMachine.Step) throws(WorkflowError) {
        try append(Entry(time: Date(), event: .began, step: step))
    }

    func ended(_ step: RestoreMachine.Step, _ outcome: RestoreMachine.Outcome, version: Int? = nil)
        throws(WorkflowError)
    {
        let (event, text): (Entry.Event, String?) =
            switch outcome {
            case .done: (.done, nil)
            case .saw(.target): (.done, "the device has the target")
            case .saw(.before): (.done, "the device is as before")
            case .saw(.other(let text)): (.done, text)
            case .failed(let text): (.failed, text)
            case .lost(let text): (.lost, text)
            }
        try append(Entry(time: Date(), event: event, step: step, text: text, version: version))
    }

    func remark(_ text: String) throws(WorkflowError) { try append(Entry(time: Date(), event: .remark, text: text)) }

    func ended(_ ending: RestoreMachine.Ending) throws(WorkflowError) {
        try append(Entry(time: Date(), event: .ended, text: ending.reason, ending: ending.word))
    }

    /// It was not begun, and may be once what was wrong is mended.
    func refused(_ reason: String) throws(WorkflowError) {
        try append(Entry(time: Date(), event: .ended, text: reason, ending: Self.refusal))
    }

    static let refusal = "refused"

    /// In order; empty where there is none.
    func entries() throws(WorkflowError) -> [Entry] {
        guard access(path, F_OK) == 0 else { return [] }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            // A line that a crash has cut is no entry, also where others stand behind it.
            return try FileTree.bytes(of: path).split(separator: 0x0A).compactMap { line in
                try? decoder.decode(Entry.self, from: Data(line))
            }
        } catch {
            throw .file(path: path, reason: "it cannot be read (\(error)): look at the device yourself")
        }
    }

    /// Where a restore stands.
    struct Standing: Sendable {
        var begun: RestoreMachine.Step?
        var hasConfirmed = false
        /// Whether saving was begun: the device may have saved the target.
        var maySaved = false
        /// The version that holds what the device had before.
        var before: Int?
        var reason: String?
        var ending: Entry?
        var started: Date?
    }

    func standing() throws(WorkflowError) -> Standing {
        var standing = Standing()
        for entry in try entries() {
            standing.started = standing.started ?? entry.time
            switch entry.event {
            case .began:
                standing.begun = entry.step
                if entry.step == .save { standing.maySaved = true }
                standing.ending = nil
            case .done:
                if entry.step == .confirm || entry.step == .disarm { standing.hasConfirmed = true }
            case .failed, .lost: standing.reason = entry.text
            case .ended where entry.ending == Self.refusal:
                standing = Standing()
                standing.reason = entry.text
            case .ended: standing.ending = entry
            case .remark: break
            }
            standing.before = entry.version ?? standing.before
        }
        return standing
    }
}

extension RestoreMachine.Ending {
    package var word: String {
        switch self {
        case .restored: "restored"
        case .undone: "undone"
        case .unresolved: "unresolved"
        }
    }

    package var reason: String? {
        switch self {
        case .restored: nil
        case .undone(let reason), .unresolved(let reason): reason
        }
    }
}
