import ConfigModel
import FoundationEssentials
package import SnapshotStore

extension ApprovalWorkflow.Result {
    /// That versions were approved.
    package var event: HookEvent {
        var details = HookEvent.Details()
        details.devices = devices.map { "\($0.device)@\($0.version)" }
        if devices.count == 1, let only = devices.first {
            details.device = only.device.text
            (details.version, details.previous) = (only.version, only.previous)
        }
        details.message = "\(Wording.count(devices.count, "device")) approved by \(by): \(manifest)"
        details.report = manifest
        return HookEvent(.baselineApproved, at: Date(), details)
    }
}

extension HookEvent {
    /// That a run could not store what it had, or not read what is stored; nil for other errors.
    init?(_ error: WorkflowError) {
        guard case .store(let fault) = error, error.status == .integrity else { return nil }
        var details = Details()
        details.message = "\(fault)"
        self.init(.storeFault, at: Date(), details)
    }

    /// What `store verify` has found; nil where all is as it was stored.
    package init?(_ check: StoreCheck) {
        guard !check.faults.isEmpty else { return nil }
        var details = Details()
        details.counts = ["faults": check.faults.count]
        details.devices = check.faults.prefix(50).map(\.place)
        details.message =
            "\(Wording.count(check.faults.count, "fault")) in the store, the first at \(check.faults[0].place): "
            + check.faults[0].reason
        self.init(.storeFault, at: Date(), details)
    }
}
