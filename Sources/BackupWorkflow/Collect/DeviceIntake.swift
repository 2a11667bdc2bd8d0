import ConfigAnalysis
import ConfigModel
import FoundationEssentials
import SnapshotStore

/// Takes a device's capture in: judges it, normalises it, stores what is new.
struct DeviceIntake: Sendable {
    /// The compiled rules of one platform: one for all its devices.
    final class Rules: Sendable {
        let platform: Platform
        let normaliser: Normaliser
        let gate: Gate

        init(_ platform: Platform) throws(AnalysisError) {
            self.platform = platform
            normaliser = try Normaliser(platform: platform)
            gate = try Gate(platform: platform)
        }
    }

    /// The comparable texts of a capture, and what was masked in them that no rule covers.
    struct Normalised: Sendable {
        var texts: [ArtifactName: [UInt8]] = [:]
        var uncovered: [DeviceMemory.Uncovered] = []
    }

    enum Judgement: Sendable {
        case good(Normalised)
        /// Sound as far as it goes, but less than half of what there was: to be read again.
        case shrunk([String], Normalised)
        case suspicious([String])
    }

    let store: SnapshotStore
    let key: FingerprintKey
    /// How old exact bytes may become whose secrets cannot be compared, in seconds.
    var copyAge: Double = 7 * 86_400
    /// Of devices that were renamed, the id under which their secrets are fingerprinted: the first.
    var originalNames: [DeviceID: DeviceID] = [:]

    /// - Parameter previous: How many bytes each artifact had in the last good version; empty where none is to be compared.
    func judge(
        _ capture: Capture, of device: DeviceID, by rules: Rules, previous: [ArtifactName: Int]
    ) -> Judgement {
        do throws(AnalysisError) {
            let shrinkage = Self.shrinkage(of: capture, from: previous)
            let reasons = try rules.gate.reasons(against: capture)
            guard reasons.isEmpty else { return .suspicious(reasons + shrinkage) }
            let normalised = try normalise(capture, device: device, by: rules.normaliser)
            return shrinkage.isEmpty ? .good(normalised) : .shrunk(shrinkage, normalised)
        } catch {
            // A pattern that fails: the fault names its file and line.
            return .suspicious(["\(error)"])
        }
    }

    /// Artifacts of which less than half is left, and those that are gone.
    private static func shrinkage(of capture: Capture, from previous: [ArtifactName: Int]) -> [String] {
        let sizes = Dictionary(
            capture.artifacts.map { ($0.name, $0.collected.count) }, uniquingKeysWith: { first, _ in first })
        return previous.sorted { $0.key < $1.key }.compactMap { name, before in
            guard let now = sizes[name] else {
                return before == 0 ? nil : "\(name): it is gone: the last good copy has \(before) bytes of it"
            }
            return now * 2 < before ? "\(name): it shrank from \(before) to \(now) bytes" : nil
        }
    }

    func normalise(
        _ capture: Capture, device: DeviceID, by normaliser: Normaliser
    ) throws(AnalysisError) -> Normalised {
        var result = Normalised()
        for artifact in capture.artifacts {
            let text = try normaliser.comparable(artifact, device: originalNames[device] ?? device, key: key)
            result.texts[artifact.name] = text.bytes
            result.uncovered += text.uncovered.map {
                DeviceMemory.Uncovered(artifact: artifact.name, line: $0.line, kind: $0.kind)
            }
        }
        result.uncovered.sort { ($0.artifact.text, $0.line, $0.kind) < ($1.artifact.text, $1.line, $1.kind) }
        return result
    }

    /// - Parameter keepsBytes: The exact bytes are kept whatever they are: a restore may need these very ones.
    func store(
        _ capture: Capture, as normalised: Normalised, of device: Device, taken: Date, by rules: Rules,
        keepsBytes: Bool = false
    ) async throws(WorkflowError) -> AddedSnapshot {
        let snapshot = NewSnapshot(
            device: device.id, group: device.group, taken: taken, platform: rules.platform.name,
            texts: normalised.texts, facts: capture.facts,
            collected: Dictionary(capture.artifacts.map { ($0.name, $0.collected) }, uniquingKeysWith: { $1 }),
            renewal: renewal(of: capture, from: device.id, by: rules, always: keepsBytes))
        do throws(StoreError) {
            return try await store.add(snapshot)
        } catch {
            throw .store(error)
        }
    }

    /// When the exact bytes are to be kept although nothing comparable changed. Marks are kept as keyed digests: some devices
    /// give a checksum of their secrets.
    private func renewal(
        of capture: Capture, from device: DeviceID, by rules: Rules, always: Bool
    ) -> CopyRenewal {
        var renewal = CopyRenewal()
        if always { renewal.mostAge = -.infinity }
        if !always, rules.platform.secrets.contains(where: \.resalted) { renewal.mostAge = copyAge }
        for artifact in capture.artifacts {
            // A pattern that fails was told when the capture was judged.
            guard let marks = try? rules.normaliser.changeMarks(of: artifact), !marks.isEmpty else { continue }
            renewal.marks[artifact.name] = key.fingerprint(
                of: Array(marks.joined(separator: "\n").utf8), kind: "mark", device: originalNames[device] ?? device)
        }
        return renewal
    }
}
