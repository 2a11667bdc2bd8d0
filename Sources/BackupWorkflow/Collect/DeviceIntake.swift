import ConfigAnalysis
import ConfigModel
import FoundationEssentials
import SnapshotStore

/// Takes a device's capture in: judges it, normalises it, stores what is new; what is suspicious goes to quarantine.
struct DeviceIntake: Sendable {
    /// The compiled rules of one platform.
    struct Rules: Sendable {
        let platform: Platform
        let normaliser: Normaliser
        let gate: Gate

        init(_ platform: Platform) throws(AnalysisError) {
            self.platform = platform
            normaliser = try Normaliser(platform: platform)
            gate = try Gate(platform: platform)
        }
    }

    let store: SnapshotStore
    let quarantine: Quarantine
    let key: FingerprintKey

    enum Verdict: Sendable {
        case stored(AddedSnapshot)
        case quarantined(String)
    }

    func take(
        _ capture: Capture, of device: Device, taken: Date, run: RunID, by rules: Rules
    ) async throws(WorkflowError) -> Verdict {
        let reasons: [String]
        let texts: [ArtifactName: [UInt8]]
        do throws(AnalysisError) {
            reasons = try rules.gate.reasons(against: capture)
            texts = reasons.isEmpty ? try comparableTexts(of: capture, device: device.id, by: rules.normaliser) : [:]
        } catch {
            return .quarantined(try setAside(capture, of: device.id, run: run, because: ["\(error)"]))
        }
        guard reasons.isEmpty else {
            return .quarantined(try setAside(capture, of: device.id, run: run, because: reasons))
        }
        let snapshot = NewSnapshot(
            device: device.id, group: device.group, taken: taken, platform: rules.platform.name, texts: texts,
            facts: capture.facts,
            collected: Dictionary(capture.artifacts.map { ($0.name, $0.collected) }, uniquingKeysWith: { $1 }))
        do throws(StoreError) {
            return .stored(try await store.add(snapshot))
        } catch {
            throw .store(error)
        }
    }

    private func setAside(
        _ capture: Capture, of device: DeviceID, run: RunID, because reasons: [String]
    ) throws(WorkflowError) -> String {
        let place = try quarantine.keep(capture, of: device, run: run, reasons: reasons)
        return
            "\(device): what came may not be complete or sound: \(reasons.joined(separator: "; ")); it is set aside in "
            + "\(place), and the last good version stays the latest"
    }

    private func comparableTexts(
        of capture: Capture, device: DeviceID, by normaliser: Normaliser
    ) throws(AnalysisError) -> [ArtifactName: [UInt8]] {
        var texts: [ArtifactName: [UInt8]] = [:]
        for artifact in capture.artifacts {
            texts[artifact.name] = try normaliser.comparable(artifact, device: device, key: key).bytes
        }
        return texts
    }
}
