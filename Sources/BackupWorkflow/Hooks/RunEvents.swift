import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// What a run has brought that others may want to know: what is so now and was not before.
struct RunEvents {
    /// What was known before the run.
    struct Before: Sendable {
        /// Findings by device: their ids.
        var findings: [DeviceID: Set<String>] = [:]
        /// Of those, what counted as drift.
        var drifted: Set<DeviceID> = []
        var states: [DeviceID: DeviceState] = [:]
        var held: Set<String> = []
    }

    let run: RunID
    let time: Date
    let devices: [DeviceID: Device]
    let before: Before
    /// In store.git; nil when the run made none.
    let commit: String?

    /// - Parameters:
    ///   - rows: Of the run's report.
    ///   - standings: After the run.
    ///   - held: The credentials that are held after it, with who refused them.
    func events(
        _ rows: [RunReport.Row], _ standings: [Standing], held: [[CredentialRefusal]]
    ) -> [HookEvent] {
        let standings = Dictionary(standings.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        var events: [HookEvent] = []
        for row in rows { events += self.events(row, standings[row.device]) }
        for refusals in held {
            guard let name = refusals.first?.credential, !before.held.contains(name) else { continue }
            var details = HookEvent.Details()
            details.run = run.text
            details.credential = name
            details.devices = refusals.map(\.host)
            details.message =
                "the credential '\(name)' is held: refused by \(refusals.map(\.host).joined(separator: " and "))"
            events.append(HookEvent(.credentialHeld, at: time, details))
        }
        return events
    }

    private func events(_ row: RunReport.Row, _ standing: Standing?) -> [HookEvent] {
        guard let device = devices[row.device] else { return [] }
        var details = HookEvent.Details(device)
        details.run = run.text
        details.outcome = row.outcome.rawValue
        details.version = row.version
        details.message = row.message
        details.seconds = row.seconds
        if row.outcome == .new || row.outcome == .changed { details.commit = commit }
        func event(_ kind: HookEvent.Kind, _ findings: [Finding] = []) -> HookEvent {
            var details = details
            if kind == .configChanged, row.outcome == .changed { details.previous = row.version.map { $0 - 1 } }
            if !findings.isEmpty {
                details.findings = findings.map(HookEvent.Details.Finding.init)
                details.message = findings.count == 1 ? findings[0].summary : Wording.count(findings.count, "finding")
            }
            return HookEvent(kind, at: time, details)
        }
        var events: [HookEvent] = []
        switch row.outcome {
        case .new, .changed: events.append(event(.configChanged))
        case .quarantined: events.append(event(.quarantined))
        case .deferred: events.append(event(.deviceDeferred))
        default: break
        }
        let hadFailed = before.states[row.device]?.lastOutcome?.isFailure ?? false
        if row.outcome == .failed, !hadFailed, device.presence == .permanent { events.append(event(.deviceFailed)) }
        if row.outcome.isGood, hadFailed { events.append(event(.deviceRecovered)) }
        if let standing { events += findings(standing, event) }
        return events
    }

    private func findings(_ standing: Standing, _ event: (HookEvent.Kind, [Finding]) -> HookEvent) -> [HookEvent] {
        let known = before.findings[standing.device] ?? []
        let new = standing.findings.filter { !known.contains($0.id) }
        var events: [HookEvent] = []
        let drift = new.filter(\.isDrift)
        if !drift.isEmpty { events.append(event(.driftDetected, drift)) }
        if before.drifted.contains(standing.device), standing.isFresh, !standing.findings.contains(where: \.isDrift) {
            events.append(event(.driftCleared, []))
        }
        for kind in [
            HookEvent.Kind.deviceStale, .hostkeyChanged, .firmwareMismatch, .storeFault, .approvalExpiring,
            .restorabilityLost, .drillOverdue,
        ] {
            let meant = new.filter { Self.kind(of: $0) == kind }
            if !meant.isEmpty { events.append(event(kind, meant)) }
        }
        // While the waiver held, the finding was none.
        let back = new.filter { standing.marks[$0.id]?.kind == .waived }
        if !back.isEmpty { events.append(event(.waiverExpired, back)) }
        return events
    }

    /// The event of its own that a finding has, beside being drift or not.
    private static func kind(of finding: Finding) -> HookEvent.Kind? {
        switch finding.class {
        case .freshness: .deviceStale
        case .hostkey: finding.severity == .critical ? .hostkeyChanged : nil
        case .firmware: finding.isDrift ? .firmwareMismatch : nil
        case .integrity: .storeFault
        case .baseline: finding.rule == Finding.expiring ? .approvalExpiring : nil
        case .restorability: finding.severity > .notice ? .restorabilityLost : nil
        case .drill: .drillOverdue
        default: nil
        }
    }
}
