package import ConfigModel
import Patterns

/// Compares what a device has with what is expected of it.
///
/// Both snapshots must come from the same `Normaliser` and key: differing rules look like drift.
/// - Returns: One finding for each change, artifacts by name, within an artifact in the order of the expected text, then
///   facts; empty when the device conforms.
/// - Throws: When a pattern of the platform's `ordered` list does not compile or cannot be matched.
package func drift(
    of device: DeviceID, actual: ComparableSnapshot, expected: ComparableSnapshot, platform: Platform
) throws(AnalysisError) -> [Finding] {
    var findings: [Finding] = []
    // Made when the first difference is met: most devices have none.
    var comparison: ArtifactComparison?
    for name in Set(actual.texts.keys).union(expected.texts.keys).sorted() {
        switch (expected.texts[name], actual.texts[name]) {
        case (let old?, let new?) where old == new: continue
        case (let old?, let new?):
            let made: ArtifactComparison
            if let comparison {
                made = comparison
            } else {
                made = try ArtifactComparison(device: device, platform: platform)
            }
            comparison = made
            findings += try made.findings(of: name, old: old, new: new)
        case (_?, nil):
            findings.append(
                Finding(
                    device: device, class: .config, severity: .major, artifact: name,
                    summary: "\(name) is missing: the baseline has it, the device did not give it"))
        case (nil, _):
            findings.append(
                Finding(
                    device: device, class: .config, severity: .warning, artifact: name,
                    summary: "\(name) is new: the baseline does not have it"))
        }
    }
    return findings + FactsComparison(device: device, old: expected.facts, new: actual.facts).findings
}
