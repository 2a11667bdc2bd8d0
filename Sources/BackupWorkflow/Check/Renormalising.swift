import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Makes comparable texts anew from the exact bytes, where the rules or the key of the fingerprints are others than those under
/// which something was approved: a better rule is no drift.
struct Renormalising: Sendable {
    private let store: SnapshotStore
    private let originalNames: [DeviceID: DeviceID]
    /// Nil where we may not read it.
    private let key: FingerprintKey?
    private var normalisers: [String: Normaliser] = [:]
    private var digests: [String: String] = [:]

    init(_ workspace: Workspace, _ store: SnapshotStore) async {
        self.store = store
        key = try? workspace.fingerprintKey()
        originalNames = (try? await workspace.originalNames(store)) ?? [:]
    }

    /// Whether a text that was approved is of the same rules and the same key as those of today.
    mutating func isCurrent(_ entry: ApprovalManifest.Entry, _ platform: Platform) -> Bool {
        rulesDigest(platform) == entry.rules && (key?.epoch ?? entry.epoch) == entry.epoch
    }

    /// The texts of a version by today's rules, with its facts.
    mutating func snapshot(
        of version: StoredVersion, _ platform: Platform
    ) async throws(WorkflowError) -> ComparableSnapshot {
        guard let key else { throw .request("the key of the fingerprints can be read by the owner of var/ alone") }
        let collected = try await collected(of: version)
        var snapshot = ComparableSnapshot()
        do {
            let normaliser = try normaliser(platform)
            for (name, bytes) in collected {
                snapshot.texts[name] = try normaliser.comparable(
                    Artifact(name: name, collected: bytes),
                    device: originalNames[version.device] ?? version.device, key: key
                ).bytes
            }
            snapshot.facts = try await store.facts(of: version)
        } catch {
            throw .request("\(version.device)@\(version.number) cannot be read by today's rules: \(error)")
        }
        return snapshot
    }

    /// The exact bytes of a version. Secrets stand in them: they are looked at, and go nowhere.
    func collected(of version: StoredVersion) async throws(WorkflowError) -> [ArtifactName: [UInt8]] {
        do throws(StoreError) {
            var texts: [ArtifactName: [UInt8]] = [:]
            for name in try await store.collectedReferences(of: version).keys {
                texts[name] = try await store.collected(of: version, artifact: name)
            }
            return texts
        } catch {
            throw .store(error)
        }
    }

    /// Of the rules that shape comparable text.
    mutating func rulesDigest(_ platform: Platform) -> String {
        if let known = digests[platform.name] { return known }
        let digest = Normaliser.digest(of: platform)
        digests[platform.name] = digest
        return digest
    }

    private mutating func normaliser(_ platform: Platform) throws(AnalysisError) -> Normaliser {
        if let known = normalisers[platform.name] { return known }
        let fresh = try Normaliser(platform: platform)
        normalisers[platform.name] = fresh
        return fresh
    }
}
