import ConfigModel

extension HookEvent {
    /// The end of a run: its counts, and what there is to say.
    /// - Parameter path: Where its report is, for 'plumbline report'.
    init(finished report: RunReport, kept path: String) {
        var details = Details()
        details.run = report.run.text
        details.exit = Int(report.exit.rawValue)
        details.report = path
        details.commit = report.commit
        var counts: [String: Int] = ["devices": report.rows.count, "findings": report.findings.count]
        for row in report.rows { counts[row.outcome.rawValue, default: 0] += 1 }
        counts["drift"] = report.findings.count(where: \.isDrift)
        counts["stale"] = report.rows.count { $0.isAsked && !$0.isFresh }
        details.counts = counts
        details.devices = report.rows.filter { $0.outcome == .new || $0.outcome == .changed }.map(\.device.text)
        details.findings = report.findings.map(Details.Finding.init)
        let missed = report.rows.count(where: \.outcome.isMiss)
        details.message =
            "\(Wording.count(report.rows.count, "device")), \(details.devices?.count ?? 0) changed, "
            + "\(counts["drift"] ?? 0) drift, \(missed) missed, exit \(report.exit.rawValue)"
        self.init(.runFinished, at: report.finished, details)
    }
}

extension RunReport.Row {
    /// Whether the device is to be backed up at all.
    package var isAsked: Bool { outcome != .uncovered && outcome != .inactive }
}
