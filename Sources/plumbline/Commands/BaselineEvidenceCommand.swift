import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials

struct BaselineEvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Writes what the configurations prove, control by control and device by device.",
        discussion: """
            Holds the latest version of each device against the policies of Baselines/policies and of the packs that these use, such
            as owasp-smdds-2 (the device controls of the OWASP / CSA Secure Medical Device Deployment Standard 2.0). Each verdict is pass,
            fail, not assessable or waived, with the commit behind it. Contacts nothing. Exit status: 0 nothing fails, 1 something does.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, html, json, csv }

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Option(help: "text, html, json or csv.") var format: Format = .text
    @Option(help: "A bundled pack of policies that is looked at in any case.") var pack: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("Write it to a file.", valueName: "file")) var output: String?

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let store = try await workspace.storeForReading()
        let report = try await EvidenceReport(workspace, store, devices, pack: pack, now: Date())
        let text: String =
            switch format {
            case .json: String(decoding: try JSONOutput.bytes(report), as: UTF8.self)
            case .html: EvidencePage(report).html
            case .csv: String(decoding: Self.csv(report), as: UTF8.self)
            case .text:
                Self.text(report, output == nil ? Console.paint(workspace.settings.color) : Paint(isOn: false))
                    .map { $0 + "\n" }.joined()
            }
        if let output {
            try ReportFile.write(text, to: CommandContext.absolute(output))
            Console.complain("written to \(printable(output))")
        } else {
            Console.write(Array(text.utf8), to: 1)
        }
        throw ExitCode(report.count(.fail) > 0 || !report.faults.isEmpty ? 1 : 0)
    }

    private static func csv(_ report: EvidenceReport) -> [UInt8] {
        let rules = Dictionary(report.rules.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let devices = Dictionary(report.devices.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        let head = [
            "device", "platform", "control", "rule", "severity", "verdict", "details", "waiver", "version", "commit",
        ]
        return CSV.line(head)
            + report.results.flatMap { result in
                CSV.line([
                    result.device.text, devices[result.device]?.platform ?? "",
                    rules[result.rule]?.controls.joined(separator: " ") ?? "", result.rule,
                    rules[result.rule]?.severity.rawValue ?? "", result.verdict.rawValue,
                    result.details.joined(separator: "; "), result.waiver ?? "",
                    devices[result.device]?.version.map(String.init) ?? "", devices[result.device]?.commit ?? "",
                ])
            }
    }

    /// One line a rule, and under it the devices that fail.
    private static func text(_ report: EvidenceReport, _ paint: Paint) -> [String] {
        var lines: [String] = []
        let width = report.rules.map(\.title.count).max() ?? 0
        lines.append(paint(.dim, padded("rule", to: min(width, 60)) + "  pass  fail  waived  n/a"))
        for rule in report.rules {
            func count(_ verdict: EvidenceReport.Verdict) -> Int { report.count(rule.id, verdict) }
            let numbers = [
                padded("\(count(.pass))", to: 6),
                paint(count(.fail) > 0 ? .red : .green, padded("\(count(.fail))", to: 6)),
                padded("\(count(.waived))", to: 8), "\(count(.notAssessable))",
            ]
            lines.append(padded(String(rule.title.prefix(60)), to: min(width, 60)) + "  " + numbers.joined())
            let failing = report.results.filter { $0.rule == rule.id && $0.verdict == .fail }.map(\.device.text)
            if !failing.isEmpty {
                let more = failing.count > 6 ? " and \(failing.count - 6) more" : ""
                lines.append(paint(.dim, "    \(rule.id): ") + failing.prefix(6).joined(separator: ", ") + more)
            }
        }
        lines.append("")
        lines.append(
            "\(Wording.count(report.devices.count, "device")): \(report.count(.pass)) passed, \(report.count(.fail)) failed, "
                + "\(report.count(.waived)) waived, \(report.count(.notAssessable)) not assessable")
        for fault in report.faults { lines.append(paint(.red, "a rule cannot be read: ") + printable(fault)) }
        return lines
    }
}
