import ConfigModel
import FoundationEssentials

extension RestorePlan {
    /// The plan for people.
    /// - Parameter all: Every line; else long lists are cut, and say so.
    package func text(paint: Paint, width: Int?, all: Bool) -> [String] {
        var lines = [paint(.bold, "restore plan \(id)") + "  by \(printable(by)), \(Wording.minute(created))"]
        for entry in entries { lines += [""] + PlanText(entry: entry, paint: paint, width: width, all: all).lines }
        if !left.isEmpty { lines += ["", paint(.yellow, "left out of the plan")] }
        for one in left {
            lines += Wording.wrapped("\(one.device): \(printable(one.reason))", indent: 2, width: width)
        }
        return lines
    }
}

/// One device of a plan, for people.
private struct PlanText {
    let entry: RestorePlan.Entry
    let paint: Paint
    let width: Int?
    let all: Bool

    private static let most = 40

    var lines: [String] {
        var lines = [
            paint(.bold, entry.device.text) + "  \(entry.address), \(entry.platform), by \(method)"
        ]
        lines += field("to", target)
        lines += field(
            "from",
            entry.isOffline
                ? "the latest version, of \(Wording.minute(entry.beforeTaken)); the device was not asked"
                : "what the device had at \(Wording.minute(entry.beforeTaken))")
        lines += field("restorable", restorability)
        guard !entry.isNothing else { return lines + field("changes", "nothing: the device has the target already") }
        lines.append(heading("changes"))
        lines += cut(entry.differences.flatMap(change))
        if entry.isGuided {
            lines.append(heading("by hand"))
            lines += cut(steps)
        } else {
            lines.append(heading("is sent"))
            lines += cut(entry.actions.map { "    \(padded($0.step.rawValue, to: 13)) \(printable($0.text))" })
        }
        if !entry.rollback.isEmpty {
            lines.append(heading("undoes it"))
            lines += cut(entry.rollback.map { "    \(printable($0))" })
        }
        lines += list("cannot be put back", entry.unsupported, .yellow)
        lines += list("not in the configuration", entry.gaps, .dim)
        lines += list("to know", entry.notes, .dim)
        if !entry.cuts.isEmpty {
            lines.append(paint(.red, "  CUTS OUR OWN ACCESS"))
            lines += cut(entry.cuts.map { paint(.red, "    \($0.name): \(printable($0.line))") })
            let names = Set(entry.cuts.map(\.name)).sorted().map { "--override '\($0)'" }.joined(separator: " ")
            lines += field("", "it is refused as it stands; if that is meant, plan again with \(names)")
        }
        if !entry.overridden.isEmpty { lines += field("overridden", entry.overridden.joined(separator: ", ")) }
        if !entry.isGuided { lines += field("takes", "about \(Wording.seconds(Double(entry.estimate)))") }
        return lines
    }

    private var method: String {
        let word =
            switch entry.method {
            case .replace: "replacing the whole configuration"
            case .lines: "computed lines"
            case .files: "files"
            case .guided: "hand"
            }
        return "\(word) (\(entry.evidence.rawValue))"
    }

    private var target: String {
        var text = entry.target.name + (entry.target.isApproved ? ", approved" : ", not approved")
        if let taken = entry.target.taken { text += ", taken \(Wording.minute(taken))" }
        if let copied = entry.target.copied, copied != entry.target.taken {
            text += ", exact bytes read \(Wording.minute(copied))"
        }
        return text
    }

    private var restorability: String {
        let word = entry.restorability.verdict.rawValue
        let reasons = entry.restorability.reasons.joined(separator: "; ")
        return reasons.isEmpty ? word : "\(word): \(reasons)"
    }

    /// Lines that come with `+`, lines that go with `-`: as seen from the device.
    private func change(_ finding: Finding) -> [String] {
        let place = finding.path.isEmpty ? "" : printable(finding.path.joined(separator: " › "))
        var lines = place.isEmpty ? [] : ["    " + paint(.cyan, place)]
        let indent = place.isEmpty ? "    " : "      "
        lines += finding.extra.map { paint(.red, "\(indent)- \(printable($0))") }
        lines += finding.missing.map { paint(.green, "\(indent)+ \(printable($0))") }
        return finding.extra.isEmpty && finding.missing.isEmpty ? ["    \(printable(finding.summary))"] : lines
    }

    private var steps: [String] {
        let steps = entry.actions.map(\.text) + entry.notes
        return steps.enumerated().flatMap { number, text in
            Wording.wrapped("\(number + 1). \(printable(text))", indent: 4, width: width)
        }
    }

    private func heading(_ text: String) -> String { "  " + paint(.dim, text) }

    private func field(_ name: String, _ text: String) -> [String] {
        let wrapped = Wording.wrapped(printable(text), indent: 14, width: width)
        guard let first = wrapped.first else { return [] }
        return ["  " + paint(.dim, padded(name, to: 12)) + first.drop { $0 == " " }] + wrapped.dropFirst()
    }

    private func list(_ name: String, _ texts: [String], _ color: Paint.Colour) -> [String] {
        guard !texts.isEmpty else { return [] }
        return [heading(name)]
            + texts.flatMap { Wording.wrapped(printable($0), indent: 4, width: width) }.map { paint(color, $0) }
    }

    private func cut(_ lines: [String]) -> [String] {
        guard !all, lines.count > Self.most else { return lines }
        return lines.prefix(Self.most) + [
            paint(.dim, "    … and \(lines.count - Self.most) more ('restore show' lists all)")
        ]
    }
}
