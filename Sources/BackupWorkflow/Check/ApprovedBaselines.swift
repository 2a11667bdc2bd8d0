package import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// What people approved: the manifests of `Baselines/approvals/`, and the files of `Baselines/approved/` that they pin.
package struct ApprovedBaselines: Sendable {
    /// A device's manifest entry that holds now.
    package struct Approval: Sendable, Hashable {
        package var manifest: ApprovalManifest
        package var entry: ApprovalManifest.Entry
        /// Who approved the same, the first one first.
        package var people: [String]
        package var isSigned = false
    }

    /// What the approval of one device comes to when it is looked at.
    package enum Expected: Sendable, Hashable {
        /// Nobody has approved the device.
        case none
        case approved(Approval, Texts)
        /// The files are not what the manifest pins, or a signature does not hold: nothing can be compared.
        case broken(Approval?, reasons: [String])
    }

    /// The files that an approval pins, of which each is what was approved. Most are never read: the version that a device has is
    /// the one that was approved.
    package struct Texts: Sendable, Hashable {
        let device: DeviceID
        let files: [String: [UInt8]]

        /// - Throws: `integrity` when the files are none that an approval writes.
        package func snapshot() throws(WorkflowError) -> ComparableSnapshot {
            guard let (texts, facts) = ExpectedFiles.contents(of: files) else {
                throw .integrity("Baselines/approved/\(device) holds files that no approval writes")
            }
            return ComparableSnapshot(texts: texts, facts: facts)
        }
    }

    /// Numbers of versions.
    typealias Versions = [DeviceID: Set<Int>]

    /// A manifest as it lies there.
    struct Filed: Sendable, Hashable {
        var name: String
        var manifest: ApprovalManifest
        var text: [UInt8]
    }

    private struct Decision: Sendable {
        var file: Int
        var entry: ApprovalManifest.Entry
    }

    private let folder: String
    /// In the order of their sequence numbers.
    let files: [Filed]
    /// Each device's approvals, the newest first.
    private let decisions: [DeviceID: [Decision]]
    /// The highest sequence number in use.
    package let lastSequence: Int
    /// What leaves all approvals in doubt: a manifest that cannot be read may decide anything.
    package private(set) var faults: [String]
    /// What leaves the approvals of single devices in doubt.
    private var deviceFaults: [DeviceID: [String]] = [:]
    /// By the manifests' names, whose key signed them: empty where nothing is signed.
    private var keys: [String: String] = [:]
    /// Manifests that do not hold: what they decide does not count.
    private var worthless: Set<String> = []
    /// How many people must approve.
    private var people: [DeviceID: Int] = [:]

    /// Reads the manifests. What they are worth only `TrustedBaselines` finds out.
    /// - Parameter folder: The workspace's `Baselines`.
    package init(folder: String) {
        self.folder = folder
        var files: [Filed] = []
        var faults: [String] = []
        var seen: [Int: String] = [:]
        for name in FileTree.names(in: folder + "/approvals") where name.hasSuffix(".yaml") {
            let path = folder + "/approvals/" + name
            do throws(ConfigurationFaults) {
                let manifest = try ApprovalFile.read(path, named: "Baselines/approvals/" + name)
                if let other = seen.updateValue(name, forKey: manifest.sequence) {
                    faults.append("\(other) and \(name) both have sequence \(manifest.sequence)")
                }
                files.append(Filed(name: name, manifest: manifest, text: (try? FileTree.bytes(of: path)) ?? []))
            } catch {
                faults += error.faults.map(\.description)
            }
        }
        files.sort { $0.manifest.sequence < $1.manifest.sequence }
        var decisions: [DeviceID: [Decision]] = [:]
        for (index, file) in files.enumerated().reversed() {
            for entry in file.manifest.entries {
                decisions[entry.device, default: []].append(Decision(file: index, entry: entry))
            }
        }
        self.files = files
        self.decisions = decisions
        self.faults = faults
        lastSequence = seen.keys.max() ?? 0
    }

    /// What was found out about the manifests.
    mutating func judge(
        keys: [String: String], worthless: Set<String>, faults: [String], deviceFaults: [DeviceID: [String]]
    ) {
        self.keys = keys
        self.worthless = worthless
        self.faults += faults
        self.deviceFaults = deviceFaults
    }

    mutating func doubt(_ faults: [DeviceID: [String]]) { deviceFaults = faults }

    mutating func require(_ people: [DeviceID: Int]) { self.people = people }

    /// The number of the version that each device's approval rests on, and of one that waits for a second person.
    var versions: Versions { decisions.mapValues { Set($0.prefix(2).map(\.entry.version)) } }

    /// Every decision about a finding, the newest last.
    var remarks: [(remark: ApprovalManifest.Remark, manifest: ApprovalManifest)] {
        files.filter { !worthless.contains($0.name) }.flatMap { file in
            file.manifest.remarks.map { ($0, file.manifest) }
        }
    }

    /// A device's decisions that hold, the newest first.
    private func standing(of device: DeviceID) -> [Decision] {
        (decisions[device] ?? []).filter { !worthless.contains(files[$0.file].name) }
    }

    /// Whether a later decision that holds has taken the place of all that a manifest decides.
    func isSuperseded(_ file: Filed) -> Bool {
        file.manifest.entries.allSatisfy { entry in
            standing(of: entry.device).first.map { files[$0.file].manifest.sequence > file.manifest.sequence } ?? false
        }
    }

    /// The approval that holds: of the version that enough people approved, the newest.
    package func approval(of device: DeviceID) -> Approval? {
        let all = standing(of: device)
        let needed = people[device] ?? 1
        for decision in all {
            let same = all.filter { $0.entry.pinsTheSame(as: decision.entry) }
            guard distinct(same) >= needed else { continue }
            return approval(decision, same)
        }
        return nil
    }

    /// An approval that waits for another person; nil where the newest decision holds.
    package func half(of device: DeviceID) -> Approval? {
        let all = standing(of: device)
        guard let newest = all.first, approval(of: device)?.entry.pinsTheSame(as: newest.entry) != true else {
            return nil
        }
        return approval(newest, all.filter { $0.entry.pinsTheSame(as: newest.entry) })
    }

    private func approval(_ decision: Decision, _ same: [Decision]) -> Approval {
        var names: [String] = []
        for other in same.reversed() where !names.contains(files[other.file].manifest.by) {
            names.append(files[other.file].manifest.by)
        }
        return Approval(
            manifest: files[decision.file].manifest, entry: decision.entry, people: names,
            isSigned: same.allSatisfy { keys[files[$0.file].name] != nil })
    }

    /// How many different people stand behind the decisions: neither one name nor one key counts twice.
    private func distinct(_ same: [Decision]) -> Int {
        var names: Set<String> = []
        var used: Set<String> = []
        for decision in same {
            let file = files[decision.file]
            let key = keys[file.name] ?? file.manifest.by.lowercased()
            if !names.contains(file.manifest.by.lowercased()), !used.contains(key) {
                names.insert(file.manifest.by.lowercased())
                used.insert(key)
            }
        }
        return names.count
    }

    /// The id under which a device was approved, which may be one that it had before.
    package func name(of device: Device) -> DeviceID {
        guard decisions[device.id] == nil, let before = device.was.last(where: { decisions[$0] != nil }) else {
            return device.id
        }
        return before
    }

    /// The approved text and facts of a device that may have been approved under an id that it had before.
    package func expected(of device: Device) -> Expected { expected(of: name(of: device)) }

    /// The approved text and facts of a device, checked against the manifest's digests.
    package func expected(of device: DeviceID) -> Expected {
        let home = folder + "/approved/" + device.text
        var files: [String: [UInt8]] = [:]
        let approval = approval(of: device)
        do {
            files = try FileTree.read(home)
        } catch {
            return .broken(approval, reasons: ["Baselines/approved/\(device) cannot be read (\(error))"])
        }
        if let faults = deviceFaults[device] { return .broken(approval, reasons: faults) }
        guard let approval else {
            guard files.isEmpty || half(of: device) != nil else {
                let reason =
                    "Baselines/approved/\(device) exists, but no manifest in Baselines/approvals names the device"
                return .broken(nil, reasons: [reason])
            }
            return .none
        }
        let digests = files.mapValues(sha256)
        var reasons = approval.entry.expected.sorted { $0.key < $1.key }.compactMap { path, digest -> String? in
            if digests[path] == digest { return nil }
            return
                "Baselines/approved/\(device)/\(path) is \(digests[path] == nil ? "missing" : "not what was approved")"
        }
        reasons += files.keys.filter { approval.entry.expected[$0] == nil }.sorted().map {
            "Baselines/approved/\(device)/\($0) was never approved"
        }
        if approval.entry.expected.isEmpty { reasons.append("the approval of \(device) is empty") }
        guard reasons.isEmpty else { return .broken(approval, reasons: reasons) }
        guard files.contains(where: { $0.key != ExpectedFiles.facts && !$0.value.isEmpty }) else {
            return .broken(approval, reasons: ["Baselines/approved/\(device) is empty: an empty baseline says nothing"])
        }
        return .approved(approval, Texts(device: device, files: files))
    }
}

extension ApprovalManifest.Entry {
    /// Whether two people who approve these approve the same.
    func pinsTheSame(as other: Self) -> Bool {
        device == other.device && version == other.version && commit == other.commit && expected == other.expected
    }
}
