import ConfigModel

extension ReplacementReport {
    /// The report for people.
    package func text(paint: Paint, width: Int?) -> [String] {
        var lines = [paint(.bold, device.text) + "  " + headline(paint)]
        if let failure { lines += Wording.wrapped(printable(failure), indent: 2, width: width) }
        for comparison in differences { lines += told(comparison, paint, width) }
        if let interfaces { lines += told(interfaces, paint, width) }
        if let restorability { lines += told(restorability, paint, width) }
        lines += list("to know", notes, paint, width)
        lines += list("next", next, paint, width)
        return lines
    }

    private func headline(_ paint: Paint) -> String {
        switch outcome {
        case .replaced: paint(.green, "replaced") + (now.map { ": the new hardware is \($0.version)" } ?? "")
        case .keyRecorded: paint(.yellow, "the key is on record") + "; it was not logged in to"
        case .notCollected: paint(.red, "the key is on record, but the new hardware could not be collected")
        }
    }

    private func told(_ comparison: HardwareComparison, _ paint: Paint, _ width: Int?) -> [String] {
        let name = "other than \(comparison.version)\(comparison.isApproved ? ", approved" : "")"
        guard !comparison.differences.isEmpty else { return ["  " + paint(.dim, name) + "  nothing"] }
        var lines = ["  " + paint(.dim, name)]
        for difference in comparison.differences {
            let old = difference.old.isEmpty ? "unknown" : difference.old.joined(separator: ", ")
            let new = difference.new.isEmpty ? "unknown" : difference.new.joined(separator: ", ")
            lines += Wording.wrapped(
                printable("\(difference.field.rawValue): \(old), and now \(new)"), indent: 4, width: width)
        }
        return lines
    }

    private func told(_ interfaces: InterfaceComparison, _ paint: Paint, _ width: Int?) -> [String] {
        var lines = list(
            "in \(interfaces.version), and the new hardware does not show it", interfaces.missing, paint, width)
        if !interfaces.missing.isEmpty {
            lines += Wording.wrapped(
                "(logical ones, such as VLANs, come with the configuration; ports do not)", indent: 4, width: width)
        }
        return lines + list("shown besides", interfaces.besides, paint, width)
    }

    private func told(_ restorability: Restorability, _ paint: Paint, _ width: Int?) -> [String] {
        let version = approved?.version ?? "what was approved"
        var lines = ["  " + paint(.dim, "\(version) on it") + "  restorable: \(restorability.verdict.rawValue)"]
        for reason in restorability.reasons { lines += Wording.wrapped(printable(reason), indent: 4, width: width) }
        return lines
    }

    private func list(_ name: String, _ texts: [String], _ paint: Paint, _ width: Int?) -> [String] {
        guard !texts.isEmpty else { return [] }
        return ["  " + paint(.dim, name)] + texts.flatMap { Wording.wrapped(printable($0), indent: 4, width: width) }
    }
}
