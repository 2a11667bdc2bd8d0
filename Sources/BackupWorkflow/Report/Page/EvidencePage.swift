import ConfigModel
import FoundationEssentials

/// The evidence as one page of HTML: control by control, then device by device; no script, good on paper.
package struct EvidencePage: Sendable {
    private let report: EvidenceReport
    /// Of one rule so many devices are shown with their places.
    private static let mostDevices = 200

    package init(_ report: EvidenceReport) { self.report = report }

    package var html: String {
        var page = Markup()
        page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.add("title", "\(report.workspace): evidence of device security controls")
        page.raw("<style>\n\(PageStyle.text)\n\(Self.style)\n</style></head><body>\n")
        head(&page)
        for control in report.controls { show(control, &page) }
        let others = report.rules.filter { $0.controls.isEmpty }
        if !others.isEmpty {
            page.add("h2", "Rules of this hospital")
            for rule in others { show(rule, &page) }
        }
        devices(&page)
        notes(&page)
        page.raw("</body></html>\n")
        return page.text
    }

    private static let style = """
        .bar { display: flex; height: .7rem; border-radius: .2rem; overflow: hidden; background: var(--line); margin: .3rem 0 .4rem; }
        .bar i { display: block; } .bar .pass { background: var(--good); } .bar .fail { background: var(--bad); }
        .bar .waived { background: var(--near); } .bar .not-assessable { background: var(--line); }
        .rule { border-left: .2rem solid var(--line); padding: .1rem 0 .1rem .9rem; margin: .9rem 0; } .rule h3 { margin: 0; }
        .rule.failing { border-color: var(--bad); } .rule.passing { border-color: var(--good); } .rule.accepted { border-color: var(--near); }
        .rule p { margin: .1rem 0; } details { margin: .3rem 0; } summary { cursor: pointer; } .rule ul { margin: .1rem 0 .4rem; padding-left: 1.2rem; }
        .rule li { overflow-wrap: anywhere; } .matrix td, .matrix th { padding: .25rem .5rem .25rem 0; font-size: .9rem; }
        .matrix td.num { text-align: right; font-variant-numeric: tabular-nums; }
        """

    // MARK: At a glance

    private func head(_ page: inout Markup) {
        page.add("h1", report.workspace)
        page.add(
            "p", class: "sub",
            "Evidence of device security controls · \(Wording.minute(report.at)) UTC · "
                + "\(Wording.count(report.devices.count, "device")) · \(Wording.count(report.rules.count, "rule"))")
        let failing = Set(report.results.filter { $0.verdict == .fail }.map(\.device)).count
        let verdict =
            failing == 0
            ? "No device fails a rule."
            : "\(Wording.count(failing, "device")) of \(report.devices.count) \(failing == 1 ? "fails" : "fail") at least one rule."
        page.add("p", class: "verdict \(failing == 0 ? "good" : "bad")", verdict)
        page.open("ul", class: "tiles")
        tile(&page, report.count(.pass), "passed", "good")
        tile(&page, report.count(.fail), "failed", report.count(.fail) > 0 ? "bad" : "good")
        tile(&page, report.count(.waived), "waived", report.count(.waived) > 0 ? "near" : nil)
        tile(&page, report.count(.notAssessable), "not assessable", nil)
        page.close("ul")
        page.add(
            "p", class: "dim",
            "Each verdict rests on the device's latest good version, whose commit stands in the table at the end. What a configuration "
                + "cannot show is 'not assessable', never a pass.")
    }

    private func tile(_ page: inout Markup, _ number: Int, _ words: String, _ style: String?) {
        page.open("li", class: style)
        page.add("b", "\(number)")
        page.raw(Markup.escaped(words))
        page.close("li")
    }

    // MARK: Controls and rules

    private func show(_ control: PolicyControl, _ page: inout Markup) {
        page.open("h2")
        page.raw(Markup.escaped(control.title))
        page.raw(" <span class=\"dim\">\(Markup.escaped("\(control.id) · \(control.section)"))</span>")
        page.close("h2")
        for rule in report.rules where rule.controls.first == control.id { show(rule, &page) }
        let elsewhere = report.rules.filter { $0.controls.dropFirst().contains(control.id) }
        if !elsewhere.isEmpty {
            page.add("p", class: "dim", "See also: " + elsewhere.map(\.title).joined(separator: "; "))
        }
    }

    private func show(_ rule: EvidenceReport.Rule, _ page: inout Markup) {
        let results = report.results.filter { $0.rule == rule.id }
        func count(_ verdict: EvidenceReport.Verdict) -> Int { results.count { $0.verdict == verdict } }
        let style = count(.fail) > 0 ? "failing" : count(.waived) > 0 ? "accepted" : count(.pass) > 0 ? "passing" : ""
        page.open("div", class: "rule \(style)")
        page.add("h3", rule.title)
        bar(results, &page)
        var words = ["\(count(.pass)) pass", "\(count(.fail)) fail"]
        if count(.waived) > 0 { words.append("\(count(.waived)) waived") }
        if count(.notAssessable) > 0 { words.append("\(count(.notAssessable)) not assessable") }
        page.add("p", class: "dim", "\(words.joined(separator: " · ")) · \(rule.severity.rawValue) · \(rule.id)")
        if let why = rule.why { page.add("p", class: "dim", why) }
        devices(results.filter { $0.verdict == .fail }, "does not pass", "do not pass", isOpen: true, &page)
        devices(results.filter { $0.verdict == .waived }, "is waived", "are waived", isOpen: true, &page)
        reasons(results.filter { $0.verdict == .notAssessable }, &page)
        page.close("div")
    }

    private func bar(_ results: [EvidenceReport.Result], _ page: inout Markup) {
        guard !results.isEmpty else { return }
        page.raw("<div class=\"bar\" role=\"img\" aria-hidden=\"true\">")
        for verdict in [EvidenceReport.Verdict.pass, .waived, .fail, .notAssessable] {
            let count = results.count { $0.verdict == verdict }
            guard count > 0 else { continue }
            let share = (Double(count) * 1000 / Double(results.count)).rounded() / 10
            page.raw("<i class=\"\(verdict.rawValue)\" style=\"width:\(share)%\"></i>")
        }
        page.raw("</div>\n")
    }

    private func devices(
        _ results: [EvidenceReport.Result], _ one: String, _ many: String, isOpen: Bool, _ page: inout Markup
    ) {
        guard !results.isEmpty else { return }
        page.open("details", class: nil, isOpen && results.count <= 12 ? "open" : "")
        page.add("summary", "\(Wording.count(results.count, "device")) \(results.count == 1 ? one : many)")
        page.open("ul")
        // What is the same on many devices is told once.
        let groups = Dictionary(grouping: results) { result in
            result.details.map(FindingGroup.withoutDigits) + [result.waiver ?? ""]
        }.values.sorted { ($1.count, $0[0].device) < ($0.count, $1[0].device) }
        for group in groups.prefix(Self.mostDevices) {
            let names = group.prefix(Self.mostDevices).map(\.device.text).joined(separator: ", ")
            page.raw("<li><b>\(Markup.escaped(names))</b>")
            if group.count > Self.mostDevices { page.raw(" and \(group.count - Self.mostDevices) more") }
            if let waiver = group[0].waiver { page.raw(" <span class=\"near\">\(Markup.escaped(waiver))</span>") }
            let details = group.count > 1 ? group[0].details.map(FindingGroup.withoutDigits) : group[0].details
            for detail in details { page.raw("<br><span class=\"dim\">\(Markup.escaped(detail))</span>") }
            page.raw("</li>\n")
        }
        page.close("ul")
        let remedies = Set(results.compactMap(\.remediation)).sorted()
        for remedy in remedies.prefix(6) { page.add("pre", remedy) }
        page.close("details")
    }

    private func reasons(_ results: [EvidenceReport.Result], _ page: inout Markup) {
        guard !results.isEmpty else { return }
        let grouped = Dictionary(grouping: results) { $0.details.first ?? "" }.sorted {
            $0.value.count > $1.value.count
        }
        page.open("details")
        page.add("summary", "\(Wording.count(results.count, "device")) not assessable")
        page.open("ul")
        for (reason, group) in grouped.prefix(20) {
            let names = group.prefix(8).map(\.device.text).joined(separator: ", ") + (group.count > 8 ? " …" : "")
            page.add("li", "\(reason): \(names)")
        }
        page.close("ul")
        page.close("details")
    }

    // MARK: Devices

    private func devices(_ page: inout Markup) {
        page.add("h2", "Device by device")
        page.open("table", class: "matrix")
        page.raw(
            "<tr><th>Device</th><th>Platform</th><th>Pass</th><th>Fail</th><th>Waived</th><th>Not assessable</th>"
                + "<th>Version</th><th>Commit</th></tr>\n")
        let results = Dictionary(grouping: report.results, by: \.device)
        for device in report.devices {
            let own = results[device.device] ?? []
            page.open("tr")
            page.add("td", device.device.text)
            page.add("td", device.platform)
            for verdict in [EvidenceReport.Verdict.pass, .fail, .waived, .notAssessable] {
                let count = own.count { $0.verdict == verdict }
                page.add("td", class: verdict == .fail && count > 0 ? "num bad" : "num", "\(count)")
            }
            page.add("td", (device.version.map { "v\($0)" } ?? "never") + (device.isAdopted ? ", adopted" : ""))
            page.add("td", class: "dim", String((device.commit ?? "–").prefix(12)))
            page.close("tr")
        }
        page.close("table")
    }

    private func notes(_ page: inout Markup) {
        guard !report.off.isEmpty || !report.faults.isEmpty else { return }
        page.add("h2", "Rules that were not held against anything")
        page.open("ul")
        for (rule, reason) in report.off.sorted(by: { $0.key < $1.key }) {
            page.add("li", "\(rule) is switched off here: \(reason)")
        }
        for fault in report.faults { page.add("li", class: "bad", fault) }
        page.close("ul")
    }
}
