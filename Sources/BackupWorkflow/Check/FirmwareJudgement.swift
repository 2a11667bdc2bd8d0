import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Holds a device's firmware against the baselines of its model.
struct FirmwareJudgement {
    let baselines: [FirmwareBaseline]
    /// The spare copies: what was added is known.
    let spares: [VaultImage]
    let now: Date

    /// - Returns: Nil where no baseline speaks of the model.
    func findings(of device: Device, platform: Platform, _ facts: Facts) -> [Finding]? {
        let meant = baselines.filter { baseline in
            baseline.platform == platform.name
                && (baseline.models.isEmpty
                    || baseline.models.contains { Glob($0, brackets: true).matches(facts.model ?? "") })
        }
        guard !meant.isEmpty else { return nil }
        func finding(_ severity: Finding.Severity, _ rule: String, _ summary: String) -> Finding {
            Finding(device: device.id, class: .firmware, severity: severity, rule: rule, summary: summary)
        }
        guard let running = facts.version else {
            return [
                finding(
                    .warning, "firmware-version",
                    "the running version is not known, so nobody can say whether it is approved")
            ]
        }
        let versions = meant.flatMap(\.versions).filter { $0.version == running }
        guard let version = versions.first else {
            let known = meant.flatMap(\.versions).filter { $0.state == .preferred || $0.state == .approved }.map(
                \.version)
            let wanted = known.isEmpty ? "" : "; approved: \(known.prefix(4).joined(separator: ", "))"
            return [
                finding(
                    .major, "firmware-version",
                    "version \(running) is not approved for \(facts.model ?? "its model")\(wanted)")
            ]
        }
        var findings: [Finding] = []
        let reason = version.reason.map { ": \($0)" } ?? ""
        if version.state == .forbidden {
            findings.append(finding(.critical, "firmware-version", "version \(running) is forbidden\(reason)"))
        } else if let until = version.until, until.isOver(at: now) {
            findings.append(
                finding(
                    .major, "firmware-version",
                    "version \(running) is past its date: it was \(version.state.rawValue) until \(until)\(reason)"))
        } else if version.state == .tolerated {
            let end = version.until.map { " until \($0)" } ?? ""
            findings.append(finding(.notice, "firmware-tolerated", "version \(running) is tolerated\(end)\(reason)"))
        }
        return findings + digests(of: facts, running, version, platform, finding)
    }

    private func digests(
        of facts: Facts, _ running: String, _ version: FirmwareBaseline.Version, _ platform: Platform,
        _ finding: (Finding.Severity, String, String) -> Finding
    ) -> [Finding] {
        facts.images.compactMap { image in
            // That the device gives none is said by what is assessed of every device.
            guard let digest = image.digest else { return nil }
            let name = FirmwareName.last(of: image.path)
            let rule = "firmware-digest-\(name)"
            let listed = (version.digests[name] ?? version.digests[image.path] ?? []).filter {
                $0.algorithm == digest.algorithm
            }
            let kept = spares.filter {
                $0.address.platform == platform.name && $0.address.version == running
                    && [name, image.path].contains($0.address.image)
            }.compactMap { $0.has(digest) }
            if listed.contains(digest) || kept.contains(true) { return nil }
            guard listed.isEmpty, kept.isEmpty else {
                return finding(
                    .critical, rule,
                    "image \(image.path) has the digest \(digest), which is none of version \(running): it was replaced or damaged"
                )
            }
            return finding(
                .warning, rule,
                "the digest of image \(image.path) is not known: add it to Baselines/firmware, or the image by 'plumbline firmware add'"
            )
        }
    }
}
