import ConfigModel
import DeviceInventory
import Foundation
import SSHTransport
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// Runs of every mix of outcomes, on devices whose program prints what is to come of them.
@Suite("Exit status and reports agree", .serialized)
struct ReportTests {
    private static let config = "version 15.2\nhostname a\ninterface Gi0/1\n description ward\nend\n"

    private func hospital(_ ids: [String], onboarding: Bool = true, more: [String: String] = [:]) async throws
        -> TestHospital
    {
        let until = onboarding ? "onboarding: until 2099-01-01" : ""
        let hospital = try await TestHospital(
            [], settings: "timeout: 20s\n" + until, files: ["fetch": "#!/bin/sh\nexec cat texts/$PLUMBLINE_DEVICE\n"])
        let devices = ids.map { id in
            "  - { id: \(id), platform: cisco_ios, method: { command: [./fetch] }\(more[id].map { ", \($0)" } ?? "") }\n"
        }
        try hospital.folder.write("group: ward\ndevices:\n" + devices.joined(), to: "Inventory/groups/ward.yaml")
        for id in ids { try hospital.folder.write(Self.config, to: "texts/\(id)") }
        for path in ["", "/fetch"] { chmod(hospital.root + path, 0o755) }
        return hospital
    }

    /// What is to become of a device in the run that counts, after one that was good and approved.
    enum Fate: String, CaseIterable, Sendable {
        case unchanged, changed, missed, quarantined, stale, spare, uncovered, deferred

        var status: BackupWorkflow.ExitStatus {
            switch self {
            case .unchanged, .missed, .spare, .uncovered, .deferred: .clean
            case .changed: .drift
            case .quarantined, .stale: .stale
            }
        }

        var more: String {
            switch self {
            case .stale: "freshness: 1s, timeout: 1s"
            case .spare: "state: spare"
            default: ""
            }
        }
    }

    private func prepare(_ fates: [Fate]) async throws -> TestHospital {
        let hospital = try await hospital(fates.map(\.rawValue))
        _ = try await hospital.run()
        try await hospital.approveAll()
        var devices = ""
        for fate in fates {
            let method = fate == .uncovered ? "{ uncovered: \"no port\" }" : "{ command: [./fetch] }"
            let more = fate.more.isEmpty ? "" : ", \(fate.more)"
            devices += "  - { id: \(fate.rawValue), platform: cisco_ios, method: \(method)\(more) }\n"
            switch fate {
            case .changed: try hospital.folder.write(Self.config.replacing("ward", with: "x"), to: "texts/changed")
            case .missed, .stale: try FileManager.default.removeItem(atPath: hospital.root + "/texts/\(fate.rawValue)")
            case .quarantined: try hospital.folder.write("hostname a\n", to: "texts/quarantined")
            case .deferred:
                try hospital.folder.write(
                    "#!/bin/sh\n[ $PLUMBLINE_DEVICE != deferred ] || exit 75\n", to: "Hooks/before-collect.d/1")
                for path in ["Hooks", "Hooks/before-collect.d", "Hooks/before-collect.d/1"] {
                    chmod(hospital.root + "/" + path, 0o755)
                }
            case .unchanged, .spare, .uncovered: break
            }
        }
        try hospital.folder.write("group: ward\ndevices:\n" + devices, to: "Inventory/groups/ward.yaml")
        // The copy of the device with a freshness of a second becomes too old.
        if fates.contains(.stale) { try await Task.sleep(for: .milliseconds(1100)) }
        return hospital
    }

    @Test("every fate alone, every pair, and all together end with the worst of them, and every report says the same")
    func mixes() async throws {
        var mixes = Fate.allCases.map { [$0] } + [Fate.allCases]
        for (index, first) in Fate.allCases.enumerated() {
            mixes += Fate.allCases[(index + 1)...].map { [first, $0] }
        }
        for fates in mixes {
            let hospital = try await prepare(fates)
            let report = try await hospital.run()
            let wanted = fates.map(\.status).max() ?? .clean
            #expect(report.exit == wanted, "\(fates): \(report.rows)")
            #expect(try await hospital.status() == wanted, "\(fates)")
            let kept = try ReportArchive(state: hospital.root + "/var").report(nil)
            #expect(kept.exit == wanted && kept.findings == report.findings)
            #expect(kept.rows.map(\.outcome) == report.rows.map(\.outcome))
            #expect(report.rows.count == fates.count)
            let words = report.text(paint: Paint(isOn: false), listAll: true).joined(separator: "\n")
            let page = RunPage(report, changes: RunChanges()).html
            let metrics = RunMetrics(report).text
            #expect(metrics.contains("plumbline_run_exit_status{workspace=\"test\"} \(wanted.rawValue)\n"))
            for fate in fates {
                #expect(words.contains(fate.rawValue) && page.contains(fate.rawValue), "\(fate)")
            }
            let stale = report.rows.count { $0.isAsked && !$0.isFresh }
            #expect(metrics.contains("plumbline_devices_stale{workspace=\"test\"} \(stale)\n"))
            let event = HookEvent(finished: report, kept: "x")
            #expect(event.details.exit == Int(wanted.rawValue) && event.details.counts?["stale"] == stale)
        }
    }

    @Test("a page escapes what devices say, holds no script, and is whole")
    func page() async throws {
        let hospital = try await hospital(["a"])
        _ = try await hospital.run()
        try await hospital.approveAll()
        let hostile = "<script>alert(1)</script><img src=x onerror=\"x\">\u{202E}"
        try hospital.folder.write(Self.config.replacing("ward", with: hostile), to: "texts/a")
        let report = try await hospital.run()
        let workspace = try hospital.workspace()
        let changes = await RunChanges.read(
            of: report, workspace: workspace, store: try await workspace.storeForReading())
        #expect(changes.changes.count == 1)
        let page = RunPage(report, changes: changes).html
        #expect(
            !page.contains("<script") && !page.contains("<img") && !page.contains("\u{1B}")
                && !page.contains("\u{202E}"))
        #expect(page.contains("&lt;script&gt;alert(1)") && page.hasSuffix("</body></html>\n"))
        #expect(
            !page.contains("http://")
                || page.components(separatedBy: "http").count == page.components(separatedBy: "http://www.w3.org").count
        )
        let tidy = try ProcessOutput(
            [
                "python3", "-c",
                "import sys, html.parser\nclass P(html.parser.HTMLParser):\n    stack=[]\n    void={'meta','link','br','hr','img'}\n    def handle_startendtag(s,t,a): pass\n    def handle_starttag(s,t,a):\n        if t not in s.void: s.stack.append(t)\n    def handle_endtag(s,t):\n        assert s.stack.pop()==t,t\np=P(); p.feed(open(sys.argv[1]).read()); assert not p.stack, p.stack",
                hospital.root + "/page.html",
            ].map { word in
                if word.hasSuffix("/page.html") { try page.write(toFile: word, atomically: true, encoding: .utf8) }
                return word
            })
        #expect(tidy.status == 0, "\(tidy.text)")
    }

    @Test("a report about some devices says that it is nothing of the others, on the page and in the text")
    func partial() async throws {
        let hospital = try await hospital(["a", "b", "c"])
        _ = try await hospital.run()
        let workspace = try hospital.workspace()
        let stage = CollectionStage(
            connector: .shared, desk: LoginDesk(secrets: SecretResolver(environment: [:], root: hospital.root)),
            credentials: CredentialGuard())
        let report = try await RunWorkflow(workspace: workspace, collection: stage).run(
            RunWorkflow.Request(devices: [workspace.inventory.devices[0]], command: "run a"), stop: StopRequest(),
            progress: { _ in })
        #expect(report.isPartial && report.inventory == 3)
        let page = RunPage(report, changes: RunChanges()).html
        #expect(page.contains("1 of 3 devices") && page.contains("nothing of the others"))
        #expect(report.text(paint: Paint(isOn: false)).joined().contains("of 3"))
    }

    @Test("files are written whole or not at all; pipes and devices as they are, folders never")
    func files() throws {
        let folder = try TemporaryFolder()
        try ReportFile.write("one", to: folder.path + "/page.html")
        try ReportFile.write("two", to: folder.path + "/page.html")
        #expect(try folder.read("page.html") == "two")
        try ReportFile.write("x", to: "/dev/null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        for path in [folder.path, folder.path + "/none/x", "/dev/full"] {
            do throws(WorkflowError) {
                try ReportFile.write("x", to: path)
                Issue.record("\(path) was written")
            } catch {
                #expect(error.status == .output)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["page.html"])
    }

    @Test("metrics are what promtool would take: names, labels and values, one sample a line")
    func metrics() async throws {
        let hospital = try await hospital(["a", "b"], onboarding: false)
        let text = RunMetrics(try await hospital.run()).text
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(
                line.wholeMatch(of: /plumbline_[a-z_]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} -?[0-9]+(\.[0-9]+)?/)
                    != nil, "\(line)")
        }
        #expect(
            text.contains(
                "plumbline_device_last_good_timestamp_seconds{workspace=\"test\",device=\"a\",group=\"ward\"} "))
    }

    @Test("a report of long ago is asked for by its run; one that is not kept is a clear error")
    func archive() async throws {
        let hospital = try await hospital(["a"])
        let first = try await hospital.run()
        let second = try await hospital.run()
        let archive = ReportArchive(state: hospital.root + "/var")
        #expect(archive.runs().count == 2)
        #expect(try archive.report(first.run).rows.map(\.outcome) == [.new] && archive.report(nil).run == second.run)
        #expect(throws: WorkflowError.self) { try archive.report(RunID("20200101T000000Z-0000")!) }
        try Data("{".utf8).write(to: URL(filePath: archive.path(of: second.run)))
        #expect(throws: WorkflowError.self) { try archive.report(nil) }
        #expect(try await hospital.workspace().storeForReading().verify().faults == [])
    }
}
