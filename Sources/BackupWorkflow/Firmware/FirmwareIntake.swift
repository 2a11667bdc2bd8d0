package import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
import SnapshotStore
import SystemPackage

/// Takes images from files into the vault.
package struct FirmwareIntake: Sendable {
    package struct Request: Sendable {
        /// `-` for standard input.
        package var file: String
        /// A name or an alias.
        package var platform: String
        package var version: String
        /// Nil for the file's name.
        package var image: String?
        /// As the vendor published them.
        package var expected: [ImageDigest]
        package var note: String?
        package var by: String
        package var replaces: Bool

        package init(
            file: String, platform: String, version: String, image: String? = nil, expected: [ImageDigest] = [],
            note: String? = nil, by: String, replaces: Bool = false
        ) {
            self.file = file
            self.platform = platform
            self.version = version
            self.image = image
            self.expected = expected
            self.note = note
            self.by = by
            self.replaces = replaces
        }
    }

    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `integrity` when the bytes do not have a digest that was expected: nothing is stored then.
    package func add(
        _ request: Request, progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws(WorkflowError) -> KeptImage {
        let platform = try FirmwareName.platform(request.platform, in: workspace)
        let file = try ImageFile(request.file)
        guard let name = request.image ?? file.name else {
            throw .request("what comes on standard input has no name: say '--name IMAGE'")
        }
        let store = try await workspace.storeForWriting()
        let (image, record) = try await workspace.asking { () throws(StoreError) in
            let address = try ImageAddress(platform: platform.name, version: request.version, image: name)
            let intake = try await store.beginImage(expecting: file.size)
            try await intake.fill(from: file.descriptor, named: request.file) { bytes in
                progress(ImageProgress(image: name, bytes: bytes, total: file.size))
            }
            let image = try await intake.finish()
            let record = VaultRecord(
                image, at: address, from: .file(file.name ?? "-"), added: Date(), by: request.by,
                expected: request.expected, note: request.note)
            return (image, record)
        }
        try file.check(read: image.size)
        if let fault = FirmwareDigests.contradiction(image, request.expected) {
            throw .integrity(
                "\(request.file): \(fault), as was expected: it is another image, or was damaged on its way; nothing was "
                    + "stored")
        }
        try workspace.auditImage("firmware add", record, replacing: request.replaces)
        let addition = try await workspace.asking { () throws(StoreError) in
            try await store.keep(image, record, replacing: request.replaces)
        }
        return KeptImage(record, addition)
    }
}

enum FirmwareDigests {
    /// `its sha256 is 9f86…, and not 1234…`; nil when the bytes have every digest.
    static func contradiction(_ image: StagedImage, _ expected: [ImageDigest]) -> String? {
        guard let wrong = image.contradicted(expected).first else { return nil }
        let found = image.digest(wrong.algorithm)?.value ?? "unknown"
        return "its \(wrong.algorithm.rawValue) is \(found), and not \(wrong.value)"
    }
}

extension Workspace {
    /// Records that an image goes into the vault, before it does.
    func auditImage(_ action: String, _ record: VaultRecord, replacing: Bool) throws(WorkflowError) {
        var details = ["sha256": record.digest(.sha256)?.value ?? "", "size": "\(record.size)"]
        if case .device(let device, let path) = record.source {
            details["device"] = device.text
            details["path"] = path
        }
        if replacing { details["replace"] = "allowed" }
        try audit(action, subject: record.address.text, reason: record.note, details: details)
    }
}
