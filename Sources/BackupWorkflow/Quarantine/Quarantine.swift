import ConfigModel
import FoundationEssentials
import Glibc
import SnapshotStore

/// `var/quarantine/<run>/<device>/`: captures that may not be complete or sound, readable by their owner alone.
///
/// ```
/// entry.json         what and why; written last: a folder without it was never finished
/// 1.collected …      the bytes of each artifact
/// transcript.jsonl   beginning and end of the session, secrets of the credential taken out
/// decision.json      once somebody, or a later capture, has decided
/// ```
struct Quarantine: Sendable {
    /// `var/quarantine`.
    let folder: String

    /// How many decided entries of a device are kept.
    static let decidedKept = 3

    private static let record = "entry.json"
    private static let verdict = "decision.json"
    private static let transcript = "transcript.jsonl"

    func path(of entry: QuarantineEntry) -> String { path(entry.run, entry.device) }
    private func path(_ run: RunID, _ device: DeviceID) -> String { "\(folder)/\(run)/\(device)" }

    // MARK: Keeping

    /// - Parameters:
    ///   - artifacts: In the order of the entry's.
    ///   - events: Of the session.
    func keep(
        _ entry: QuarantineEntry, artifacts: [Artifact], events: [SessionTranscript.Event]
    ) throws(WorkflowError) {
        let place = path(of: entry)
        do {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for (artifact, known) in zip(artifacts, entry.artifacts) {
                try FileTree.write(artifact.collected, to: "\(place)/\(known.file)", mode: 0o600)
            }
            if !events.isEmpty {
                var lines: [UInt8] = []
                for event in events { lines += try Self.encoder.encode(event) + [0x0A] }
                try FileTree.write(lines, to: "\(place)/\(Self.transcript)", mode: 0o600)
            }
            try write(entry, to: "\(place)/\(Self.record)")
        } catch {
            throw .file(path: place, reason: "\(error)")
        }
    }

    /// Writes down what became of an entry.
    func decide(_ entry: QuarantineEntry, _ decision: QuarantineEntry.Decision) throws(WorkflowError) {
        let path = path(of: entry) + "/" + Self.verdict
        do { try write(decision, to: path) } catch { throw .file(path: path, reason: "\(error)") }
    }

    // MARK: Reading

    /// All entries, the newest first. One whose record cannot be read waits, and says so.
    /// - Throws: When the folder itself may not be read.
    func entries() throws(WorkflowError) -> [QuarantineEntry] {
        guard access(folder, R_OK | X_OK) == 0 else {
            if errno == ENOENT { return [] }
            throw .file(path: folder, reason: String(cString: strerror(errno)))
        }
        var entries: [QuarantineEntry] = []
        for name in FileTree.names(in: folder).reversed() {
            guard let run = RunID(name) else { continue }
            for name in FileTree.names(in: "\(folder)/\(run)") {
                guard let device = DeviceID(name), let entry = entry(run, device) else { continue }
                entries.append(entry)
            }
        }
        return entries
    }

    /// Nil for a folder that was never finished.
    private func entry(_ run: RunID, _ device: DeviceID) -> QuarantineEntry? {
        let place = path(run, device)
        guard access("\(place)/\(Self.record)", F_OK) == 0 else { return nil }
        var entry = QuarantineEntry(
            device: device, run: run, group: "", platform: "", taken: Date(timeIntervalSince1970: 0),
            reasons: ["its record cannot be read: look at \(place), then discard it"], artifacts: [], facts: Facts(),
            notes: [])
        if let known: QuarantineEntry = try? read("\(place)/\(Self.record)"), known.device == device, known.run == run {
            entry = known
        }
        if access("\(place)/\(Self.verdict)", F_OK) == 0 {
            // A decision that cannot be read is none.
            entry.decision = try? read("\(place)/\(Self.verdict)")
        }
        return entry
    }

    func artifacts(of entry: QuarantineEntry) throws(WorkflowError) -> [Artifact] {
        var artifacts: [Artifact] = []
        for (index, artifact) in entry.artifacts.enumerated() {
            // Our own names, whatever the record says.
            let path = "\(path(of: entry))/\(index + 1).collected"
            do throws(FileTree.Failure) {
                let bytes = try FileTree.bytes(of: path)
                guard bytes.count == artifact.bytes else {
                    throw FileTree.Failure(path: path, reason: "it has \(bytes.count) bytes, not \(artifact.bytes)")
                }
                artifacts.append(Artifact(name: artifact.name, collected: bytes, defects: artifact.defects))
            } catch {
                throw .file(path: error.path, reason: error.reason)
            }
        }
        return artifacts
    }

    /// Empty where none was kept.
    func transcript(of entry: QuarantineEntry) throws(WorkflowError) -> [SessionTranscript.Event] {
        let path = "\(path(of: entry))/\(Self.transcript)"
        guard access(path, F_OK) == 0 else { return [] }
        do {
            return try FileTree.bytes(of: path).split(separator: 0x0A).map {
                try Self.decoder.decode(SessionTranscript.Event.self, from: Data($0))
            }
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }

    // MARK: Making room

    /// Marks what later captures have replaced, and removes decided entries beyond the last few of each device.
    /// - Parameter good: Devices of which a good capture was had in `run`.
    func tidy(after run: RunID, good: Set<DeviceID>, at now: Date) throws(WorkflowError) {
        var newest: Set<DeviceID> = []
        var decided: [DeviceID: Int] = [:]
        for var entry in try entries() {
            let isReplaced = good.contains(entry.device) && entry.run != run || newest.contains(entry.device)
            newest.insert(entry.device)
            if entry.isOpen, isReplaced {
                let decision = QuarantineEntry.Decision(outcome: .superseded, at: now)
                try decide(entry, decision)
                entry.decision = decision
            }
            guard !entry.isOpen else { continue }
            decided[entry.device, default: 0] += 1
            if decided[entry.device, default: 0] > Self.decidedKept {
                try? FileManager.default.removeItem(atPath: path(of: entry))
            }
        }
        removeUnfinished(except: run)
    }

    /// What a crash left half written, and folders of runs that nothing is in any more.
    private func removeUnfinished(except current: RunID) {
        for name in FileTree.names(in: folder) {
            guard let run = RunID(name), run != current else { continue }
            for name in FileTree.names(in: "\(folder)/\(run)") {
                guard let device = DeviceID(name), entry(run, device) == nil else { continue }
                try? FileManager.default.removeItem(atPath: path(run, device))
            }
            // Fails while there is something in it, as it should.
            rmdir("\(folder)/\(run)")
        }
    }

    // MARK: Files

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // To the millisecond: a decision's attempt must not seem older than the one that it is about.
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(Timestamp.text(of: date))
        }
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let date = Timestamp.date(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time")
            }
            return date
        }
        return decoder
    }

    private func write(_ value: some Encodable, to path: String) throws {
        try FileTree.write(Array(try Self.encoder.encode(value)) + [0x0A], to: path, mode: 0o600)
    }

    private func read<Value: Decodable>(_ path: String) throws -> Value {
        try Self.decoder.decode(Value.self, from: Data(try FileTree.bytes(of: path)))
    }
}
