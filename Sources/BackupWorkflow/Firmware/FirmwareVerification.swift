package import ConfigModel
package import SnapshotStore

/// Reads the whole vault again, and says which devices a damaged copy is of.
package struct FirmwareVerification: Sendable, Encodable {
    package struct Fault: Sendable, Encodable {
        package var kind: VaultFault.Kind
        /// In `store.git`.
        package var path: String
        package var platform: String?
        package var version: String?
        package var image: String?
        /// A copy that was replaced, which only history names.
        package var isFormer: Bool
        package var reason: String
        /// Those that run the image.
        package var devices: [DeviceID]
    }

    package var images: Int
    package var bytes: Int
    package var faults: [Fault]

    package var exit: ExitStatus { faults.isEmpty ? .clean : .integrity }

    package init(
        _ workspace: Workspace, _ store: SnapshotStore, _ filter: VaultFilter = .all,
        progress: @escaping @Sendable (VaultProgress) -> Void
    ) async throws(WorkflowError) {
        let check = try await workspace.asking { () throws(StoreError) in
            try await store.verifyVault(where: { $0.map(filter.fits) ?? filter.isEverything }, progress: progress)
        }
        images = check.images
        bytes = check.bytes
        if images == 0, check.faults.isEmpty, !filter.isEverything { throw filter.nothingFits() }
        faults = []
        guard !check.faults.isEmpty else { return }
        let fleet = try await FleetImages(workspace, store)
        let copies = try await workspace.asking { () throws(StoreError) in try await store.images() }
        faults = check.faults.map { fault in
            let copy = copies.first { $0.address == fault.address && !fault.isFormer }
            return Fault(fault, devices: copy.map { fleet.devices(running: $0) } ?? [])
        }
    }
}

extension FirmwareVerification.Fault {
    fileprivate init(_ fault: VaultFault, devices: [DeviceID]) {
        kind = fault.kind
        path = fault.path
        platform = fault.address?.platform
        version = fault.address?.version
        image = fault.address?.image
        isFormer = fault.isFormer
        reason = fault.reason
        self.devices = devices
    }
}
