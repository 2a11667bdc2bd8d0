import ConfigAnalysis
package import ConfigModel
import Crypto
import DeviceInventory
import FoundationEssentials

/// What `Baselines/` says beside the approvals: policies, golden templates, firmware baselines.
package struct BaselineRules: Sendable {
    package private(set) var policies: [PolicyRule] = []
    package private(set) var controls: [PolicyControl] = []
    /// Rules of packs that do not hold here, with the reasons.
    package private(set) var off: [String: String] = [:]
    private(set) var golden: [GoldenTemplate] = []
    private(set) var firmware: [FirmwareBaseline] = []
    /// Files that cannot be read: what they ask for holds on no device.
    package private(set) var faults: [String] = []
    /// Changes with every byte of the files.
    private(set) var digest = ""

    /// Goes up whenever the same rules begin to give other results.
    private static let edition = 1

    /// - Parameter pack: A bundled pack that holds, whatever the files say.
    package init(_ workspace: Workspace, pack: String? = nil) {
        var hash = SHA256()
        func note(_ text: String, _ bytes: [UInt8]) {
            hash.update(data: Array("\(text):\(bytes.count):".utf8))
            hash.update(data: bytes)
        }
        note("edition", [UInt8(Self.edition)])
        var packs = pack.map { [$0] } ?? []
        var severities: [String: Finding.Severity] = [:]
        let root = workspace.baselines
        func each(_ folder: String, _ take: (_ path: String, _ name: String) throws(ConfigurationFaults) -> Void) {
            for name in FileTree.names(in: "\(root)/\(folder)") {
                let path = "\(root)/\(folder)/\(name)"
                note(path, (try? FileTree.bytes(of: path)) ?? [])
                guard name.hasSuffix(".yaml") else {
                    let isKnown = [".mustache", ".md", ".sig"].contains { name.hasSuffix($0) } || name.hasPrefix(".")
                    if !isKnown {
                        faults.append("Baselines/\(folder)/\(name) is not read: files are called NAME.yaml there")
                    }
                    continue
                }
                do throws(ConfigurationFaults) { try take(path, "Baselines/\(folder)/\(name)") } catch {
                    faults += error.faults.map(\.description)
                }
            }
        }
        each("policies") { (path, name) throws(ConfigurationFaults) in
            guard let file = try PolicyFile.read(path, named: name) else { return }
            take(file)
            for pack in file.packs where !packs.contains(pack) { packs.append(pack) }
            off.merge(file.off) { first, _ in first }
            severities.merge(file.severities) { first, _ in first }
        }
        for pack in packs {
            do throws(ConfigurationFaults) {
                guard let files = try BundledPolicies.pack(named: pack) else {
                    faults.append("Baselines/policies: there is no bundled pack '\(pack)'")
                    continue
                }
                files.forEach { take($0) }
                for file in BundledPolicies.packs[pack] ?? [] { note(file.name, file.bytes) }
            } catch {
                faults += error.faults.map(\.description)
            }
        }
        let unknown = Set(off.keys).union(severities.keys).subtracting(policies.map(\.id))
        faults += unknown.sorted().map { "Baselines/policies: there is no rule '\($0)' that 'off' or 'severity' names" }
        policies.removeAll { off[$0.id] != nil }
        for index in policies.indices {
            policies[index].severity = severities[policies[index].id] ?? policies[index].severity
        }
        each("golden") { (path, name) throws(ConfigurationFaults) in
            let read = try GoldenFile.read(path, named: name) { file in
                (try? FileTree.bytes(of: "\(root)/golden/\(file)")).flatMap { String(validating: $0, as: UTF8.self) }
            }
            if let read { golden.append(read) }
        }
        each("firmware") { (path, name) throws(ConfigurationFaults) in
            if let baseline = try FirmwareBaselineFile.read(path, named: name) { firmware.append(baseline) }
        }
        digest = hexadecimal(hash.finalize())
        faults += Self.idle(policies, golden, firmware, workspace)
    }

    /// What is about nothing: a typo switches no rule off in silence.
    private static func idle(
        _ policies: [PolicyRule], _ golden: [GoldenTemplate], _ firmware: [FirmwareBaseline], _ workspace: Workspace
    ) -> [String] {
        let inventory = workspace.inventory
        func fitsNobody(_ words: String) -> Bool {
            ((try? Selector([words]).select(from: inventory).devices) ?? []).isEmpty
        }
        var faults: [String] = []
        for rule in policies {
            let place = rule.location.map { "\($0): " } ?? ""
            if rule.checks.isEmpty { faults.append("\(place)the rule '\(rule.id)' has no checks") }
            for name in Set(rule.checks.keys).union(rule.notAssessable.keys).sorted()
            where name != "*" && !inventory.isPlatformName(name) {
                faults.append("\(place)the rule '\(rule.id)' speaks of '\(name)', which is the name of no platform")
            }
            if let words = rule.devices, fitsNobody(words) {
                faults.append("\(place)'devices: \(words)' of the rule '\(rule.id)' fits no device")
            }
        }
        for golden in golden where fitsNobody(golden.devices) {
            faults.append("Baselines/golden: 'devices: \(golden.devices)' of '\(golden.name)' fits no device")
        }
        for baseline in firmware where !inventory.isPlatformName(baseline.platform) {
            faults.append("Baselines/firmware: '\(baseline.platform)' of '\(baseline.name)' is the name of no platform")
        }
        for rule in workspace.settings.approvals where fitsNobody("\(rule.selector)") {
            faults.append("plumbline.yaml: '\(rule.selector)' of 'approvals' fits no device")
        }
        return faults
    }

    /// Whether a waiver may name it: a rule, a golden template, or a rule that is built in.
    func knows(_ rule: String) -> Bool {
        policies.contains { $0.id == rule } || off[rule] != nil || golden.contains { "golden-\($0.name)" == rule }
            || rule == "unsaved" || rule.hasPrefix("firmware-")
    }

    private mutating func take(_ file: PolicyFile) {
        controls += file.controls.filter { control in !controls.contains { $0.id == control.id } }
        for rule in file.rules {
            guard !policies.contains(where: { $0.id == rule.id }) else {
                faults.append("the rule '\(rule.id)' is there twice: once \(rule.location.map { "in \($0)" } ?? "")")
                continue
            }
            policies.append(rule)
        }
    }

    package var isEmpty: Bool { policies.isEmpty && golden.isEmpty && firmware.isEmpty && faults.isEmpty }

    package func rule(_ id: String) -> PolicyRule? { policies.first { $0.id == id } }
}
