import ConfigModel
import FoundationEssentials
import Testing

@testable import BackupWorkflow

@Suite("Exit status and words")
struct StandingTests {
    private func standing(
        findings: [Finding.Class] = [], fresh: Bool = true, outcome: RunReport.Outcome = .unchanged,
        state: Device.State = .active
    ) -> Standing {
        let id = DeviceID("sw-1")!
        let waiting = Standing.Quarantined(run: RunID("run-1")!, taken: Date(), reasons: ["cut short"])
        return Standing(
            device: id, group: "icu", platform: "cisco_ios", state: state, version: 1, lastGood: Date(),
            freshness: 3600, isFresh: fresh,
            lastAttempt: Standing.Attempt(at: Date(), outcome: outcome, message: nil, failure: nil),
            quarantine: outcome == .quarantined ? waiting : nil,
            findings: findings.map { Finding(device: id, class: $0, severity: .warning, summary: "x") })
    }

    @Test(
        "every mix of outcomes ends with the worst",
        arguments: [
            ([[]], BackupWorkflow.ExitStatus.clean), ([[.config]], .drift), ([[.secret], []], .drift),
            ([[.order]], .drift),
            ([[.firmware]], .drift), ([[.hostkey]], .drift), ([[.transport]], .drift), ([[.uncoveredSecret]], .drift),
            ([[.baseline]], .drift), ([[.capture]], .clean), ([[.config], [.integrity]], .integrity),
        ] as [([[Finding.Class]], BackupWorkflow.ExitStatus)])
    func mixes(findings: [[Finding.Class]], expected: BackupWorkflow.ExitStatus) {
        let standings = findings.map { standing(findings: $0) }
        #expect(BackupWorkflow.ExitStatus.of(standings, failOn: .any, onboarding: false) == expected)
    }

    @Test("stale and quarantined are 2, also beside drift and with --fail-on never")
    func stale() {
        for device in [
            standing(findings: [.config], fresh: false), standing(findings: [.config], outcome: .quarantined),
        ] {
            #expect(BackupWorkflow.ExitStatus.of([device], failOn: .any, onboarding: false) == .stale)
            #expect(BackupWorkflow.ExitStatus.of([device], failOn: .never, onboarding: false) == .stale)
        }
    }

    @Test("--fail-on never lets drift pass, and onboarding lets a missing baseline pass, but nothing else")
    func narrowed() {
        #expect(
            BackupWorkflow.ExitStatus.of([standing(findings: [.config])], failOn: .never, onboarding: false) == .clean)
        #expect(
            BackupWorkflow.ExitStatus.of([standing(findings: [.baseline])], failOn: .any, onboarding: true) == .clean)
        #expect(
            BackupWorkflow.ExitStatus.of([standing(findings: [.baseline, .config])], failOn: .any, onboarding: true)
                == .drift)
        #expect(
            BackupWorkflow.ExitStatus.of([standing(findings: [.integrity])], failOn: .never, onboarding: true)
                == .integrity)
    }

    @Test("a miss while the last good copy is fresh is a row and no 2")
    func freshMiss() {
        let missed = standing(findings: [.capture], outcome: .failed)
        #expect(BackupWorkflow.ExitStatus.of([missed], failOn: .any, onboarding: false) == .clean)
    }

    @Test("devices out of service do not count")
    func inactive() {
        let retired = standing(findings: [.config], fresh: false, state: .retired)
        #expect(BackupWorkflow.ExitStatus.of([retired], failOn: .any, onboarding: false) == .clean)
        #expect(retired.word == "retired")
    }

    @Test("control characters from devices become their escaped code points")
    func harmless() {
        #expect(printable("a\u{1B}[2Jb\u{7}\u{202E}c\td\n") == "a\\u{1b}[2Jb\\u{7}\\u{202e}c\td\\u{a}")
        #expect(printable("Büro 3") == "Büro 3")
        #expect(printable("a\nb", keepingLines: true) == "a\nb")
    }

    @Test("a missed collection shows in a word, though the last good copy is fresh")
    func missedWord() {
        #expect(standing(findings: [.capture], outcome: .failed).word == "missed")
        #expect(standing(findings: [.config, .capture], outcome: .failed).word == "drift")
        #expect(standing().word == "unbaselined")
    }

    @Test("long texts are broken at spaces for a terminal, and left whole elsewhere")
    func wrapping() {
        let text = "one two three four five six seven eight nine ten eleven twelve"
        #expect(Wording.wrapped(text, indent: 2, width: nil) == ["  " + text])
        let lines = Wording.wrapped(text, indent: 2, width: 30)
        #expect(lines.allSatisfy { $0.count <= 30 && $0.hasPrefix("  ") })
        #expect(lines.map { $0.dropFirst(2) }.joined(separator: " ") == text)
        let long = String(repeating: "x", count: 50)
        #expect(Wording.wrapped(long, indent: 2, width: 30) == ["  " + long])
    }
}
