import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
package import SnapshotStore

/// The configuration that is to be put back: exact bytes, with what they come to by today's rules.
struct RestoreTarget: Sendable {
    var told: RestorePlan.Target
    var collected: [ArtifactName: [UInt8]]
    var comparable: [ArtifactName: [UInt8]]
    /// Of the device when it was taken; nil of a file.
    var facts: Facts?
    /// The platform by which it was collected; nil of a file.
    var platform: String?
}

/// What a person can name as the target.
package enum RestoreSource: Sendable, Hashable {
    case approved
    case version(VersionSpecifier)
    /// An absolute path.
    case file(String)
}

/// Finds targets, and whether they are what they claim to be: a target that is damaged or not what was approved is none.
struct RestoreTargets: Sendable {
    let workspace: Workspace
    let store: SnapshotStore
    let key: FingerprintKey
    let originalNames: [DeviceID: DeviceID]
    let baselines: ApprovedBaselines
    /// Told as each part of the work on a target ends; nil where nobody times it.
    var times: DrillTimes?

    init(_ workspace: Workspace, _ store: SnapshotStore) async throws(WorkflowError) {
        self.workspace = workspace
        self.store = store
        key = try workspace.fingerprintKey()
        originalNames = try await workspace.originalNames(store)
        baselines = await TrustedBaselines.read(workspace, now: Date()).baselines
    }

    func target(
        of device: Device, _ source: RestoreSource, by rules: DeviceIntake.Rules
    ) async throws(WorkflowError) -> RestoreTarget {
        switch source {
        case .approved: return try await approved(device, rules)
        case .version(let specifier):
            let version = try await workspace.asking { () throws(StoreError) in
                try await store.resolve(device.id, specifier)
            }
            times?.ended(.resolve)
            return try await target(of: device, version, rules)
        case .file(let path): return try await file(path, device, rules)
        }
    }

    private func approved(_ device: Device, _ rules: DeviceIntake.Rules) async throws(WorkflowError) -> RestoreTarget {
        if let fault = baselines.faults.first {
            throw .integrity("an approval cannot be read, so none can be relied on: \(fault)")
        }
        switch baselines.expected(of: device) {
        case .none:
            throw .request(
                "\(device.id) was never approved: 'plumbline approve \(device.id)' does it, or name a version with --to"
            )
        case .broken(_, let reasons):
            throw .integrity(
                "what was approved of \(device.id) does not hold, so it is not put back: \(reasons.joined(separator: "; "))"
            )
        case .approved(let approval, let texts):
            let version = try await workspace.asking { () throws(StoreError) in
                try await store.resolve(approval.entry.device, .number(approval.entry.version))
            }
            guard "\(version.commit)" == approval.entry.commit else {
                throw .integrity("version \(version.number) of \(device.id) is not the commit that was approved")
            }
            times?.ended(.resolve)
            var target = try await target(of: device, version, rules)
            target.told.isApproved = true
            defer { times?.ended(.compare) }
            // By the rules of the approval both texts must be the same: else one of them was changed since.
            if Normaliser.digest(of: rules.platform) == approval.entry.rules, key.epoch == approval.entry.epoch {
                let expected = try texts.snapshot().texts
                for (name, text) in expected where target.comparable[name] != text {
                    throw .integrity(
                        "\(device.id)@\(version.number): the exact bytes of \(name) are not those that were approved")
                }
            }
            return target
        }
    }

    func target(
        of device: Device, _ version: StoredVersion, _ rules: DeviceIntake.Rules
    ) async throws(WorkflowError) -> RestoreTarget {
        var collected: [ArtifactName: [UInt8]] = [:]
        var facts: Facts?
        var copied: Date?
        do throws(StoreError) {
            for name in try await store.collectedReferences(of: version).keys {
                collected[name] = try await store.collected(of: version, artifact: name)
            }
            facts = try await store.facts(of: version)
            copied = try await store.newestCopy(of: version)?.taken ?? version.taken
        } catch {
            if case .key = error { throw .store(error) }
            throw .integrity("\(device.id)@\(version.number) cannot be put back: its exact bytes are damaged: \(error)")
        }
        guard !collected.isEmpty else {
            throw .integrity("\(device.id)@\(version.number) cannot be put back: there are no exact bytes of it")
        }
        times?.ended(.fetch)
        let comparable = try comparable(collected, device, rules)
        times?.ended(.normalise)
        return RestoreTarget(
            told: RestorePlan.Target(
                name: "\(device.id)@\(version.number)", version: version.number, taken: version.taken, copied: copied,
                isApproved: false, digests: digests(collected, device)),
            collected: collected, comparable: comparable, facts: facts, platform: version.platform)
    }

    private func file(
        _ path: String, _ device: Device, _ rules: DeviceIntake.Rules
    ) async throws(WorkflowError) -> RestoreTarget {
        let isFiles = rules.platform.restore?.method == .files
        guard let main = isFiles ? ArtifactName("file") : rules.platform.restoredArtifact else {
            throw .request(
                "platform '\(rules.platform.name)' has no main artifact, so a single file cannot be put back")
        }
        var texts = try Delivery.texts(at: path, as: main, limit: workspace.artifactLimit(of: device))
        guard texts.values.contains(where: { !$0.isEmpty }) else { throw .request("\(path) is empty") }
        if isFiles {
            guard texts[main] == nil else {
                throw .request(
                    "\(path): name a folder with the device's files at their paths, as 'restore file' writes it")
            }
            texts = Dictionary(
                texts.map { ($0.key.isFile ? $0.key : ArtifactName("/" + $0.key.text), $0.value) },
                uniquingKeysWith: { first, _ in first })
        } else {
            try await refuseUnsound(texts, path, device, rules)
        }
        return RestoreTarget(
            told: RestorePlan.Target(
                name: path.split(separator: "/").last.map(String.init) ?? path, isApproved: false, file: path,
                digests: digests(texts, device)),
            collected: texts, comparable: try comparable(texts, device, rules))
    }

    /// What a collection would set aside is nothing to put back either.
    private func refuseUnsound(
        _ texts: [ArtifactName: [UInt8]], _ path: String, _ device: Device, _ rules: DeviceIntake.Rules
    ) async throws(WorkflowError) {
        var reasons: [String] = []
        do {
            let collector = try DeviceCollector(
                platform: rules.platform, host: device.id.text, artifactLimit: workspace.artifactLimit(of: device),
                enable: nil, vars: device.vars)
            reasons = try rules.gate.reasons(against: try await collector.capture(of: texts))
        } catch let error as SessionError {
            throw .request("\(path): \(error)")
        } catch {
            throw .rules("\(error)")
        }
        guard reasons.isEmpty else {
            throw .request("\(path) is nothing to put back on \(device.id): \(reasons.joined(separator: "; "))")
        }
    }

    func comparable(
        _ collected: [ArtifactName: [UInt8]], _ device: Device, _ rules: DeviceIntake.Rules
    ) throws(WorkflowError) -> [ArtifactName: [UInt8]] {
        var texts: [ArtifactName: [UInt8]] = [:]
        do throws(AnalysisError) {
            for (name, bytes) in collected {
                texts[name] = try rules.normaliser.comparable(
                    Artifact(name: name, collected: bytes), device: originalNames[device.id] ?? device.id, key: key
                ).bytes
            }
        } catch {
            throw .rules("\(error)")
        }
        return texts
    }

    /// Keyed: an unkeyed digest of text with secrets would let them be guessed.
    func digests(_ collected: [ArtifactName: [UInt8]], _ device: Device) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: collected.map { name, bytes in
                let mark = key.fingerprint(of: bytes, kind: "restore", device: device.id)
                return (name.text, String(mark.dropLast().suffix(16)))
            })
    }
}

extension Platform {
    /// The artifact that a restore puts back; nil where files are, or there is none.
    package var restoredArtifact: ArtifactName? {
        if let name = restore?.artifact { return ArtifactName(name) }
        for rule in collect where rule.foreach == nil {
            if case .command(_, let artifact, _) = rule.source { return ArtifactName(artifact) }
        }
        return nil
    }

    /// Whether a restore puts this artifact back.
    package func restores(_ name: ArtifactName) -> Bool {
        restore?.method == .files ? name.isFile : name == restoredArtifact
    }
}
