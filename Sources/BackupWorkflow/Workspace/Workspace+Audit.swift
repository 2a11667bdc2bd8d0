import FoundationEssentials
import SnapshotStore

extension Workspace {
    /// Records a use of a key, a secret, an override or the right to write, in `var/audit.jsonl`. To be called before the
    /// deed. No secret goes into any of it.
    ///
    /// Whatever overrides a protection, shows a secret or takes a decision lets this error end the command: it must not
    /// happen unrecorded. A run asks `auditedOrNotice` instead. A command that only reads what is no secret records nothing.
    /// - Parameters:
    ///   - action: One or two words, such as `quarantine accept`.
    ///   - subject: What it is done to, such as a device's id; of a fleet what was typed, never one entry a device.
    ///   - reason: As the person gave it.
    ///   - details: Such as the names of the credentials; at most twenty.
    package func audit(
        _ action: String, subject: String, reason: String? = nil, details: [String: String] = [:]
    ) throws(WorkflowError) {
        do throws(StoreError) {
            try AuditLog(directory: state).append(action, subject: subject, reason: reason, details: details)
        } catch {
            throw .store(error)
        }
    }

    /// As `audit`, for what must go on even where it cannot be recorded: the night's copies are worth more than the line.
    /// - Returns: What everybody should then be told; nil when it is recorded.
    func auditedOrNotice(
        _ action: String, subject: String, reason: String? = nil, details: [String: String] = [:]
    ) -> String? {
        do throws(WorkflowError) {
            try audit(action, subject: subject, reason: reason, details: details)
            return nil
        } catch {
            return "NOT RECORDED in the audit log: \(action) \(subject): \(error)"
        }
    }
}

extension WorkspaceFolder {
    /// Records what others than the owner of `var/` may do as well, who cannot write to the log: that secrets are shown, of
    /// which they see none but of repositories in clear; that something was approved, for which the manifest stands.
    package func auditWhereOwner(
        _ action: String, subject: String, reason: String? = nil, details: [String: String] = [:]
    ) throws(WorkflowError) {
        do throws(StoreError) {
            guard try StateOwner.isThisProcess(of: state) else { return }
            try AuditLog(directory: state).append(action, subject: subject, reason: reason, details: details)
        } catch {
            throw .store(error)
        }
    }
}
