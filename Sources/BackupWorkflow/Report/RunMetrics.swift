import ConfigModel
import FoundationEssentials

/// A run in Prometheus' text format, for the textfile collector of its node exporter:
/// https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md
package struct RunMetrics: Sendable {
    private let report: RunReport

    package init(_ report: RunReport) { self.report = report }

    package var text: String {
        var lines: [String] = []
        func metric(_ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: String)]) {
            guard !samples.isEmpty else { return }
            lines.append("# HELP plumbline_\(name) \(help)")
            lines.append("# TYPE plumbline_\(name) gauge")
            for sample in samples {
                let labels = ([("workspace", report.workspace)] + sample.labels)
                    .map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
                lines.append("plumbline_\(name){\(labels)} \(sample.value)")
            }
        }
        func number(_ date: Date) -> String { "\(Int(date.timeIntervalSince1970))" }
        metric("run_started_timestamp_seconds", "When the last run began.", [([], number(report.started))])
        metric("run_finished_timestamp_seconds", "When the last run ended.", [([], number(report.finished))])
        metric(
            "run_exit_status", "What the last run ended with (see 'plumbline help run').",
            [([], "\(report.exit.rawValue)")])
        metric(
            "run_devices", "Devices of the last run, by outcome.",
            RunReport.Outcome.allCases.map { outcome in
                ([("outcome", outcome.rawValue)], "\(report.rows.count { $0.outcome == outcome })")
            })
        metric("devices_covered", "Devices that are to be backed up.", [([], "\(report.rows.count(where: \.isAsked))")])
        metric(
            "devices_stale", "Devices whose last good copy is older than its objective.",
            [([], "\(report.rows.count { $0.isAsked && !$0.isFresh })")])
        metric(
            "devices_quarantined", "Devices of which a capture waits in quarantine.",
            [([], "\(report.rows.count(where: \.isQuarantined))")])
        metric(
            "findings", "Findings, by class and severity.",
            Finding.Class.allCases.flatMap { kind in
                Finding.Severity.allCases.map { severity in
                    (
                        [("class", kind.rawValue), ("severity", severity.rawValue)],
                        "\(report.findings.count { $0.class == kind && $0.severity == severity })"
                    )
                }
            }.filter { $0.1 != "0" }.map { (labels: $0.0, value: $0.1) })
        metric(
            "hook_failures", "Hooks of the last run that failed.", [([], "\(report.hooks.count { $0.fault != nil })")])
        let asked = report.rows.filter(\.isAsked)
        metric(
            "device_last_good_timestamp_seconds", "When the device's last good copy was taken; 0 for never.",
            asked.map { ([("device", $0.device.text), ("group", $0.group)], $0.lastGood.map(number) ?? "0") })
        metric(
            "device_freshness_objective_seconds", "How old the device's last good copy may become.",
            asked.map { ([("device", $0.device.text), ("group", $0.group)], "\(Int($0.freshness))") })
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
