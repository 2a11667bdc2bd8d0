import FoundationEssentials

extension HistoryImportReport {
    private static let mostUnmatchedShown = 50

    /// For people: what was imported of each device, what is to be known of it, what was left out and why.
    package func text() -> [String] {
        var lines: [String] = []
        for row in devices {
            lines.append(summary(of: row))
            lines += remarks(on: row).map { "  \(printable($0))" }
        }
        if !unmatched.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines.append(
                "\(Wording.count(unmatched.count + moreUnmatched, "file")) of devices that the inventory does not have "
                    + "(add the device, as 'state: retired' if it is gone, or say --map NAME=DEVICE):")
            for file in unmatched.prefix(Self.mostUnmatchedShown) {
                lines.append("  \(printable(file.path))  \(Wording.count(file.changes, "change"))")
            }
            let more = unmatched.count + moreUnmatched - Self.mostUnmatchedShown
            if more > 0 { lines.append("  and \(more) more; --format json lists them") }
        }
        if otherFiles > 0 {
            lines.append("\(Wording.count(otherFiles, "file")) passed over: no configurations of devices")
        }
        let word = isDryRun ? "would be imported" : "imported"
        let changed = devices.count { $0.versions > 0 }
        lines.append(
            "\(Wording.count(versions, "version")) of \(Wording.count(changed, "device")) \(word) from "
                + "\(Wording.count(commits, "commit")) of \(tool.rawValue)"
                + (versions > 0 ? "; unproven until the first run has collected them" : ""))
        return lines
    }

    private func summary(of row: Row) -> String {
        guard row.versions > 0 else { return "\(row.device)  nothing new" }
        let days = [row.first, row.last].compactMap { $0.map { Wording.time($0).prefix(10) } }
        let span = days.count == 2 && days[0] != days[1] ? "\(days[0]) to \(days[1])" : days.first.map { "\($0)" } ?? ""
        return "\(row.device)  \(Wording.count(row.versions, "version"))  \(span)  \(printable(row.path))"
    }

    private func remarks(on row: Row) -> [String] {
        var remarks: [String] = []
        if let refused = row.refused { remarks.append("not imported: \(refused)") }
        if row.withoutSecrets > 0 {
            remarks.append(
                "partly: secrets were removed by \(tool.rawValue) from \(Wording.count(row.withoutSecrets, "version"))")
        }
        if row.doubtful > 0 {
            remarks.append(
                "\(Wording.count(row.doubtful, "version")) may be incomplete" + (row.doubt.map { ": \($0)" } ?? ""))
        }
        if row.uncovered > 0 {
            remarks.append("\(Wording.count(row.uncovered, "line")) masked that no rule covers (uncovered-secret)")
        }
        return remarks + row.notes
    }
}
