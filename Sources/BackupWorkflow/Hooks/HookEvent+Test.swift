package import ConfigModel
import FoundationEssentials

extension HookEvent {
    /// An invented event, to try hooks with: it says so, and has something in every field that the real one has.
    package init(testing kind: Kind, device: Device?, state: String) {
        var details = device.map { Details($0) } ?? Details()
        if device == nil { details.device = "test-device" }
        let run = ReportArchive(state: state).runs().first
        details.run = run?.text ?? "20261123T021500Z-0000"
        details.report = run.map { ReportArchive(state: state).path(of: $0) }
        details.message = "a test of the hooks of \(kind.rawValue): nothing has happened"
        switch kind {
        case .runFinished:
            let run = details.run
            let report = details.report
            let message = details.message
            details = Details()
            (details.run, details.report, details.message) = (run, report, message)
            details.exit = 0
            details.counts = ["devices": 1, "unchanged": 1]
        case .configChanged:
            (details.version, details.previous, details.outcome) = (2, 1, "changed")
        case .credentialHeld:
            details.credential = "test-credential"
            details.devices = [details.device ?? "test-device"]
            details.device = nil
        default: break
        }
        self.init(kind, at: Date(), details)
        isTest = true
    }
}
