package import ConfigModel
import FoundationEssentials
import GRDB

/// Whether a version could be put back, as it was judged when it was collected.
package struct KeptRestorability: Sendable, Hashable {
    package var device: DeviceID
    /// The version's.
    package var number: Int
    /// Such as `yes`.
    package var verdict: String
    package var reasons: [String]

    package init(device: DeviceID, number: Int, verdict: String, reasons: [String]) {
        self.device = device
        self.number = number
        self.verdict = verdict
        self.reasons = reasons
    }
}

extension StateIndex {
    /// Of every version of a device that was judged.
    func restorability(of device: DeviceID) throws(IndexFault) -> [KeptRestorability] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT device, number, verdict, reasons FROM restorability WHERE device = ?",
                arguments: [device.text]
            ).map(Self.restorability)
        }
    }

    /// Of each device's latest version that was judged.
    func latestRestorability() throws(IndexFault) -> [DeviceID: KeptRestorability] {
        try read { database in
            var kept: [DeviceID: KeptRestorability] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT device, max(number), verdict, reasons FROM restorability GROUP BY device")
            while let row = try rows.next() {
                let one = try Self.restorability(row)
                kept[one.device] = one
            }
            return kept
        }
    }

    func remember(_ restorability: [KeptRestorability]) throws(IndexFault) {
        try write { database in
            for one in restorability {
                try database.cachedStatement(sql: "INSERT OR REPLACE INTO restorability VALUES (?, ?, ?, ?)").execute(
                    arguments: [
                        one.device.text, one.number, one.verdict, one.reasons.joined(separator: "\n"),
                    ])
            }
        }
    }

    private static func restorability(_ row: Row) throws -> KeptRestorability {
        let reasons: String = row[3]
        return KeptRestorability(
            device: try device(row[0]), number: row[1], verdict: row[2],
            reasons: reasons.split(separator: "\n").map(String.init))
    }
}

extension SnapshotStore {
    /// By the versions' numbers; what was collected before it was judged is not among them.
    package func restorability(of device: DeviceID) throws(StoreError) -> [Int: KeptRestorability] {
        let kept = try indexed { (index) throws(IndexFault) in try index.restorability(of: device) }
        return Dictionary(kept.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    }

    package func latestRestorability() throws(StoreError) -> [DeviceID: KeptRestorability] {
        try indexed { (index) throws(IndexFault) in try index.latestRestorability() }
    }

    /// What is new of it alone is written.
    package func remember(_ restorability: [KeptRestorability]) throws(StoreError) {
        guard purpose == .writing, !restorability.isEmpty else { return }
        let known = try latestRestorability()
        let new = restorability.filter { known[$0.device] != $0 }
        guard !new.isEmpty else { return }
        try indexed { (index) throws(IndexFault) in try index.remember(new) }
    }
}
