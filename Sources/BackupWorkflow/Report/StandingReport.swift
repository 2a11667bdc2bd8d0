package import ConfigModel
package import FoundationEssentials

/// Where devices stand, for `status` and `drift`.
package struct StandingReport: Sendable, Hashable, Codable {
    package var workspace: String
    package var at: Date
    package var devices: [Standing]
    package var exit: ExitStatus

    package init(workspace: String, at: Date, devices: [Standing], exit: ExitStatus) {
        self.workspace = workspace
        self.at = at
        self.devices = devices
        self.exit = exit
    }
}

extension StandingReport {
    /// One line for each device.
    package func statusText(paint: Paint) -> [String] {
        let width = max(6, devices.map(\.device.text.count).max() ?? 0)
        let platform = max(8, devices.map(\.platform.count).max() ?? 0)
        var lines: [String] = []
        if !devices.isEmpty {
            let head =
                "\(padded("device", to: width))  \(padded("platform", to: platform))  \(padded("stands", to: 16))"
            lines.append(paint(.dim, head + "version  approved  last good copy"))
        }
        for standing in devices {
            let word = paint(standing.colour, padded(standing.word, to: 16))
            let version = padded(standing.version.map { "v\($0)" } ?? "–", to: 9)
            let approved = padded(standing.baseline.map { "v\($0.version)" } ?? "–", to: 10)
            let copy =
                standing.lastGood.map { "\(Wording.minute($0)) (\(Wording.age(at.timeIntervalSince($0))) ago)" } ?? "–"
            lines.append(
                "\(padded(standing.device.text, to: width))  \(padded(standing.platform, to: platform))  "
                    + "\(word)\(version)\(approved)\(copy)")
        }
        if !devices.isEmpty { lines.append("") }
        return lines + [coverage(paint)] + remarks(paint)
    }

    /// What one word in a table has no room for.
    private func remarks(_ paint: Paint) -> [String] {
        var lines: [String] = []
        func add(_ text: String, _ colour: Paint.Colour, _ which: (Standing) -> Bool) {
            let found = devices.filter { $0.isAsked && which($0) }.map(\.device.text)
            guard !found.isEmpty else { return }
            let names =
                found.prefix(5).joined(separator: ", ") + (found.count > 5 ? " and \(found.count - 5) more" : "")
            lines.append(paint(colour, "\(text): ") + names)
        }
        add("a capture waits in quarantine", .red) { $0.isQuarantined }
        add("secrets that only the net masks (uncovered-secret)", .yellow) { standing in
            standing.findings.contains { $0.class == .uncoveredSecret }
        }
        add("adopted on day one, unreviewed", .yellow) { $0.baseline?.isAdopted == true }
        add("findings waived for a time", .cyan) { !$0.waived.isEmpty }
        add("firmware whose digest is not assessable", .dim) { standing in
            standing.findings.contains { $0.class == .firmware && $0.severity == .notice }
        }
        add("imported, unproven: not collected by Plumbline yet", .yellow) { $0.imported != nil }
        add("patient data possible, only keyed digests are kept", .dim) { $0.mayHoldPatientData }
        add("could not be put back", .red) { $0.version != nil && $0.restorability.verdict == .no }
        add("could be put back partly, or by hand", .dim) { $0.version != nil && $0.restorability.verdict == .partly }
        return lines
    }

    private func coverage(_ paint: Paint) -> String {
        let covered = devices.count { $0.isAsked }
        var words: [(String, Int)] = []
        for standing in devices where standing.isAsked {
            if let index = words.firstIndex(where: { $0.0 == standing.word }) {
                words[index].1 += 1
            } else {
                words.append((standing.word, 1))
            }
        }
        let counts = words.map { "\($0.1) \($0.0)" }
        return ([paint(.bold, "\(covered) of \(Wording.count(devices.count, "device")) covered")] + counts)
            .joined(separator: " · ")
    }

    /// What differs, grouped by what changed: the same on many devices is told once. Then device by device what each has alone.
    /// - Parameters:
    ///   - each: Every finding under its device, ungrouped.
    ///   - width: Of the terminal; nil to leave long lines whole.
    package func driftText(paint: Paint, width: Int? = nil, each: Bool = false) -> [String] {
        var lines: [String] = []
        let groups = each ? [] : FindingGroup.shared(by: devices)
        let told = Set(groups.flatMap(\.ids))
        for group in groups {
            lines.append(
                paint(.bold, Wording.count(group.devices.count, "device"))
                    + paint(.dim, "  " + names(group.devices, width)))
            lines += text(of: group.finding, since: nil, mark(of: group), paint, width)
            lines.append("")
        }
        for standing in devices {
            let own = standing.findings.filter { !told.contains($0.id) }
            guard !own.isEmpty else { continue }
            lines.append(heading(standing, paint))
            for finding in own {
                lines += text(of: finding, since: standing.since[finding.id], standing.marks[finding.id], paint, width)
            }
            lines.append("")
        }
        lines += waivedText(paint, width)
        let clean = devices.count { $0.isAsked && $0.findings.isEmpty }
        let found = devices.reduce(0) { $0 + $1.findings.count }
        let drifted = devices.count { !$0.findings.isEmpty }
        let head = found == 0 ? paint(.green, "no drift") : paint(.bold, Wording.count(found, "finding"))
        let on = found == 0 ? "" : " on \(Wording.count(drifted, "device"))"
        let covered = "\(devices.count { $0.isAsked }) of \(Wording.count(devices.count, "device")) covered"
        let waived = devices.reduce(0) { $0 + $1.waived.count }
        let accepted = waived == 0 ? "" : " · \(waived) waived"
        return lines + ["\(head)\(on)\(accepted) · \(Wording.count(clean, "device")) clean · \(covered)"]
    }

    /// What does not count for now, by whom and until when.
    private func waivedText(_ paint: Paint, _ width: Int?) -> [String] {
        var groups: [String: [DeviceID]] = [:]
        for standing in devices {
            for waived in standing.waived {
                let what = waived.finding.rule ?? waived.finding.class.rawValue
                let why = waived.reason.map { ": \($0)" } ?? ""
                groups["waived until \(waived.until) by \(waived.by): \(what)\(why)", default: []].append(
                    standing.device)
            }
        }
        guard !groups.isEmpty else { return [] }
        return groups.sorted { $0.key < $1.key }.flatMap { words, names in
            Wording.wrapped("\(printable(words)) (\(self.names(names, width)))", indent: 2, width: width)
                .map { paint(.dim, $0) }
        } + [""]
    }

    /// What was said of all of a group alike.
    private func mark(of group: FindingGroup) -> Standing.Mark? {
        let ids = Set(group.ids)
        let marks = devices.flatMap { standing in standing.marks.filter { ids.contains($0.key) }.values }
        guard let first = marks.first, marks.count == group.ids.count, marks.allSatisfy({ $0 == first }) else {
            return nil
        }
        return first
    }

    /// As many names as fit on a line, and how many there are beside them.
    private func names(_ devices: [DeviceID], _ width: Int?) -> String {
        var text = ""
        let room = (width ?? 120) - 34
        for (index, device) in devices.enumerated() {
            let next = (index == 0 ? "" : ", ") + device.text
            guard text.count + next.count <= room || index == 0 else {
                return "\(text) and \(devices.count - index) more (--each tells all)"
            }
            text += next
        }
        return text
    }

    private func heading(_ standing: Standing, _ paint: Paint) -> String {
        let approved =
            standing.baseline.map { baseline in
                let people = ([baseline.by] + baseline.others).map { printable($0) }.joined(separator: " and ")
                return "\(baseline.isAdopted ? "adopted unreviewed" : "approved") v\(baseline.version) by \(people) on "
                    + Wording.time(baseline.at).prefix(10) + (baseline.isSigned ? "" : ", unsigned")
            } ?? (standing.half == nil ? "never approved" : "half-approved")
        let now = standing.version.map { "now v\($0)" } ?? "never collected"
        let digests = standing.mayHoldPatientData ? " · \(PatientData.remark)" : ""
        return paint(.bold, standing.device.text)
            + paint(.dim, "  \(standing.group) · \(approved) · \(now)\(digests)")
    }

    private func text(
        of finding: Finding, since: Date?, _ mark: Standing.Mark?, _ paint: Paint, _ width: Int?
    ) -> [String] {
        let severity = paint(finding.severity.colour, padded(finding.severity.rawValue, to: 9))
        let place = ([finding.artifact?.text] + finding.path).compactMap { $0.map { printable($0) } }
            .joined(separator: " › ")
        let head = "  \(severity) \(padded(finding.class.rawValue, to: 10)) "
        var lines: [String] = []
        let summary = Wording.wrapped(printable(finding.summary), indent: place.isEmpty ? 23 : 6, width: width)
        if place.isEmpty {
            lines = [head + (summary.first?.drop { $0 == " " } ?? "")] + summary.dropFirst()
        } else {
            lines = [head + paint(.cyan, place)]
            // Lines speak for themselves.
            let needsWords =
                finding.class != .config || finding.rule != nil || finding.missing.isEmpty && finding.extra.isEmpty
            if needsWords { lines += summary.map { paint(.dim, $0) } }
        }
        lines += finding.missing.map { paint(.red, "      - " + printable($0)) }
        lines += finding.extra.map { paint(.green, "      + " + printable($0)) }
        if let mark {
            lines += Wording.wrapped(printable(mark.words), indent: 6, width: width).map { paint(.cyan, $0) }
        }
        // A finding of this very night needs no date.
        if let since, at.timeIntervalSince(since) > 86_400 {
            lines.append(
                paint(
                    .dim, "      since \(Wording.time(since).prefix(10)), \(Wording.age(at.timeIntervalSince(since)))"))
        }
        return lines
    }
}

extension Standing.Mark {
    /// In one sentence.
    package var words: String {
        let when = at.map { " on \(Wording.time($0).prefix(10))" } ?? ""
        let why = reason.map { ": \($0)" } ?? ""
        let place = ticket.map { " (\($0))" } ?? ""
        return switch kind {
        case .rejected: "rejected by \(by)\(when)\(place)\(why)"
        case .acknowledged: "acknowledged by \(by)\(when)\(place)\(until.map { ", until \($0)" } ?? "")\(why)"
        case .waived: "the waiver of \(by) has expired\(until.map { ": it held until \($0)" } ?? "")\(place)"
        }
    }
}

extension Standing {
    fileprivate var colour: Paint.Colour {
        switch word {
        case "clean": .green
        case "unbaselined", "drift", "missed": .yellow
        case "spare", "repair", "retired", "uncovered": .dim
        default: .red
        }
    }
}

extension Finding.Severity {
    package var colour: Paint.Colour {
        switch self {
        case .notice: .dim
        case .warning: .yellow
        case .major, .critical: .red
        }
    }
}
