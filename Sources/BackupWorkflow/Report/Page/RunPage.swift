import ConfigAnalysis
package import ConfigModel
import FoundationEssentials

/// A run's report as one page of HTML: no script, nothing from elsewhere, good on paper and in a mail.
package struct RunPage: Sendable {
    private let report: RunReport
    private let changes: RunChanges
    private let digestOnly: Set<DeviceID>

    /// So many lines of one device's differences are shown.
    private static let mostLines = 400
    private static let mostFindings = 2000

    /// - Parameters:
    ///   - changes: What the run has stored; empty to leave the differences out.
    ///   - digestOnly: Devices that may hold patient data: no text of theirs is shown.
    package init(_ report: RunReport, changes: RunChanges, digestOnly: Set<DeviceID> = []) {
        self.report = report
        self.changes = changes
        self.digestOnly = digestOnly
    }

    package var html: String {
        var page = Markup()
        page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        let scope = report.isPartial ? "\(report.rows.count) of \(report.inventory) devices: " : ""
        page.add("title", "\(report.workspace): \(scope)\(verdict.text)")
        page.raw("<style>\n\(PageStyle.text)\n</style></head><body>\n")
        head(&page)
        attention(&page)
        drift(&page)
        changed(&page)
        remarks(&page)
        usual(&page)
        page.raw("</body></html>\n")
        return page.text
    }

    // MARK: At a glance

    private var asked: [RunReport.Row] { report.rows.filter(\.isAsked) }

    private var verdict: (text: String, style: String) {
        switch report.exit {
        case .clean: ("every copy is fresh, and nothing has drifted", "good")
        case .drift: ("something is not as its baseline has it", "near")
        case .stale: ("a device has no fresh copy", "bad")
        case .integrity: ("the store or an approval does not hold", "bad")
        case .usage, .locked, .configuration, .output: ("the run did not take place", "bad")
        }
    }

    private func head(_ page: inout Markup) {
        page.add("h1", report.workspace)
        let span = Wording.seconds(report.finished.timeIntervalSince(report.started))
        page.add(
            "p", class: "sub",
            "Run \(report.run) · \(Wording.minute(report.started)) UTC · \(span)\(report.wasStopped ? " · stopped early" : "")"
        )
        let scope = report.isPartial ? "Of the \(report.rows.count) devices that were asked for: " : ""
        let sentence = scope.isEmpty ? Self.capitalised(verdict.text) : scope + verdict.text
        page.add("p", class: "verdict \(verdict.style)", sentence + ".")
        if report.isPartial {
            page.add(
                "p", class: "near",
                "This run was about \(report.rows.count) of \(Wording.count(report.inventory, "device")); it says nothing of the others."
            )
        }
        page.open("ul", class: "tiles")
        let stale = asked.count { !$0.isFresh }
        let drifted = Set(report.findings.filter(\.isDrift).map(\.device)).count
        let missed = report.rows.count(where: \.outcome.isMiss)
        tile(
            &page, "\(asked.count) of \(report.rows.count)",
            report.isPartial ? "covered, of those asked for" : "covered",
            asked.count < report.rows.count ? "near" : "good")
        tile(&page, "\(report.rows.count { $0.outcome == .new || $0.outcome == .changed })", "changed", nil)
        tile(&page, "\(drifted)", "drifted", drifted > 0 ? "near" : "good")
        tile(&page, "\(missed)", "missed", missed > 0 ? "near" : "good")
        tile(&page, "\(stale)", "without a fresh copy", stale > 0 ? "bad" : "good")
        tile(
            &page, "\(report.rows.count(where: \.isQuarantined))", "in quarantine",
            report.rows.contains(where: \.isQuarantined) ? "bad" : "good")
        page.close("ul")
        let plot = FreshnessPlot(report.rows, at: report.finished.timeIntervalSince1970)
        guard !plot.isEmpty else { return }
        page.add("h2", "Age of the last good copies, as a share of each objective")
        page.raw(plot.svg)
    }

    private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private func tile(_ page: inout Markup, _ number: String, _ words: String, _ style: String?) {
        page.open("li", class: style)
        page.add("b", number)
        page.raw(Markup.escaped(words))
        page.close("li")
    }

    // MARK: What needs somebody

    private func attention(_ page: inout Markup) {
        let rows = report.rows.filter { $0.outcome.isMiss || $0.isQuarantined || ($0.isAsked && !$0.isFresh) }
        guard !rows.isEmpty else { return }
        page.add("h2", "Not collected, stale or in quarantine")
        page.open("table")
        page.raw(
            "<tr><th>Device</th><th>Outcome</th><th>Last good copy</th><th>What happened, and what to do</th></tr>\n")
        for row in rows {
            page.open("tr")
            page.add("td", row.device.text)
            let style = row.isFresh ? "near" : "bad"
            page.add(
                "td", class: "word \(style)",
                row.outcome.rawValue + (row.isQuarantined && row.outcome != .quarantined ? ", quarantined" : ""))
            let age = row.lastGood.map { "\(Wording.age(report.finished.timeIntervalSince($0))) old" } ?? "never"
            page.add(
                "td", class: row.isFresh ? nil : "bad", age + (row.isFresh || row.lastGood == nil ? "" : ", stale"))
            page.add("td", row.message ?? "")
            page.close("tr")
        }
        page.close("table")
    }

    // MARK: Drift

    private func drift(_ page: inout Markup) {
        let findings = report.findings.filter(\.isWorthTelling)
        guard !findings.isEmpty else { return }
        page.add("h2", "Drift and other findings, by device")
        var device: DeviceID?
        for finding in findings.prefix(Self.mostFindings) {
            if finding.device != device {
                device = finding.device
                page.add("h3", finding.device.text)
            }
            show(finding, &page)
        }
        more(findings.count - Self.mostFindings, "finding", &page)
    }

    private func show(_ finding: Finding, _ page: inout Markup) {
        page.open("div", class: "finding")
        page.add("span", class: finding.severity > .warning ? "bad" : "near", finding.severity.rawValue)
        page.raw(" \(Markup.escaped(finding.class.rawValue)) ")
        let place = ([finding.artifact?.text] + finding.path).compactMap(\.self).joined(separator: " › ")
        page.add("span", class: "path", place)
        page.raw(
            place.isEmpty
                ? Markup.escaped(finding.summary) : " <span class=\"dim\">\(Markup.escaped(finding.summary))</span>")
        let isDigest = digestOnly.contains(finding.device)
        if isDigest {
            page.add("p", class: "dim", PatientData.remark)
        } else if !(finding.missing + finding.extra).isEmpty {
            page.open("pre")
            for line in finding.missing.prefix(Self.mostLines) { page.add("span", class: "del", "-" + line) }
            for line in finding.extra.prefix(Self.mostLines) { page.add("span", class: "add", "+" + line) }
            page.close("pre")
        }
        page.close("div")
    }

    private func more(_ count: Int, _ what: String, _ page: inout Markup) {
        if count > 0 {
            page.add("p", class: "dim", "… and \(Wording.count(count, what)) more: 'plumbline drift' shows them")
        }
    }

    // MARK: Changes

    private func changed(_ page: inout Markup) {
        guard !changes.changes.isEmpty else { return }
        page.add("h2", "Changed since the version before")
        for change in changes.changes {
            page.add("h3", "\(change.old.map { "\($0) → " } ?? "")\(change.new)")
            if let fault = change.fault { page.add("p", class: "bad", fault) }
            for artifact in change.artifacts { show(artifact, &page) }
        }
        if changes.more > 0 {
            page.add(
                "p", class: "dim",
                "… and \(Wording.count(changes.more, "device")) more: 'plumbline diff DEVICE@N DEVICE' shows them")
        }
    }

    private func show(_ diff: SnapshotComparison.ArtifactDiff, _ page: inout Markup) {
        page.add("p", class: "dim", diff.artifact.text + (diff.isDigestOnly ? " · \(PatientData.remark)" : ""))
        guard !diff.isDigestOnly else { return }
        page.open("pre")
        var left = Self.mostLines
        for hunk in diff.hunks where left > 0 {
            let place = hunk.section.joined(separator: " › ")
            page.add(
                "span", class: "at",
                "@@ -\(hunk.oldStart),\(hunk.oldCount) +\(hunk.newStart),\(hunk.newCount) @@ \(place)")
            for line in hunk.lines.prefix(left) {
                switch line.kind {
                case .context: page.add("span", " " + line.text)
                case .removed: page.add("span", class: "del", "-" + line.text)
                case .added: page.add("span", class: "add", "+" + line.text)
                }
            }
            left -= hunk.lines.count
        }
        if left < 0 { page.add("span", class: "at", "… the rest is left out: 'plumbline diff' shows it") }
        page.close("pre")
    }

    // MARK: The rest

    private func remarks(_ page: inout Markup) {
        let hooks = report.hooks.filter { $0.fault != nil }
        guard !report.notices.isEmpty || !hooks.isEmpty else { return }
        page.add("h2", "Notices")
        page.open("ul")
        for notice in report.notices { page.add("li", notice) }
        for hook in hooks {
            page.add(
                "li", "hook \(hook.event).d/\(hook.hook)\(hook.subject.map { " (\($0))" } ?? ""): \(hook.fault ?? "")")
        }
        page.close("ul")
    }

    private func usual(_ page: inout Markup) {
        for (outcomes, title) in [
            ([RunReport.Outcome.new, .changed], "Stored"), ([.unchanged], "Unchanged"), ([.notDue], "Not due"),
            ([.uncovered, .manual, .inactive], "Not collected by Plumbline"),
        ] {
            let rows = report.rows.filter { outcomes.contains($0.outcome) }
            guard !rows.isEmpty else { continue }
            page.add("h2", "\(title): \(Wording.count(rows.count, "device"))")
            page.open("ul", class: "names")
            for row in rows {
                let version = row.version.map { " v\($0)" } ?? ""
                page.add("li", row.device.text + version + (outcomes.count > 2 ? ", \(row.outcome.rawValue)" : ""))
            }
            page.close("ul")
        }
    }
}
