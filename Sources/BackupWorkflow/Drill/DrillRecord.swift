package import ConfigModel
package import FoundationEssentials

/// What a drill has shown: what could be restored, how fast, what not and why. No secret is in it.
package struct DrillRecord: Sendable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// No device was contacted.
        case rehearsal
        /// Bench devices were restored for real.
        case lab
        /// Plumbline itself was brought back from its mirror.
        case own = "self"
    }

    package typealias Verdict = Restorability.Verdict

    /// The parts of the work on one device, in their order.
    package enum Stage: String, Sendable, Codable, CaseIterable {
        /// Finding the version, and holding its commit against the approval.
        case resolve
        /// Reading and decrypting the exact bytes, each held against its digest.
        case fetch
        /// Making comparable text of them by today's rules.
        case normalise
        /// Holding that against what was approved.
        case compare
        /// The plan for the device as it is.
        case plan
        /// The plan for a replacement.
        case replace
        /// The restore for real.
        case restore
    }

    /// Where exact bytes lie.
    package struct Blob: Sendable, Hashable, Codable {
        package var artifact: String
        package var repository: String
        package var blob: String
    }

    /// What a plan comes to.
    package struct Outlook: Sendable, Hashable, Codable {
        package var verdict: Verdict
        package var reasons: [String]
        /// Places in which the device differs from the target; nil of a replacement, where all does.
        package var differences: Int?
        /// Lines and files that would be sent.
        package var actions: Int
        /// Of a replacement: what comes back by other means, because it lies outside of the configuration.
        package var gaps: [String]
        /// Seconds that the restore itself would take; nil where a person does it by hand.
        package var estimate: Int?
    }

    /// What came of a restore for real.
    package struct Lab: Sendable, Hashable, Codable {
        package var outcome: RestoreWorkflow.Result.Outcome
        package var message: String
        package var seconds: Double
        /// The id of the plan and of its journal.
        package var plan: String
        /// The version with what the device had before.
        package var before: Int?
        /// Whether something was sent: a platform that sends only what differs sends nothing where nothing does.
        package var hasWritten: Bool
    }

    package struct Device: Sendable, Hashable, Codable {
        package var device: DeviceID
        package var group: String
        package var platform: String
        package var verdict: Verdict = .no
        /// Why not, or what is missing.
        package var reasons: [String] = []
        /// Whether a digest, a signature or what was approved does not hold.
        package var isIntegrity = false
        /// Such as `sw-1@3`; nil where no target was found.
        package var target: String?
        package var version: Int?
        package var isApproved = false
        package var taken: Date?
        /// When the exact bytes were last read from the device.
        package var copied: Date?
        /// In store.git.
        package var commit: String?
        package var blobs: [Blob] = []
        /// Keyed digests of the exact bytes, by artifact.
        package var digests: [String: String] = [:]
        /// Exact bytes that were read, all artifacts together.
        package var bytes = 0
        package var method: String?
        package var evidence: Platform.Evidence?
        /// For the device as its latest version has it.
        package var same: Outlook?
        /// For another device of its kind, from nothing.
        package var replacement: Outlook?
        /// Seconds of the restore, of the two the longer; nil where a person does it, or nothing can be done.
        package var estimate: Int?
        /// Milliseconds by stage.
        package var times: [String: Double] = [:]
        package var lab: Lab?
        /// Of a drill of Plumbline itself: whether the bytes are those of the workspace; nil where that cannot be told.
        package var isSame: Bool?

        init(_ device: ConfigModel.Device) {
            self.device = device.id
            group = device.group
            platform = device.platform
        }

        /// All stages together.
        package var milliseconds: Double { times.values.reduce(0, +) }
    }

    /// A part of the work that is of no single device.
    package struct Step: Sendable, Hashable, Codable {
        package var name: String
        package var milliseconds: Double
        package var isGood: Bool
        /// What came of it, or what is wrong.
        package var message: String
    }

    package struct Totals: Sendable, Hashable, Codable {
        package var devices = 0
        package var yes = 0
        package var partly = 0
        package var no = 0
        package var integrity = 0
        /// Devices that only a person can put back.
        package var byHand = 0
        /// Exact bytes that were read.
        package var bytes = 0
        /// Seconds that all restores would take, one after the other; those by hand left out.
        package var sequential = 0
        /// The same in waves, as `restore apply` does it: one first, then a tenth at a time.
        package var waves = 0
    }

    package var id: String
    package var kind: Kind
    package var workspace: String
    package var started: Date
    package var finished: Date
    package var by: String
    package var reason: String?
    package var command: String
    /// `approved`, or the version as it was typed.
    package var target: String
    /// The program and its version.
    package var tool: String
    package var isSigned = false
    /// In the order of the restore: that of `restoreOrder`, and what others are reached through goes before them.
    package var devices: [Device]
    package var totals = Totals()
    package var steps: [Step] = []
    /// Where Plumbline itself was brought back from.
    package var mirror: String?
    package var notices: [String] = []

    private enum CodingKeys: String, CodingKey {
        case id, kind, isSelf = "self", workspace, started, finished, by, reason, command, target, tool, isSigned
        case devices, totals, steps, mirror, notices
    }

    package var seconds: Double { finished.timeIntervalSince(started) }

    /// Whether it tells of devices what their objective `drillAge` asks for.
    var counts: Bool { kind != .own && (target == "approved" || target == "latest") }

    /// 0 all could be restored, 2 some could not, 3 something does not hold.
    package var status: ExitStatus {
        if totals.integrity > 0 { return .integrity }
        if kind == .own { return steps.allSatisfy(\.isGood) && totals.no == 0 ? .clean : .integrity }
        return totals.no > 0 ? .stale : .clean
    }
}

extension DrillRecord {
    init(
        _ kind: Kind, workspace: String, by: String, reason: String?, command: String, target: String, tool: String
    ) {
        id = ""
        self.kind = kind
        self.workspace = workspace
        started = Date()
        finished = started
        self.by = by
        self.reason = reason
        self.command = command
        self.target = target
        self.tool = tool
        devices = []
    }

    package init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: CodingKeys.self)
        id = try box.decode(String.self, forKey: .id)
        kind = try box.decode(Kind.self, forKey: .kind)
        workspace = try box.decode(String.self, forKey: .workspace)
        started = try box.decode(Date.self, forKey: .started)
        finished = try box.decode(Date.self, forKey: .finished)
        by = try box.decode(String.self, forKey: .by)
        reason = try box.decodeIfPresent(String.self, forKey: .reason)
        command = try box.decode(String.self, forKey: .command)
        target = try box.decode(String.self, forKey: .target)
        tool = try box.decode(String.self, forKey: .tool)
        isSigned = try box.decode(Bool.self, forKey: .isSigned)
        devices = try box.decode([Device].self, forKey: .devices)
        totals = try box.decode(Totals.self, forKey: .totals)
        steps = try box.decode([Step].self, forKey: .steps)
        mirror = try box.decodeIfPresent(String.self, forKey: .mirror)
        notices = try box.decode([String].self, forKey: .notices)
    }

    /// `self` says once more what `kind` says, for those who look for it.
    package func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: CodingKeys.self)
        try box.encode(id, forKey: .id)
        try box.encode(kind, forKey: .kind)
        try box.encode(kind == .own, forKey: .isSelf)
        try box.encode(workspace, forKey: .workspace)
        try box.encode(started, forKey: .started)
        try box.encode(finished, forKey: .finished)
        try box.encode(by, forKey: .by)
        try box.encodeIfPresent(reason, forKey: .reason)
        try box.encode(command, forKey: .command)
        try box.encode(target, forKey: .target)
        try box.encode(tool, forKey: .tool)
        try box.encode(isSigned, forKey: .isSigned)
        try box.encode(devices, forKey: .devices)
        try box.encode(totals, forKey: .totals)
        try box.encode(steps, forKey: .steps)
        try box.encodeIfPresent(mirror, forKey: .mirror)
        try box.encode(notices, forKey: .notices)
    }

    /// Ends it: counts, and the time.
    mutating func close() {
        finished = Date()
        totals = Totals()
        totals.devices = devices.count
        for device in devices {
            switch device.verdict {
            case .yes: totals.yes += 1
            case .partly: totals.partly += 1
            case .no: totals.no += 1
            }
            if device.isIntegrity { totals.integrity += 1 }
            totals.bytes += device.bytes
            if device.verdict != .no, device.estimate == nil { totals.byHand += 1 }
        }
        let seconds = devices.compactMap(\.estimate)
        totals.sequential = seconds.reduce(0, +)
        totals.waves = RestoreWaves().waves(of: seconds.count).reduce(0) { $0 + (seconds[$1].max() ?? 0) }
    }
}

/// Milliseconds with one decimal: what a stage took.
struct DrillWatch: Sendable {
    private var last = ContinuousClock.now

    mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { last = now }
        return ((now - last).inSeconds * 10_000).rounded() / 10
    }
}
