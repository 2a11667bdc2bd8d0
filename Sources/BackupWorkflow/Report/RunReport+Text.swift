import ConfigModel
import FoundationEssentials

extension RunReport {
    /// The report as a terminal shows it. Of a large fleet, rows that say nothing new are counted and not listed.
    /// - Parameters:
    ///   - listAll: Also devices without change, however many there are.
    ///   - width: Of the terminal; nil to leave long lines whole.
    package func text(paint: Paint, listAll: Bool = false, width: Int? = nil) -> [String] {
        var lines: [String] = []
        let shown = rows.filter { listAll || !$0.isUsual(amongMany: rows.count > 25) }
        let names = shown.map(\.device.text.count).max() ?? 0
        // What many devices have in common is said a few times only.
        var told: [String: (first: DeviceID, times: Int)] = [:]
        for row in shown {
            var row = row
            if !listAll, let message = row.message {
                let key = message.split(separator: ":", maxSplits: 1).last.map(String.init) ?? message
                let words = key.replacing(row.device.text, with: "")
                let known = told[words, default: (row.device, 0)]
                told[words] = (known.first, known.times + 1)
                if known.times >= 3 { row.message = "as \(known.first)" }
            }
            lines += text(of: row, names: names, paint: paint, width: width)
        }
        let hidden = rows.filter { row in !listAll && row.isUsual(amongMany: rows.count > 25) }
        if !hidden.isEmpty {
            lines.append(paint(.dim, "  … and \(Wording.count(hidden.count, "device")) with nothing new"))
            lines += Self.commonNotes(of: hidden, paint: paint, width: width)
        }
        if !rows.isEmpty { lines.append("") }
        lines.append(summary(paint))
        lines.append(stored)
        lines += standingLines(paint)
        for hook in hooks where hook.fault != nil {
            let subject = hook.subject.map { " for \($0)" } ?? ""
            lines.append(
                paint(.yellow, "hook: ") + printable("\(hook.event).d/\(hook.hook)\(subject): \(hook.fault ?? "")"))
        }
        lines += notices.map { paint(.yellow, "notice: ") + printable($0) }
        return lines
    }

    /// What is remarked of devices that are not listed, each remark once.
    private static func commonNotes(of rows: [Row], paint: Paint, width: Int?) -> [String] {
        var counts: [String: Int] = [:]
        for row in rows {
            for note in Set(row.notes) { counts[note.replacing(row.device.text, with: "DEVICE"), default: 0] += 1 }
        }
        let sorted = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        let lines = sorted.prefix(5).flatMap { note, count in
            Wording.wrapped("\(Wording.count(count, "device")): \(printable(note))", indent: 6, width: width)
        }
        let rest = sorted.count - 5
        return (lines + (rest > 0 ? ["      … and \(Wording.count(rest, "other remark")): --list shows them"] : []))
            .map { paint(.dim, $0) }
    }

    private func text(of row: Row, names: Int, paint: Paint, width: Int?) -> [String] {
        let word = paint(row.outcome.colour, padded(row.outcome.rawValue, to: 14))
        let version = padded(row.version.map { "v\($0)" } ?? "–", to: 5)
        let time = row.outcome.isGood ? Wording.seconds(row.seconds) : ""
        let isAsked = row.outcome != .uncovered && row.outcome != .inactive
        let stale = row.isFresh || !isAsked ? "" : paint(.red, row.lastGood == nil ? "  never collected" : "  stale")
        let waiting = row.isQuarantined && row.outcome != .quarantined ? paint(.red, "  quarantined") : ""
        var lines = [
            "  \(padded(row.device.text, to: names))  \(word)\(version)\(time)\(stale)\(waiting)".trimmedRight
        ]
        if let message = row.message { lines += Wording.wrapped(printable(message), indent: 6, width: width) }
        lines += row.notes.flatMap { Wording.wrapped("note: " + printable($0), indent: 6, width: width) }
            .map { paint(.dim, $0) }
        return lines
    }

    /// The run in one line.
    package var headline: String { "\(summary(Paint(isOn: false))); exit \(exit.rawValue)" }

    private func summary(_ paint: Paint) -> String {
        let counts = Outcome.allCases.compactMap { outcome -> String? in
            let number = rows.count { $0.outcome == outcome }
            return number == 0 ? nil : paint(outcome.colour, "\(number) \(outcome.rawValue)")
        }
        let span = Wording.seconds(finished.timeIntervalSince(started))
        let head = paint(.bold, Wording.count(rows.count, "device")) + " in \(span)"
        let scope = isPartial ? [paint(.dim, "of \(inventory)")] : []
        return ([head] + scope + counts).joined(separator: " · ")
            + (wasStopped ? paint(.yellow, " · stopped early") : "")
    }

    private var stored: String {
        let copies = renewed == 0 ? "" : "; exact bytes of \(Wording.count(renewed, "device")) kept anew"
        guard let commit else { return "run \(run): nothing new to store" + copies }
        return "run \(run): stored as \(commit.prefix(12))" + copies
    }

    private func standingLines(_ paint: Paint) -> [String] {
        let drifted = Set(findings.filter(\.isDrift).map(\.device)).count
        let broken = Set(findings.filter { $0.class == .integrity }.map(\.device)).count
        let unbaselined = findings.count { $0.class == .baseline && $0.severity == .notice && $0.rule == nil }
        var lines: [String] = []
        if broken > 0 {
            lines.append(paint(.red, "integrity: an approval does not hold for \(Wording.count(broken, "device"))"))
        }
        if drifted > 0 {
            lines.append(
                paint(.yellow, "drift: \(Wording.count(findings.count(where: \.isDrift), "finding")) on ")
                    + paint(.yellow, Wording.count(drifted, "device")) + "; 'plumbline drift' shows them")
        }
        let quarantined = rows.count(where: \.isQuarantined)
        if quarantined > 0 {
            lines.append(
                paint(.red, "quarantine: \(Wording.count(quarantined, "device"))")
                    + "; 'plumbline quarantine list' shows them")
        }
        let uncovered = Set(findings.filter { $0.class == .uncoveredSecret }.map(\.device)).count
        if uncovered > 0 {
            lines.append(
                paint(.yellow, "uncovered-secret: on \(Wording.count(uncovered, "device"))")
                    + "; masked by the net alone, add rules to the platform")
        }
        if unbaselined > 0 {
            lines.append(
                "unbaselined: \(Wording.count(unbaselined, "device")) never approved; 'plumbline approve' does it")
        }
        return lines
    }
}

extension RunReport.Row {
    /// Whether nobody needs to see it.
    fileprivate func isUsual(amongMany isLarge: Bool) -> Bool {
        guard isFresh, !isQuarantined else { return false }
        return (outcome == .notDue && notes.isEmpty) || (isLarge && (outcome == .unchanged || outcome == .notDue))
    }
}

extension RunReport.Outcome {
    var colour: Paint.Colour {
        switch self {
        case .new, .changed: .cyan
        case .unchanged: .green
        case .quarantined, .failed, .busy, .notAttempted: .red
        case .spared, .deferred: .yellow
        case .uncovered, .inactive, .manual, .notDue: .dim
        }
    }
}

extension String {
    var trimmedRight: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
