import ConfigModel
import DeviceInventory
package import FoundationEssentials
import SnapshotStore

/// Which credentials there are, which of them are held back because they were refused, and letting them be tried again.
package struct CredentialReview: Sendable {
    package struct Row: Sendable, Hashable, Codable {
        package struct Refusal: Sendable, Hashable, Codable {
            /// The device's id or the jump host's name.
            package var host: String
            package var at: Date
        }

        package var credential: String
        package var user: String
        /// Where the secret is, such as `password env:SWITCH_PASSWORD`; never what it is.
        package var method: String
        package var hasEnable: Bool
        /// How many devices and jump hosts use it.
        package var hosts: Int
        /// Whether nobody is asked with it any more.
        package var isHeld: Bool
        /// Who refused what it is now, and has not accepted it since: they are not asked again with it.
        package var refusals: [Refusal]
    }

    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    /// By name.
    package func rows() async throws(WorkflowError) -> [Row] {
        let store = try await workspace.storeForReading()
        let refusals = try await workspace.asking { () throws(StoreError) in try await store.refusals() }
        let held = Set(CredentialHold.all(in: refusals).compactMap(\.first?.credential))
        let inventory = workspace.inventory
        return inventory.credentials.values.sorted { $0.name < $1.name }.map { credential in
            Row(
                credential: credential.name, user: credential.user, method: Self.words(credential.method),
                hasEnable: credential.enable != nil,
                hosts: inventory.devices.count { $0.method == .ssh && $0.credential == credential.name }
                    + inventory.jumps.values.count { $0.credential == credential.name },
                isHeld: held.contains(credential.name),
                refusals: refusals.filter { $0.credential == credential.name }.map {
                    Row.Refusal(host: $0.host, at: $0.time)
                })
        }
    }

    private static func words(_ method: Credential.Method) -> String {
        switch method {
        case .password(let reference): "password \(reference)"
        case .keyFile(let path, _): "key file:\(path)"
        case .agentKey(let fingerprint): "agent \(fingerprint)"
        }
    }

    /// Forgets who refused a credential, so that the next run tries it again: each such device once.
    /// - Returns: Who had refused it; empty when nobody had.
    package func release(_ name: String, reason: String?) async throws(WorkflowError) -> [Row.Refusal] {
        guard workspace.inventory.credentials[name] != nil else {
            throw .request("there is no credential '\(name)': 'plumbline credential list' shows them")
        }
        let store = try await workspace.storeForWriting()
        let refusals = try await workspace.asking { () throws(StoreError) in
            try await store.refusals().filter { $0.credential == name }
        }
        guard !refusals.isEmpty else { return [] }
        try workspace.audit(
            "credential release", subject: name, reason: reason,
            details: ["refused by": refusals.map(\.host).prefix(10).joined(separator: " ")])
        try await workspace.asking { () throws(StoreError) in try await store.forgetRefusals(of: name) }
        return refusals.map { Row.Refusal(host: $0.host, at: $0.time) }
    }
}
