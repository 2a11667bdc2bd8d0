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
    }

    /// What the approval of one device comes to when it is looked at.
    package enum Expected: Sendable, Hashable {
        /// Nobody has approved the device.
        case none
        case approved(Approval, ComparableSnapshot)
        /// The files are not what the manifest pins: nothing can be compared.
        case broken(Approval?, reasons: [String])
    }

    /// Numbers of versions.
    typealias Versions = [DeviceID: Set<Int>]

    private let folder: String
    private let approvals: [DeviceID: Approval]
    /// The highest sequence number in use.
    package let lastSequence: Int
    /// Manifests that cannot be read: what they decided is unknown, so everything that depends on them is in doubt.
    package let faults: [String]

    /// Reads the manifests.
    /// - Parameter folder: The workspace's `Baselines`.
    package init(folder: String) {
        self.folder = folder
        var approvals: [DeviceID: Approval] = [:]
        var faults: [String] = []
        var seen: [Int: String] = [:]
        for name in Self.manifestNames(in: folder + "/approvals") {
            do throws(ConfigurationFaults) {
                let manifest = try ApprovalFile.read(
                    folder + "/approvals/" + name, named: "Baselines/approvals/" + name)
                if let other = seen.updateValue(name, forKey: manifest.sequence) {
                    faults.append("\(other) and \(name) both have sequence \(manifest.sequence)")
                }
                for entry in manifest.entries
                where approvals[entry.device].map({ $0.manifest.sequence < manifest.sequence }) ?? true {
                    approvals[entry.device] = Approval(manifest: manifest, entry: entry)
                }
            } catch {
                faults += error.faults.map(\.description)
            }
        }
        self.approvals = approvals
        self.faults = faults
        lastSequence = seen.keys.max() ?? 0
    }

    /// The number of the version that each device's approval rests on.
    var versions: Versions { approvals.mapValues { [$0.entry.version] } }

    package func approval(of device: DeviceID) -> Approval? { approvals[device] }

    /// The approved text and facts of a device that may have been approved under an id that it had before.
    package func expected(of device: Device) -> Expected {
        let name = approvals[device.id] == nil ? device.was.last { approvals[$0] != nil } : nil
        return expected(of: name ?? device.id)
    }

    /// The approved text and facts of a device, checked against the manifest's digests.
    package func expected(of device: DeviceID) -> Expected {
        let home = folder + "/approved/" + device.text
        var files: [String: [UInt8]] = [:]
        do {
            files = try FileTree.read(home)
        } catch {
            return .broken(approvals[device], reasons: ["Baselines/approved/\(device) cannot be read (\(error))"])
        }
        guard let approval = approvals[device] else {
            guard files.isEmpty else {
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
        return snapshot(device, approval, files)
    }

    private func snapshot(_ device: DeviceID, _ approval: Approval, _ files: [String: [UInt8]]) -> Expected {
        guard let (texts, facts) = ExpectedFiles.contents(of: files) else {
            return .broken(approval, reasons: ["Baselines/approved/\(device) holds files that no approval writes"])
        }
        return .approved(approval, ComparableSnapshot(texts: texts, facts: facts))
    }

    private static func manifestNames(in folder: String) -> [String] {
        FileTree.names(in: folder).filter { $0.hasSuffix(".yaml") }
    }
}
