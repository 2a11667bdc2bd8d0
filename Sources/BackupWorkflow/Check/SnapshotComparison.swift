package import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
package import SnapshotStore

/// Two sides of a `diff`: versions, devices, or what was approved.
package struct SnapshotComparison: Sendable {
    /// One side, by the name that a person calls it.
    package struct Side: Sendable {
        package var name: String
        package var platform: Platform?
        package var snapshot: ComparableSnapshot

        /// Whether its texts are digests, because they may hold patient data.
        package var isDigestOnly: Bool { platform?.phi ?? false }
    }

    /// The hunks of one artifact. Facts count as an artifact of their own.
    package struct ArtifactDiff: Sendable {
        package var artifact: ArtifactName
        package var isMissingOld: Bool
        package var isMissingNew: Bool
        package var hunks: [DiffHunk]
        /// Whether the platform of either side keeps only digests of what may be patient data.
        package var isDigestOnly: Bool
    }

    private let workspace: Workspace
    private let store: SnapshotStore

    package init(workspace: Workspace, store: SnapshotStore) {
        self.workspace = workspace
        self.store = store
    }

    /// - Parameter reference: `DEVICE`, `DEVICE@3`, `DEVICE@2026-11-23`, `DEVICE@COMMIT` or `DEVICE@approved`.
    package func side(_ reference: String) async throws(WorkflowError) -> Side {
        let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let id = DeviceID(String(parts[0])) else { throw .request("'\(reference)' names no device") }
        let specifier = try await workspace.asking { () throws(StoreError) in
            try VersionSpecifier(parts.count > 1 ? String(parts[1]) : "")
        }
        let platform = workspace.inventory.device(id).flatMap { workspace.inventory.platform(named: $0.platform) }
        if case .approved = specifier {
            return Side(name: "\(id)@approved", platform: platform, snapshot: try await approved(id))
        }
        return try await Self.side(id, specifier, in: store) { platform ?? workspace.inventory.platform(named: $0) }
    }

    /// A stored version.
    /// - Parameter platform: By the name that is stored with it.
    package static func side(
        _ device: DeviceID, _ specifier: VersionSpecifier, in store: SnapshotStore, platform: (String) -> Platform?
    ) async throws(WorkflowError) -> Side {
        try await WorkspaceFolder.asking { () throws(StoreError) in
            let version = try await store.resolve(device, specifier)
            let snapshot = ComparableSnapshot(
                texts: try await store.comparableTexts(of: version), facts: try await store.facts(of: version))
            return Side(
                name: "\(device)@\(version.number)", platform: platform(version.platform), snapshot: snapshot)
        }
    }

    private func approved(_ device: DeviceID) async throws(WorkflowError) -> ComparableSnapshot {
        let baselines = await TrustedBaselines.read(workspace, now: Date()).baselines
        switch workspace.inventory.device(device).map({ baselines.expected(of: $0) }) ?? baselines.expected(of: device)
        {
        case .approved(_, let texts): return try texts.snapshot()
        case .none: throw .request("\(device) was never approved: 'plumbline approve \(device)' does it")
        case .broken(_, let reasons): throw .integrity(reasons.joined(separator: "\n"))
        }
    }

    /// What differs, artifact by artifact; empty when nothing does.
    /// - Parameter only: An artifact to look at alone.
    package func differences(
        from old: Side, to new: Side, context: Int, only: ArtifactName?
    ) -> [ArtifactDiff] {
        let oldTexts = old.texts
        let newTexts = new.texts
        let platform = new.platform ?? old.platform
        return Set(oldTexts.keys).union(newTexts.keys).sorted().compactMap { artifact in
            guard only == nil || only == artifact else { return nil }
            let (before, after) = (oldTexts[artifact], newTexts[artifact])
            guard before != after else { return nil }
            return ArtifactDiff(
                artifact: artifact, isMissingOld: before == nil, isMissingNew: after == nil,
                hunks: TextDiff.hunks(
                    old: before ?? [], new: after ?? [], context: context,
                    syntax: platform.map {
                        ArtifactSyntax.syntax(of: artifact, text: after ?? before ?? [], platform: $0)
                    } ?? .opaque), isDigestOnly: artifact != .facts && (old.isDigestOnly || new.isDigestOnly))
        }
    }
}

extension SnapshotComparison.Side {
    /// The facts read as one text more.
    fileprivate var texts: [ArtifactName: [UInt8]] {
        var texts = snapshot.texts
        texts[.facts] = Array(snapshot.facts.readable.utf8)
        return texts
    }
}

extension Facts {
    /// One line for each fact.
    package var readable: String {
        var lines: [String] = []
        for (name, value) in [("hostname", hostname), ("vendor", vendor), ("model", model), ("version", version)] {
            if let value { lines.append("\(name): \(value)") }
        }
        lines += serials.map { "serial: \($0)" }
        lines += boot.map { "boot: \($0)" }
        lines += images.map { image in
            let digest = image.digest?.description ?? image.unassessable
            return "image: \(image.path) \(image.size.map { "\($0) bytes " } ?? "")\(digest)"
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
