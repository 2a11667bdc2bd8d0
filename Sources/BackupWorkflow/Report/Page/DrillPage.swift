import ConfigModel

/// A drill as one page without scripts: for a screen, and for the folder that an auditor takes along.
package struct DrillPage: Sendable {
    private let record: DrillRecord
    /// SHA-256 of the record's JSON; nil where it lies nowhere.
    private let digest: String?

    private static let mostNames = 40

    package init(_ record: DrillRecord, digest: String?) {
        self.record = record
        self.digest = digest
    }

    package var html: String {
        var page = Markup()
        page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.add("title", "\(record.workspace): \(record.title) \(record.id)")
        page.raw("<style>\n\(PageStyle.text)\n\(Self.style)\n</style></head><body>\n")
        head(&page)
        steps(&page)
        missing(&page)
        times(&page)
        devices(&page)
        blobs(&page)
        record(&page)
        page.raw("</body></html>\n")
        return page.text
    }

    private static let style = """
        .reason { border-left: .2rem solid var(--line); padding: .05rem 0 .05rem .9rem; margin: .8rem 0; } .reason p { margin: .1rem 0; }
        .reason.no { border-color: var(--bad); } .reason.partly { border-color: var(--near); }
        .wide td, .wide th { padding: .25rem .9rem .25rem 0; font-size: .88rem; } .wide td { overflow-wrap: break-word; } .wide td:nth-child(3) { white-space: nowrap; }
        .wide td.num, .wide th.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .chip { display: inline-block; min-width: 3.6rem; text-align: center; border-radius: .25rem; padding: 0 .45rem; font-weight: 600;
          border: 1px solid currentColor; } .mono { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .78rem; }
        .bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .25rem .8rem; align-items: center; max-width: 44rem; }
        .bars i { display: block; height: .7rem; border-radius: .15rem; background: var(--good); min-width: 2px; }
        .bars span { font-variant-numeric: tabular-nums; } .facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
        .facts dt { color: var(--dim); } .facts dd { margin: 0; overflow-wrap: anywhere; }
        @media print { .wide td, .wide th { font-size: 8.5pt; padding-right: .5rem; } .reason { break-inside: avoid; }
          .bars i, .chip { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
        """

    // MARK: At a glance

    private func head(_ page: inout Markup) {
        page.add("h1", record.workspace)
        let what =
            switch record.kind {
            case .rehearsal: "Restore drill, no device contacted"
            case .lab: "Restore drill on bench devices, for real"
            case .own: "Drill of Plumbline itself, from its mirror"
            }
        page.add(
            "p", class: "sub",
            "\(what) · \(record.id) · \(Wording.minute(record.started)) UTC · by \(record.by)"
                + (record.isSigned ? " · signed" : " · not signed"))
        let (style, verdict) = verdict
        page.add("p", class: "verdict \(style)", verdict)
        let totals = record.totals
        page.open("ul", class: "tiles")
        if record.kind != .own {
            tile(&page, "\(totals.yes)", "could be restored", "good")
            tile(&page, "\(totals.partly)", "partly", totals.partly > 0 ? "near" : nil)
            tile(&page, "\(totals.no)", "could not", totals.no > 0 ? "bad" : "good")
            if totals.integrity > 0 { tile(&page, "\(totals.integrity)", "damaged, or not as approved", "bad") }
        } else {
            let good = record.steps.count(where: \.isGood)
            tile(&page, "\(good)/\(record.steps.count)", "steps succeeded", good == record.steps.count ? "good" : "bad")
            tile(
                &page, "\(totals.devices - totals.no)/\(totals.devices)", "configurations came back",
                totals.no > 0 ? "bad" : "good")
        }
        switch record.kind {
        case .rehearsal:
            if totals.sequential > 0 {
                tile(&page, Wording.span(totals.sequential), "to restore, one after the other", nil)
                tile(&page, Wording.span(totals.waves), "in waves", nil)
            }
        case .lab:
            let seconds = record.devices.compactMap(\.lab?.seconds).reduce(0, +)
            tile(&page, Wording.seconds(seconds), "restoring, all together", nil)
        case .own:
            tile(
                &page, Wording.milliseconds(record.steps.reduce(0) { $0 + $1.milliseconds }), "from nothing to here",
                nil)
        }
        page.close("ul")
        if let reason = record.reason { page.add("p", "Why: \(reason)") }
    }

    private var verdict: (String, String) {
        let totals = record.totals
        if record.kind == .own {
            return record.status == .clean
                ? ("good", "Everything came back: repositories, keys, index, and exact bytes of each platform.")
                : ("bad", "Not everything came back: what is missing stands below.")
        }
        let did = record.kind == .lab ? "was restored" : "could be restored"
        if totals.devices == 0 { return ("near", "No device was asked for.") }
        if totals.no == 0, totals.partly == 0 { return ("good", "Every device \(did).") }
        let could = totals.yes + totals.partly
        if totals.no == 0 {
            return (
                "near",
                "Every device \(did), \(totals.partly == 1 ? "one" : "\(totals.partly)") of \(totals.devices) in part."
            )
        }
        return (
            "bad",
            "\(could) of \(Wording.count(totals.devices, "device")) \(could == 1 ? did : did.replacing("was", with: "were")); \(totals.no) not."
        )
    }

    private func tile(_ page: inout Markup, _ number: String, _ words: String, _ style: String?) {
        page.open("li", class: style)
        page.add("b", number)
        page.raw(Markup.escaped(words))
        page.close("li")
    }

    // MARK: What came of it

    private func steps(_ page: inout Markup) {
        guard record.kind == .own else { return }
        page.add("h2", "Step by step")
        page.open("table", class: "wide")
        page.raw("<tr><th>Step</th><th></th><th class=\"num\">Took</th><th>What came of it</th></tr>\n")
        for step in record.steps {
            page.open("tr")
            page.add("td", step.name)
            chip(&page, step.isGood ? "ok" : "failed", step.isGood ? "good" : "bad")
            page.add("td", class: "num", Wording.milliseconds(step.milliseconds))
            page.add("td", step.message)
            page.close("tr")
        }
        page.close("table")
    }

    private func chip(_ page: inout Markup, _ word: String, _ style: String) {
        page.raw("<td class=\"word\"><span class=\"chip \(style)\">\(Markup.escaped(word))</span></td>\n")
    }

    private func missing(_ page: inout Markup) {
        let reasons = DrillReason.all(of: record.devices)
        if !reasons.isEmpty { page.add("h2", "What is missing") }
        for reason in reasons { show(reason, reason.verdict.rawValue, &page) }
        let gaps = DrillReason.gaps(of: record.devices)
        if !gaps.isEmpty {
            page.add("h2", "What a replacement gets by other means")
            page.add("p", class: "dim", "It lies outside of the configuration: on the same hardware it is still there.")
        }
        for gap in gaps { show(gap, "", &page) }
        if !record.notices.isEmpty { page.add("h2", "Notices") }
        for notice in record.notices { page.add("p", notice) }
    }

    private func show(_ reason: DrillReason, _ style: String, _ page: inout Markup) {
        page.open("div", class: "reason \(style)")
        page.add("p", reason.text)
        let names = reason.devices.prefix(Self.mostNames).map(\.text).joined(separator: ", ")
        let more = reason.devices.count > Self.mostNames ? " and \(reason.devices.count - Self.mostNames) more" : ""
        page.add(
            "p", class: "dim", (reason.devices.count > 1 ? "\(reason.devices.count) devices: " : "") + names + more)
        page.close("div")
    }

    /// Where the time of the rehearsal went.
    private func times(_ page: inout Markup) {
        let stages = DrillRecord.Stage.allCases.compactMap { stage -> (DrillRecord.Stage, Double)? in
            let sum = record.devices.reduce(0) { $0 + ($1.times[stage.rawValue] ?? 0) }
            return sum > 0 ? (stage, sum) : nil
        }
        guard !stages.isEmpty else { return }
        page.add("h2", record.kind == .rehearsal ? "Where the time of the rehearsal went" : "Where the time went")
        let most = stages.map(\.1).max() ?? 1
        page.raw("<div class=\"bars\">\n")
        for (stage, sum) in stages {
            page.raw("<span>\(Markup.escaped(stage.words))</span>")
            page.raw("<i style=\"width:\((sum * 1000 / most).rounded() / 10)%\"></i>")
            page.raw("<span>\(Wording.milliseconds(sum))</span>\n")
        }
        page.raw("</div>\n")
    }

    private func devices(_ page: inout Markup) {
        guard !record.devices.isEmpty else { return }
        let order = record.kind == .rehearsal ? ", in the order of the restore" : ""
        page.add("h2", "Device by device\(order)")
        page.open("table", class: "wide")
        page.raw("<tr><th>Device</th><th>Verdict</th><th>Platform</th><th>Target</th>")
        switch record.kind {
        case .rehearsal:
            page.raw(
                "<th>As it is</th><th>Replacement</th><th class=\"num\">Rehearsed in</th><th class=\"num\">Restore takes</th>"
            )
        case .lab: page.raw("<th>Outcome</th><th class=\"num\">Took</th><th>Journal</th>")
        case .own:
            page.raw("<th class=\"num\">Exact bytes</th><th>Held against the workspace</th><th class=\"num\">Took</th>")
        }
        page.raw("</tr>\n")
        for row in record.devices { show(row, &page) }
        page.close("table")
    }

    private func show(_ row: DrillRecord.Device, _ page: inout Markup) {
        page.open("tr")
        page.add("td", row.device.text)
        chip(&page, row.verdict.rawValue, row.verdict.style)
        page.add("td", class: "dim", row.platform)
        page.add(
            "td",
            row.target.map { target in
                target + (row.isApproved ? "" : ", not approved")
                    + (row.taken.map { ", of \(Wording.time($0).prefix(10))" } ?? "")
            } ?? "–")
        switch record.kind {
        case .rehearsal:
            outlook(row.same, &page)
            outlook(row.replacement, &page)
            page.add("td", class: "num", Wording.milliseconds(row.milliseconds))
            page.add("td", class: "num", DrillRecord.estimate(row))
        case .lab:
            page.add(
                "td", (row.lab?.outcome.rawValue ?? "–") + (row.lab?.hasWritten == false ? ", nothing written" : ""))
            page.add("td", class: "num", row.lab.map { Wording.seconds($0.seconds) } ?? "–")
            page.add("td", class: "dim mono", row.lab?.plan ?? "–")
        case .own:
            page.add("td", class: "num", row.bytes > 0 ? Wording.bytes(row.bytes) : "–")
            page.add("td", row.isSame.map { $0 ? "the same bytes" : "OTHER BYTES" } ?? "not looked at")
            page.add("td", class: "num", Wording.milliseconds(row.milliseconds))
        }
        page.close("tr")
    }

    private func outlook(_ outlook: DrillRecord.Outlook?, _ page: inout Markup) {
        guard let outlook else { return page.add("td", class: "dim", "–") }
        let differences =
            outlook.differences.map { $0 == 0 ? ", nothing differs" : ", \(Wording.count($0, "difference"))" } ?? ""
        page.add("td", class: outlook.verdict.style, outlook.verdict.rawValue + differences)
    }

    /// What lies where: for whoever wants to follow it up with git alone.
    private func blobs(_ page: inout Markup) {
        let rows = record.devices.filter { $0.commit != nil }
        guard !rows.isEmpty else { return }
        page.add("h2", "What was read")
        page.open("details", class: nil, rows.count <= 12 ? "open" : "")
        page.add("summary", "Commits of store.git, and the blobs of exact bytes: \(Wording.bytes(record.totals.bytes))")
        page.open("table", class: "wide")
        page.raw("<tr><th>Device</th><th>Commit</th><th>Exact bytes</th></tr>\n")
        for row in rows {
            page.open("tr")
            page.add("td", row.device.text)
            page.add("td", class: "mono", String((row.commit ?? "").prefix(12)))
            let blobs = row.blobs.prefix(6).map { "\($0.artifact): \($0.repository) \($0.blob.prefix(12))" }
            let more = row.blobs.count > 6 ? ["and \(row.blobs.count - 6) more"] : []
            page.raw(
                "<td class=\"mono\">" + (blobs + more).map { Markup.escaped($0) }.joined(separator: "<br>") + "</td>\n")
            page.close("tr")
        }
        page.close("table")
        page.close("details")
    }

    private func record(_ page: inout Markup) {
        page.add("h2", "This record")
        page.raw("<dl class=\"facts\">\n")
        func fact(_ name: String, _ text: String) {
            page.add("dt", name)
            page.add("dd", text)
        }
        fact("Drill", record.id)
        fact("By", record.by)
        fact(
            "From, to",
            "\(Wording.time(record.started)), \(Wording.time(record.finished)) (\(Wording.seconds(record.seconds)))")
        fact("Command", "plumbline \(record.command)")
        fact("Target", record.target)
        if let mirror = record.mirror { fact("Mirror", mirror) }
        fact("Tool", record.tool)
        fact(
            "Signature",
            record.isSigned
                ? "\(record.id).json.sig, namespace \(DrillSigning.namespace); 'plumbline drill verify \(record.id)', or ssh-keygen -Y verify"
                : "none")
        if let digest { fact("SHA-256", "\(digest) of \(record.id).json") }
        page.raw("</dl>\n")
    }
}

extension DrillRecord.Verdict {
    fileprivate var style: String {
        switch self {
        case .yes: "good"
        case .partly: "near"
        case .no: "bad"
        }
    }
}

extension DrillRecord.Stage {
    var words: String {
        switch self {
        case .resolve: "finding the version"
        case .fetch: "reading and decrypting"
        case .normalise: "making it comparable"
        case .compare: "holding it against the approval"
        case .plan: "plan for the device as it is"
        case .replace: "plan for a replacement"
        case .restore: "restoring"
        }
    }
}
