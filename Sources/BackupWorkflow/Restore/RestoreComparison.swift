import ConfigAnalysis
import ConfigModel

/// Compares what a device has with a target, by tree, and of the artifacts alone that a restore puts back.
struct RestoreComparison: Sendable {
    private let platform: Platform
    private let device: DeviceID

    init(_ platform: Platform, _ device: DeviceID) {
        self.platform = platform
        self.device = device
    }

    /// The texts that a restore of this platform puts back.
    func restored(_ texts: [ArtifactName: [UInt8]]) -> [ArtifactName: [UInt8]] {
        texts.filter { platform.restores($0.key) }
    }

    /// What is missing of the target, and what there is besides; nil where it cannot be compared.
    func differences(
        _ actual: [ArtifactName: [UInt8]], from expected: [ArtifactName: [UInt8]]
    ) -> [Finding]? {
        let wanted = restored(expected)
        // A file that the target does not have stays where it is: the method takes none away.
        let had = restored(actual).filter { !$0.key.isFile || wanted[$0.key] != nil }
        let findings = try? drift(
            of: device, actual: ComparableSnapshot(texts: had), expected: ComparableSnapshot(texts: wanted),
            platform: platform)
        return findings?.compactMap(withoutRemarks)
    }

    /// Remarks of a device say when its configuration was changed and by whom: no restore brings those back. In files they are
    /// content.
    private func withoutRemarks(_ finding: Finding) -> Finding? {
        guard let artifact = finding.artifact, !artifact.isFile, !finding.missing.isEmpty || !finding.extra.isEmpty
        else {
            return finding
        }
        var finding = finding
        func isRemark(_ line: String) -> Bool { line.hasPrefix("!") || line.hasPrefix("#") }
        finding.missing.removeAll(where: isRemark)
        finding.extra.removeAll(where: isRemark)
        return finding.missing.isEmpty && finding.extra.isEmpty ? nil : finding
    }
}
