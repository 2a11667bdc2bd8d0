import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials

/// A run's report as a message to the owner of some of its devices, for `sendmail -t`: only when something is to be said, with
/// paths and counts, and texts only where they were asked for.
package struct RunMail: Sendable {
    private let report: RunReport
    private let owner: String
    private let devices: Set<DeviceID>

    /// - Parameter owner: As the inventory has it: an address, or a name that the local mail system knows.
    package init(_ report: RunReport, owner: String, devices: [Device]) {
        self.report = report
        self.owner = owner
        self.devices = Set(devices.filter { $0.owner == owner }.map(\.id))
    }

    /// Who owns devices of a report.
    package static func owners(of devices: [Device]) -> [String] { Set(devices.compactMap(\.owner)).sorted() }

    private var rows: [RunReport.Row] {
        report.rows.filter { row in
            guard devices.contains(row.device) else { return false }
            return row.outcome.isMiss || row.isQuarantined || (row.isAsked && !row.isFresh) || row.outcome == .changed
        }
    }

    private var findings: [Finding] {
        report.findings.filter { devices.contains($0.device) && $0.isWorthTelling }
    }

    /// Whether there is anything that the owner should know.
    package var isWorthSending: Bool { !rows.isEmpty || !findings.isEmpty }

    /// A message of RFC 5322, with line ends as `sendmail` wants them.
    /// - Parameters:
    ///   - changes: What changed, where texts were asked for.
    ///   - from: The sender; nil to leave it to the mail system.
    package func message(changes: RunChanges? = nil, from: String? = nil) -> String {
        let missed = rows.count(where: \.outcome.isMiss)
        let changed = rows.count { $0.outcome == .changed }
        let drift = Set(findings.filter(\.isDrift).map(\.device)).count
        let counts = [(drift, "drifted"), (missed, "missed"), (changed, "changed")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)" }
        var lines = [
            "To: \(Self.header(owner))",
            "Subject: \(Self.header("[plumbline \(report.workspace)] \(counts.isEmpty ? "findings" : counts.joined(separator: ", "))"))",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ]
        if let from { lines.insert("From: \(Self.header(from))", at: 0) }
        lines += ["", "Run \(report.run) of \(report.workspace), \(Wording.minute(report.finished)) UTC", ""]
        for row in rows {
            lines.append(
                "\(row.device)  \(row.outcome.rawValue)\(row.isFresh || !row.isAsked ? "" : ", stale")\(row.version.map { ", v\($0)" } ?? "")"
            )
            if let message = row.message, row.outcome != .changed {
                lines += Wording.wrapped(printable(message), indent: 4, width: 76)
            }
        }
        if !findings.isEmpty { lines += ["", "Findings:"] }
        for finding in findings {
            let place = ([finding.artifact?.text] + finding.path).compactMap { $0.map { printable($0) } }.joined(
                separator: " > ")
            let size =
                finding.missing.isEmpty && finding.extra.isEmpty
                ? "" : "  (-\(finding.missing.count) +\(finding.extra.count))"
            lines.append("\(finding.device)  \(finding.severity.rawValue) \(finding.class.rawValue)  \(place)\(size)")
            if place.isEmpty || finding.class != .config {
                lines += Wording.wrapped(printable(finding.summary), indent: 4, width: 76)
            }
        }
        if let changes { lines += Self.texts(changes.changes.filter { devices.contains($0.device) }) }
        lines += ["", "'plumbline drift' and 'plumbline report' show the rest.", ""]
        return lines.joined(separator: "\n")
    }

    private static func texts(_ changes: [RunChanges.Change]) -> [String] {
        var lines: [String] = []
        for change in changes {
            for artifact in change.artifacts {
                lines += [
                    "", "--- \(change.old ?? "nothing")  \(artifact.artifact)",
                    "+++ \(change.new)  \(artifact.artifact)",
                ]
                if artifact.isDigestOnly {
                    lines.append("# \(PatientData.remark)")
                    continue
                }
                for hunk in artifact.hunks.prefix(50) {
                    lines.append(
                        "@@ -\(hunk.oldStart),\(hunk.oldCount) +\(hunk.newStart),\(hunk.newCount) @@ \(hunk.section.map { printable($0) }.joined(separator: " > "))"
                    )
                    lines += hunk.lines.map { line in
                        let mark = line.kind == .added ? "+" : line.kind == .removed ? "-" : " "
                        return mark + String(printable(line.text).prefix(900))
                    }
                }
            }
        }
        return lines
    }

    /// A header on one line: no text can add another. What is not ASCII is encoded as RFC 2047 has it.
    private static func header(_ text: String) -> String {
        let clean = String(printable(text).prefix(200))
        guard clean.utf8.contains(where: { $0 > 0x7E }) else { return clean }
        return "=?utf-8?B?\(Data(clean.utf8).base64EncodedString())?="
    }
}
