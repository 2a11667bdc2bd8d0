import ConfigModel

extension DrillRecord {
    /// The record for people: the devices, then what could not be restored and why.
    /// - Parameter all: Every device and every reason; else long lists are cut, and say so.
    package func text(paint: Paint, width: Int?, all: Bool) -> [String] {
        var lines = [paint(.bold, "\(title) \(id)") + "  by \(printable(by)), \(Wording.minute(started))"]
        if let reason { lines.append("  \(printable(reason))") }
        if let mirror { lines.append("  from \(printable(mirror))") }
        lines.append("")
        if kind == .own { lines += stepLines(paint) + [""] }
        if !devices.isEmpty {
            lines += all || devices.count <= Self.mostRows ? rowLines(paint) : platformLines(paint)
            lines.append("")
        }
        lines += reasonLines(paint, width, all) + gapLines(paint, width, all)
        for notice in notices { lines += Wording.wrapped("notice: \(printable(notice))", indent: 0, width: width) }
        return lines + summary(paint)
    }

    private static let mostRows = 40

    package var title: String {
        switch kind {
        case .rehearsal: "drill"
        case .lab: "lab drill"
        case .own: "drill of Plumbline itself"
        }
    }

    private func paint(_ verdict: Verdict, _ paint: Paint) -> String {
        paint(verdict == .yes ? .green : verdict == .partly ? .yellow : .red, verdict.rawValue)
    }

    // MARK: Tables

    private func table(_ head: [String], _ rows: [[String]], _ paint: Paint, styled: (Int) -> Verdict?) -> [String] {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.enumerated().map { index, row in
            var cells = row.enumerated().map { padded($1, to: widths[$0]) }
            if index > 0, let verdict = styled(index - 1), cells.count > 1 {
                let gap = String(repeating: " ", count: max(0, widths[1] - verdict.rawValue.count))
                cells[1] = self.paint(verdict, paint) + gap
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return index == 0 ? paint(.dim, line) : line
        }
    }

    private func rowLines(_ paint: Paint) -> [String] {
        let rows = devices.map { row -> [String] in
            let target = row.target.map { $0 + (row.isApproved ? "" : " (not approved)") } ?? "–"
            var cells = [row.device.text, row.verdict.rawValue, row.platform, target]
            switch kind {
            case .lab:
                cells += [row.lab?.outcome.rawValue ?? "–", row.lab.map { Wording.seconds($0.seconds) } ?? "–"]
            case .own:
                cells += [
                    row.bytes > 0 ? Wording.bytes(row.bytes) : "–",
                    row.isSame == true ? "the same bytes" : row.isSame == false ? "OTHER BYTES" : "–",
                ]
            case .rehearsal:
                cells += [
                    row.same.map(Self.outlook) ?? "–", row.replacement?.verdict.rawValue ?? "–",
                    Wording.milliseconds(row.milliseconds), Self.estimate(row),
                ]
            }
            return cells
        }
        let head: [String] =
            switch kind {
            case .rehearsal:
                ["device", "verdict", "platform", "target", "as it is", "replacement", "rehearsed in", "restore"]
            case .lab: ["device", "verdict", "platform", "target", "outcome", "took"]
            case .own: ["device", "verdict", "platform", "target", "exact bytes", "held against the workspace"]
            }
        return table(head, rows, paint) { devices[$0].verdict }
    }

    private static func outlook(_ outlook: Outlook) -> String {
        guard let count = outlook.differences else { return outlook.verdict.rawValue }
        return outlook.verdict.rawValue + (count == 0 ? ", nothing differs" : ", \(Wording.count(count, "difference"))")
    }

    static func estimate(_ row: Device) -> String {
        if let estimate = row.estimate { return "about \(Wording.span(estimate))" }
        return row.verdict == .no ? "–" : "by hand"
    }

    /// Of a fleet: a line for each platform.
    private func platformLines(_ paint: Paint) -> [String] {
        let groups = Dictionary(grouping: devices, by: \.platform).sorted { $0.key < $1.key }
        let rows = groups.map { platform, rows -> [String] in
            func count(_ verdict: Verdict) -> String { "\(rows.count { $0.verdict == verdict })" }
            let times = rows.map(\.milliseconds).sorted()
            return [
                platform, "\(rows.count)", count(.yes), count(.partly), count(.no),
                Wording.milliseconds(times[times.count / 2]),
                Wording.span(rows.compactMap(\.estimate).reduce(0, +)),
            ]
        }
        return table(
            ["platform", "devices", "yes", "partly", "no", "rehearsed in", "one after the other"], rows, paint
        ) { _ in nil }
    }

    private func stepLines(_ paint: Paint) -> [String] {
        let width = steps.map(\.name.count).max() ?? 0
        return steps.map { step in
            let mark = step.isGood ? paint(.green, "ok  ") : paint(.red, "FAIL")
            return
                "\(mark)  \(padded(step.name, to: width))  \(padded(Wording.milliseconds(step.milliseconds), to: 9))  "
                + printable(step.message)
        }
    }

    // MARK: Why not

    private func reasonLines(_ paint: Paint, _ width: Int?, _ all: Bool) -> [String] {
        let reasons = DrillReason.all(of: devices)
        guard !reasons.isEmpty else { return [] }
        var lines: [String] = []
        let shown = all ? reasons : Array(reasons.prefix(20))
        for reason in shown {
            lines.append("\(self.paint(reason.verdict, paint))  \(names(reason, all))")
            lines += Wording.wrapped(printable(reason.text), indent: 4, width: width)
        }
        if reasons.count > shown.count {
            lines.append(paint(.dim, "… and \(reasons.count - shown.count) more reasons: 'drill show \(id)' lists all"))
        }
        return lines + [""]
    }

    private func names(_ reason: DrillReason, _ all: Bool) -> String {
        let most = all ? reason.devices.count : 6
        let more = reason.devices.count > most ? " and \(reason.devices.count - most) more" : ""
        return reason.devices.prefix(most).map(\.text).joined(separator: ", ") + more
    }

    /// What lies outside of the configuration.
    private func gapLines(_ paint: Paint, _ width: Int?, _ all: Bool) -> [String] {
        let gaps = DrillReason.gaps(of: devices)
        guard !gaps.isEmpty else { return [] }
        var lines = [paint(.dim, "a replacement gets these by other means:")]
        for gap in all ? gaps : Array(gaps.prefix(10)) {
            lines += Wording.wrapped("\(names(gap, all)): \(printable(gap.text))", indent: 4, width: width)
        }
        return lines + [""]
    }

    private func summary(_ paint: Paint) -> [String] {
        var lines: [String] = []
        if kind == .own {
            lines.append(
                status == .clean
                    ? paint(.green, "everything came back")
                        + " in \(Wording.milliseconds(steps.reduce(0) { $0 + $1.milliseconds }))"
                    : paint(.red, "NOT everything came back") + ": see above")
        } else {
            lines.append(
                "\(Wording.count(totals.devices, "device")): \(paint(.green, "\(totals.yes) yes")), "
                    + "\(paint(.yellow, "\(totals.partly) partly")), \(paint(totals.no > 0 ? .red : .green, "\(totals.no) no"))"
                    + (totals.integrity > 0
                        ? ", " + paint(.red, "\(totals.integrity) damaged or not what was approved") : ""))
        }
        if kind == .rehearsal, totals.sequential > 0 {
            lines.append(
                "restoring takes about \(Wording.span(totals.sequential)) one after the other, \(Wording.span(totals.waves)) in waves"
                    + (totals.byHand > 0 ? "; \(totals.byHand) by hand come on top" : ""))
        } else if totals.byHand > 0, kind == .rehearsal {
            lines.append("\(Wording.count(totals.byHand, "device")) by hand: how long that takes nobody has measured")
        }
        if kind != .own {
            lines.append(
                kind == .lab
                    ? "done in \(Wording.seconds(seconds)), for real"
                    : "rehearsed in \(Wording.seconds(seconds)); no device was contacted"
            )
        }
        return lines
    }
}
