import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Gathers what a kit holds, device by device, and sends it into the archive: no more than one device's texts are in memory.
struct KitGathering {
    private let workspace: Workspace
    private let store: SnapshotStore
    private let targets: RestoreTargets
    private let request: BundleCreation.Request
    private let created: Date
    private let images: [VaultImage]
    private let firmwareRules: [FirmwareBaseline]
    private let now: [DeviceID: Facts]

    private(set) var devices: [KitDevice] = []
    private(set) var missing: [KitManifest.Missing] = []
    /// Of them, those of which something does not hold.
    private(set) var faults: [String] = []
    /// Images that are needed and fit, by their addresses; false for one that is damaged.
    private var vault: [ImageAddress: Bool] = [:]

    init(
        _ workspace: Workspace, _ store: SnapshotStore, _ request: BundleCreation.Request, at created: Date
    ) async throws(WorkflowError) {
        self.workspace = workspace
        self.store = store
        self.request = request
        self.created = created
        targets = try await RestoreTargets(workspace, store)
        (images, now) = try await workspace.asking { () throws(StoreError) in
            (try await store.images(), try await store.latestFacts())
        }
        firmwareRules = BaselineRules(workspace).firmware
    }

    // MARK: Devices

    /// Adds one device, or notes why it cannot be in it.
    mutating func add(
        _ place: RestoreSequence.Place, number: Int, of count: Int, to archive: inout KitArchive
    ) async throws {
        do {
            let (device, contents) = try await take(place, number: number, of: count)
            for (path, bytes) in contents {
                try await archive.add(bytes, at: path, modified: device.target.copied ?? created)
            }
            devices.append(device)
        } catch let error as WorkflowError {
            if error.endsKit { throw error }
            let reason = Self.oneLine(error.description)
            missing.append(KitManifest.Missing(device: place.device.id, reason: reason))
            if error.status == .integrity { faults.append("\(place.device.id): \(reason)") }
        }
    }

    private func take(
        _ place: RestoreSequence.Place, number: Int, of count: Int
    ) async throws(WorkflowError) -> (KitDevice, [(path: String, bytes: [UInt8])]) {
        let device = place.device
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .request("there is no platform '\(device.platform)'")
        }
        let rules: DeviceIntake.Rules
        do { rules = try DeviceIntake.Rules(platform) } catch { throw .rules("\(error)") }
        let approval = try approval(of: device)
        let (version, facts, hasBytes) = try await workspace.asking { () throws(StoreError) in
            let version = try await store.resolve(
                approval?.entry.device ?? device.id, approval.map { .number($0.entry.version) } ?? .latest)
            return (
                version, try await store.factsText(of: version),
                try await !store.collectedReferences(of: version).isEmpty
            )
        }
        guard hasBytes else {
            throw .device(
                "there are no exact bytes of \(device.id)@\(version.number): it was imported, or kept as digests alone")
        }
        let target = try await targets.target(
            of: device, approval == nil ? .version(.number(version.number)) : .approved, by: rules)
        // By hand anything may be of use; else what a restore would send, as it would.
        let texts = platform.restore?.method == .guided ? target.collected : try RestoreTexts.of(target, platform).files
        let folder = KitPath.folder(of: device.id, number: number, of: count)
        var files: [KitDevice.File] = []
        var contents: [(path: String, bytes: [UInt8])] = []
        for (name, bytes) in target.collected.sorted(by: { $0.key < $1.key }) {
            let text = texts[name]
            let path = folder + (text == nil ? "/more/" : "/") + KitPath.path(of: name)
            files.append(
                KitDevice.File(
                    artifact: name, path: path, size: (text ?? bytes).count, sha256: sha256(text ?? bytes),
                    isPutBack: text != nil))
            contents.append((path, text ?? bytes))
        }
        contents.append((folder + "/facts.yaml", facts))
        let was = target.facts ?? Facts()
        let restorability = RestorabilityJudgement(platform: platform).judge(
            target.collected, taken: target.told.copied, facts: target.facts, collectedBy: target.platform,
            now: now[device.id] ?? was, at: created)
        let accounts = [device.restoreCredential, device.credential].compactMap { $0 }
            .compactMap { workspace.inventory.credentials[$0] }
        return (
            KitDevice(
                number: number, folder: folder, place: place, platform: platform, target: target.told,
                commit: "\(version.commit)", approval: approval, facts: was, files: files, restorability: restorability,
                accounts: accounts.count == 2 && accounts[0] == accounts[1] ? [accounts[0]] : accounts), contents
        )
    }

    /// - Returns: Nil where nobody approved it and the latest version may be taken.
    private func approval(of device: Device) throws(WorkflowError) -> ApprovedBaselines.Approval? {
        if let fault = targets.baselines.faults.first {
            throw .integrity("an approval cannot be read, so none can be relied on: \(fault)")
        }
        switch targets.baselines.expected(of: device) {
        case .approved(let approval, _): return approval
        case .broken(_, let reasons):
            throw .integrity("what was approved of it does not hold: \(reasons.joined(separator: "; "))")
        case .none:
            guard request.takesLatest else {
                throw .request(
                    "it was never approved: 'plumbline approve \(device.id)', or --latest takes what is there")
            }
            return nil
        }
    }

    // MARK: Firmware

    /// Finds out which images the devices need, and whether each is what it was when it was added; adds those.
    mutating func addFirmware(to archive: inout KitArchive) async throws {
        for index in devices.indices {
            devices[index].firmware = try await firmware(of: devices[index])
        }
        guard request.hasFirmware else { return }
        var seen: Set<String> = []
        for image in images where vault[image.address] == true && seen.insert(image.address.text).inserted {
            guard let path = await store.object(of: image) else { continue }
            try await archive.add(
                try FilePieces(path), size: image.size, sha256: image.sha256, at: image.address.text,
                modified: image.record?.added ?? created)
        }
    }

    private mutating func firmware(of kit: KitDevice) async throws -> [KitDevice.Firmware] {
        var firmware: [KitDevice.Firmware] = []
        var taken: Set<ImageAddress> = []
        for image in FleetImages.Image.all(kit.facts, platform: kit.platform.name) {
            let spare = SpareCopy.of(image, among: images)
            let boots =
                image.path.map { path in kit.facts.boot.contains { FirmwareName.isBooted(path, as: $0) } } ?? true
            let copy: KitDevice.Firmware.Copy
            switch spare {
            case .missing: copy = .missing("there is no spare copy")
            case .different: copy = .missing("the spare copy of this name has other bytes")
            case .digest(_, let found): copy = try await checked(found, nil, &taken)
            case .name(let found), .version(let found):
                copy = try await checked(found, "told by its name, the device gave no digest", &taken)
            }
            firmware.append(
                KitDevice.Firmware(
                    name: image.path ?? "of version \(image.version ?? "unknown")", version: image.version,
                    boots: boots,
                    copy: copy))
        }
        for image in allowed(kit) where !taken.contains(image.address) {
            firmware.append(
                KitDevice.Firmware(
                    name: image.address.image, version: image.address.version, boots: false,
                    copy: try await checked(image, "named by Baselines/firmware", &taken)))
        }
        return firmware
    }

    /// Spare copies of the versions that the firmware baselines of a model want.
    private func allowed(_ kit: KitDevice) -> [VaultImage] {
        let versions = firmwareRules.filter { rule in
            rule.platform == kit.platform.name
                && (rule.models.isEmpty
                    || rule.models.contains { Glob($0, brackets: true).matches(kit.facts.model ?? "") })
        }.flatMap(\.versions).filter { $0.state == .preferred || $0.state == .approved }
        return images.filter { image in
            image.address.platform == kit.platform.name
                && versions.contains { version in
                    guard version.version == image.address.version else { return false }
                    guard !version.digests.isEmpty else { return true }
                    return version.digests[image.address.image]?.contains { image.has($0) == true } ?? false
                }
        }
    }

    private mutating func checked(
        _ image: VaultImage, _ note: String?, _ taken: inout Set<ImageAddress>
    ) async throws -> KitDevice.Firmware.Copy {
        taken.insert(image.address)
        guard request.hasFirmware else { return .missing("firmware was left out of this kit") }
        if vault[image.address] == nil {
            var isGood = false
            if let path = await store.object(of: image), let file = try? FilePieces(path),
                let found = try? await file.digest()
            {
                isGood = found.size == image.size && found.sha256 == image.sha256
            }
            vault[image.address] = isGood
            if !isGood {
                faults.append(
                    "the spare copy of \(image.address) is damaged or gone, and not in this kit: 'plumbline firmware verify'"
                )
            }
        }
        guard vault[image.address] == true else { return .missing("the spare copy is damaged") }
        return .there(path: image.address.text, sha256: image.sha256, size: image.size, note: note)
    }

    // MARK: Baselines and inventory

    /// The decisions on which the approved devices rest, as they lie in the workspace.
    func addBaselines(to archive: inout KitArchive) async throws {
        let approved = devices.compactMap(\.approval)
        let folder = workspace.baselines + "/approvals/"
        for file in targets.baselines.files
        where file.manifest.entries.contains(where: { entry in approved.contains { $0.entry.pinsTheSame(as: entry) } })
        {
            let path = "baselines/" + KitPath.path(of: ArtifactName(file.name))
            try await archive.add(file.text, at: path, modified: file.manifest.decided)
            if let armour = try? FileTree.bytes(of: folder + file.name + ".sig") {
                try await archive.add(armour, at: path + ".sig", modified: file.manifest.decided)
            }
        }
        if let signers = try? FileTree.bytes(of: workspace.baselines + "/allowed_signers") {
            try await archive.add(signers, at: "baselines/allowed_signers", modified: created)
        }
    }

    /// Own platforms are what the bundled ones are not. Credentials are references, never values.
    func addInventory(to archive: inout KitArchive) async throws {
        for (folder, name) in [(WorkspaceLayout.groups, "groups"), (WorkspaceLayout.platforms, "platforms")] {
            for file in FileTree.names(in: workspace.root + "/" + folder).sorted() where file.hasSuffix(".yaml") {
                guard let bytes = try? FileTree.bytes(of: "\(workspace.root)/\(folder)/\(file)") else { continue }
                try await archive.add(
                    bytes, at: "inventory/\(name)/" + KitPath.path(of: ArtifactName(file)), modified: created)
            }
        }
        for (file, name) in [
            (WorkspaceLayout.credentials, "credentials.yaml"), (WorkspaceLayout.knownHosts, "known_hosts"),
        ] {
            guard let bytes = try? FileTree.bytes(of: workspace.root + "/" + file) else { continue }
            try await archive.add(bytes, at: "inventory/\(name)", modified: created)
        }
    }

    private static func oneLine(_ text: String) -> String {
        printable(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
}

extension WorkflowError {
    /// Whether nothing can be had of any device: without the key, or while somebody else has the store.
    fileprivate var endsKit: Bool {
        switch self {
        case .key: true
        case .store(let error): if case .key = error { true } else { error.isLocked }
        default: false
        }
    }
}
