import ConfigAnalysis
import ConfigModel
import Crypto
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// What can be said of a version alone, whatever was approved: kept from run to run, because it is the same until the version or a
/// rule changes.
struct VersionAssessment: Sendable, Codable {
    var findings: [Finding]
    /// Of rules that look at texts; those that ask what is known of the device are found out at every look.
    var policies: [PolicyResult]
    var facts: Facts
}

/// Looks at versions: secrets that no rule covers, policies, golden templates.
struct VersionAssessor {
    let rules: BaselineRules
    private let inventory: Inventory
    private var kept: [DeviceID: KeptAssessment]
    private(set) var fresh: [DeviceID: KeptAssessment] = [:]
    private var books: [String: PolicyBook] = [:]
    private var texts: [GoldenText] = []
    private var goldenFaults: [String: String] = [:]
    /// Devices that each rule with a selector of its own is about.
    private var chosen: [String: Set<DeviceID>] = [:]
    private var renormalising: Renormalising
    private var platformDigests: [String: String] = [:]
    /// Counts up when the same version and the same rules come to something else than before: what is kept is found out anew.
    private static let edition = 2

    init(
        _ rules: BaselineRules, _ inventory: Inventory, kept: [DeviceID: KeptAssessment], _ renormalising: Renormalising
    ) {
        self.rules = rules
        self.inventory = inventory
        self.kept = kept
        self.renormalising = renormalising
        for golden in rules.golden {
            do throws(GoldenText.Fault) { texts.append(try GoldenText(golden)) } catch {
                goldenFaults[golden.name] = error.description
            }
        }
        for words in Set(rules.policies.compactMap(\.devices) + rules.golden.map(\.devices)) {
            chosen[words] = Set((try? Selector([words]).select(from: inventory).devices.map(\.id)) ?? [])
        }
    }

    /// The rules of a platform, compiled once.
    mutating func book(_ platform: Platform) -> PolicyBook {
        if let known = books[platform.name] { return known }
        let book = PolicyBook(rules: rules.policies, platform: platform)
        books[platform.name] = book
        return book
    }

    private func isAbout(_ words: String?, _ device: DeviceID) -> Bool {
        words.map { chosen[$0]?.contains(device) ?? false } ?? true
    }

    func isAbout(_ rule: PolicyRule, _ device: DeviceID) -> Bool { isAbout(rule.devices, device) }

    /// - Parameter read: The version's texts, where they are needed, and what is to be said of them anyway.
    mutating func assessment(
        of version: StoredVersion, _ device: Device, _ platform: Platform,
        read: () async throws(StoreError) -> (ComparableSnapshot, [Finding])
    ) async throws(StoreError) -> VersionAssessment {
        let key = key(version, device, platform)
        if let known = kept[device.id], known.key == key,
            let assessment = try? JSONDecoder().decode(VersionAssessment.self, from: known.results)
        {
            return assessment
        }
        let (snapshot, findings) = try await read()
        var assessment = VersionAssessment(
            findings: findings + unsaved(device, platform, snapshot), policies: [], facts: snapshot.facts)
        if !rules.policies.isEmpty {
            let book = book(platform)
            let collected: Result<[ArtifactName: [UInt8]], PolicyFault> =
                book.needsCollected ? await collected(of: version) : .success([:])
            assessment.policies = book.results(of: snapshot, collected: collected, known: [:])
            // Somebody who may read the exact bytes finds out more: what he finds is not kept for others, nor theirs for him.
            if case .failure = collected { return withGolden(assessment, snapshot, device, platform) }
        }
        assessment = withGolden(assessment, snapshot, device, platform)
        if let results = try? JSONEncoder().encode(assessment) {
            fresh[device.id] = KeptAssessment(key: key, results: results)
        }
        return assessment
    }

    private func withGolden(
        _ before: VersionAssessment, _ snapshot: ComparableSnapshot, _ device: Device, _ platform: Platform
    ) -> VersionAssessment {
        var assessment = before
        assessment.findings += golden(device, platform, snapshot)
        return assessment
    }

    private func collected(of version: StoredVersion) async -> Result<[ArtifactName: [UInt8]], PolicyFault> {
        do throws(WorkflowError) {
            return .success(try await renormalising.collected(of: version))
        } catch {
            return .failure(PolicyFault(rule: "secrets", reason: "the exact bytes cannot be read here: \(error)"))
        }
    }

    private mutating func key(_ version: StoredVersion, _ device: Device, _ platform: Platform) -> String {
        var hash = SHA256()
        let vars = device.vars.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1}")
        for text in [
            "\(version.commit)", "\(version.number)", rules.digest, platform.name, "\(device.tags)", vars, device.group,
            device.address, device.id.text,
        ] { hash.update(data: Array("\(text.utf8.count):\(text)".utf8)) }
        hash.update(data: Array(digest(of: platform).utf8))
        return hexadecimal(hash.finalize())
    }

    /// All that a platform says: how its texts are read, and what of them is shown to whom.
    private mutating func digest(of platform: Platform) -> String {
        if let known = platformDigests[platform.name] { return known }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Without it nothing that was kept may be used.
        let text = (try? encoder.encode(platform)).map(Array.init) ?? Array(UUID().uuidString.utf8)
        let digest = hexadecimal(SHA256.hash(data: Array("\(Self.edition):".utf8) + text))
        platformDigests[platform.name] = digest
        return digest
    }

    // MARK: Unsaved changes

    /// What a restart would undo: where both are collected, how the running-config differs from the startup-config.
    private func unsaved(_ device: Device, _ platform: Platform, _ snapshot: ComparableSnapshot) -> [Finding] {
        guard !platform.phi, let running = snapshot.texts[.runningConfig], let saved = snapshot.texts[.startupConfig]
        else {
            return []
        }
        let differences =
            (try? drift(
                of: device.id, actual: ComparableSnapshot(texts: [.runningConfig: running]),
                expected: ComparableSnapshot(texts: [.runningConfig: saved]), platform: platform)) ?? []
        // Remarks at the head say which of the two it is, and when it was saved.
        func placed(_ lines: (Finding) -> [String]) -> [String] {
            differences.flatMap { finding in
                lines(finding).filter { !$0.hasPrefix("!") && !$0.hasPrefix("#") }
                    .map { (finding.path + [$0]).joined(separator: " › ") }
            }
        }
        guard !placed(\.missing).isEmpty || !placed(\.extra).isEmpty else { return [] }
        return [
            Finding(
                device: device.id, class: .unsaved, severity: .warning, rule: "unsaved", artifact: .startupConfig,
                summary: "the running-config is not saved: a restart brings back what the startup-config has",
                missing: Array(placed(\.missing).prefix(200)), extra: Array(placed(\.extra).prefix(200)))
        ]
    }

    // MARK: Golden templates

    private func golden(_ device: Device, _ platform: Platform, _ snapshot: ComparableSnapshot) -> [Finding] {
        var findings: [Finding] = []
        for golden in rules.golden where isAbout(golden.devices, device.id) {
            func finding(_ summary: String, missing: [String] = [], extra: [String] = []) -> Finding {
                Finding(
                    device: device.id, class: .config, severity: golden.severity, rule: "golden-\(golden.name)",
                    artifact: golden.artifact, summary: summary, missing: missing, extra: extra)
            }
            guard let text = texts.first(where: { $0.golden.name == golden.name }) else {
                findings.append(finding("golden '\(golden.name)': \(goldenFaults[golden.name] ?? "it cannot be used")"))
                continue
            }
            guard let actual = snapshot.texts[golden.artifact] else {
                findings.append(finding("golden '\(golden.name)': there is no \(golden.artifact)"))
                continue
            }
            do {
                let rendered = try text.rendered(for: device, facts: snapshot.facts)
                guard
                    let difference = try difference(
                        from: rendered, to: actual, mode: golden.mode, artifact: golden.artifact, platform: platform)
                else { continue }
                let what =
                    difference.isOrderAlone
                    ? "the order differs"
                    : "\(Wording.count(difference.missing.count, "line")) missing"
                        + (difference.extra.isEmpty ? "" : ", \(difference.extra.count) extra")
                findings.append(
                    finding(
                        "not as golden '\(golden.name)' (\(golden.mode.rawValue)): \(what)",
                        missing: Array(difference.missing.prefix(1_000)), extra: Array(difference.extra.prefix(1_000))))
            } catch {
                findings.append(finding("golden '\(golden.name)': \(error)"))
            }
        }
        return findings
    }
}
