import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
import SnapshotStore

/// Brings Plumbline itself back in an empty folder, from the mirror and the exported key, and times it: what is left to do on the
/// day on which this machine is gone. The workspace is only read.
package struct SelfDrill: Sendable {
    package struct Request: Sendable {
        /// As in the setting `mirror`.
        package var mirror: String
        /// The text that `store export-key` has written; nil for none.
        package var keys: String?
        /// Absolute: where it is brought back, and stays. Nil for a temporary folder.
        package var folder: String?
        package var by: String
        package var reason: String?
        package var command: String
        package var tool: String
        /// The most that one repository may take.
        package var span: Duration

        package init(
            mirror: String, keys: String?, folder: String?, by: String, reason: String? = nil, command: String,
            tool: String,
            span: Duration = .seconds(6 * 3600)
        ) {
            self.mirror = mirror
            self.keys = keys
            self.folder = folder
            self.by = by
            self.reason = reason
            self.command = command
            self.tool = tool
            self.span = span
        }
    }

    private let workspace: Workspace
    private let environment: [String: String]

    /// - Parameter environment: Variables, for the settings of the workspace that is brought back.
    package init(workspace: Workspace, environment: [String: String]) {
        self.workspace = workspace
        self.environment = environment
    }

    /// - Throws: what keeps it from being begun. What does not come back is in the record.
    package func run(
        _ request: Request, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(WorkflowError) -> DrillRecord {
        try workspace.requireOwner()
        let folder = try emptyFolder(request.folder)
        defer { if request.folder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let mirror = Redaction.addresses(request.mirror)
        try workspace.audit(
            "drill", subject: request.command, reason: request.reason,
            details: ["by": request.by, "kind": "self", "mirror": mirror])
        var record = DrillRecord(
            .own, workspace: workspace.settings.workspace, by: request.by, reason: request.reason,
            command: request.command, target: "approved", tool: request.tool)
        record.mirror = mirror
        var pass = SelfDrillPass(workspace: workspace, environment: environment, request: request, folder: folder)
        pass.progress = progress
        await pass.run()
        record.steps = pass.steps
        record.devices = pass.devices
        record.notices = pass.notices
        if request.folder != nil {
            record.notices.append(
                "what was brought back lies in \(folder), keys and all: remove it when you have looked at it")
        }
        record.close()
        return record
    }

    private func emptyFolder(_ wanted: String?) throws(WorkflowError) -> String {
        let folder =
            wanted ?? FileManager.default.temporaryDirectory.path
            + "/plumbline-drill-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard !folder.hasPrefix(workspace.root + "/") else {
            throw .request("\(folder) is in the workspace itself: name a place outside of it")
        }
        if access(folder, F_OK) == 0, !FileTree.names(in: folder).isEmpty {
            throw .request("\(folder) is not empty: name a folder that is, or one that is not there")
        }
        do {
            // Keys and exact bytes come into it.
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .request("\(folder) cannot be made: \(error)")
        }
        chmod(folder, 0o700)
        return folder
    }
}

/// The steps of one drill of Plumbline itself. Each that fails is noted; those that need it are left out.
struct SelfDrillPass {
    let workspace: Workspace
    let environment: [String: String]
    let request: SelfDrill.Request
    let folder: String
    var progress: @Sendable (String) -> Void = { _ in }

    private(set) var steps: [DrillRecord.Step] = []
    private(set) var devices: [DrillRecord.Device] = []
    private(set) var notices: [String] = []
    private var address: MirrorAddress { MirrorAddress(request.mirror) }

    init(workspace: Workspace, environment: [String: String], request: SelfDrill.Request, folder: String) {
        self.workspace = workspace
        self.environment = environment
        self.request = request
        self.folder = folder
    }

    mutating func run() async {
        guard
            let root = await step(
                "workspace.git", { pass async throws(WorkflowError) in try await pass.cloneWorkspace() })
        else { return }
        let state = root + "/var"
        let hasStore = await step("store.git") { pass async throws(WorkflowError) in
            try await pass.cloneStore(into: state)
        }
        guard hasStore != nil else { return }
        await cloneCollected(into: state)
        guard
            let back = await step("settings and inventory", { pass async throws(WorkflowError) in try pass.open(root) })
        else { return }
        _ = await step("keys") { pass async throws(WorkflowError) in try await pass.putKeysBack(in: back) }
        _ = await step("index") { _ async throws(WorkflowError) in
            let (summary, _) = try await StoreCare(workspace: back).reindex()
            return (
                (), "\(Wording.count(summary.versions, "version")) of \(Wording.count(summary.devices, "device")) found"
            )
        }
        _ = await step("verification") { pass async throws(WorkflowError) in try await pass.verify(back) }
        _ = await step("exact bytes") { pass async throws(WorkflowError) in try await pass.fetchExamples(back) }
    }

    /// - Returns: What the step gives; nil where it failed.
    private mutating func step<Value>(
        _ name: String, _ body: (inout SelfDrillPass) async throws(WorkflowError) -> (Value, String)
    ) async -> Value? {
        progress(name)
        var watch = DrillWatch()
        do throws(WorkflowError) {
            let (value, message) = try await body(&self)
            steps.append(.init(name: name, milliseconds: watch.lap(), isGood: true, message: message))
            return value
        } catch {
            steps.append(.init(name: name, milliseconds: watch.lap(), isGood: false, message: told(error)))
            return nil
        }
    }

    /// Without the name of a folder that is gone afterwards.
    private func told(_ error: WorkflowError) -> String { "\(error)".replacing(folder + "/", with: "") }

    // MARK: Repositories

    private func git(_ folder: String? = nil) -> StockGit {
        StockGit(folder: folder, surroundings: .personal, settings: ["core.hooksPath=/dev/null"])
    }

    private func asking<Value>(_ body: () async throws(StockToolFault) -> Value) async throws(WorkflowError) -> Value {
        do throws(StockToolFault) { return try await body() } catch { throw .integrity("\(error)") }
    }

    /// - Returns: The folder with its `plumbline.yaml`.
    private func cloneWorkspace() async throws(WorkflowError) -> (String, String) {
        let home = folder + "/workspace"
        try await clone("workspace", ["--no-hardlinks"], to: home)
        if access(home + "/.git", F_OK) == 0, FileTree.names(in: home) == [".git"] {
            // A bare repository names a branch that may not be the one that was sent.
            let branches = try await asking { () throws(StockToolFault) in
                try await git(home).run(
                    ["for-each-ref", "--sort=-committerdate", "--format=%(refname:short)", "refs/remotes/origin"],
                    within: .seconds(60))
            }
            if let branch = branches.split(separator: "\n").first(where: { $0.contains("/") && !$0.hasSuffix("/HEAD") })
            {
                _ = try await asking { () throws(StockToolFault) in
                    try await git(home).run(["checkout", "--quiet", "--detach", String(branch)], within: .seconds(600))
                }
            }
        }
        guard let root = Self.workspace(in: home) else {
            throw .integrity(
                "workspace.git has no \(WorkspaceLayout.settings): commit the workspace ('git add', 'git commit'), then 'store push'"
            )
        }
        do {
            try FileManager.default.createDirectory(
                atPath: root + "/var/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .file(path: root + "/var", reason: "it cannot be made")
        }
        chmod(root + "/var", 0o700)
        return (
            root,
            "\(Wording.count(FileTree.names(in: root + "/Baselines/approvals").count { $0.hasSuffix(".yaml") }, "decision")) in it"
        )
    }

    /// The folder with the settings; it may lie in a larger repository.
    private static func workspace(in home: String) -> String? {
        var places = [home]
        for _ in 0..<4 {
            for place in places where access(place + "/" + WorkspaceLayout.settings, F_OK) == 0 { return place }
            places = places.flatMap { place in
                FileTree.names(in: place).filter { !$0.hasPrefix(".") }.map { place + "/" + $0 }
            }
        }
        return nil
    }

    private func clone(_ name: String, _ words: [String], to path: String) async throws(WorkflowError) {
        let place = address.place(of: name)
        if let local = MirrorAddress.localPath(place), access(local, F_OK) != 0 {
            throw .integrity("\(name).git is not in the mirror: \(local) is not there ('store push' sends it)")
        }
        _ = try await asking { () throws(StockToolFault) in
            try await git().run(
                ["-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false", "clone", "--quiet"] + words + [
                    "--", place, path,
                ],
                within: request.span)
        }
    }

    private func cloneStore(into state: String) async throws(WorkflowError) -> (Bool, String) {
        let path = state + "/store.git"
        try await clone("store", ["--bare", "--no-hardlinks"], to: path)
        let count = try await commits(in: path)
        let images = try await asking { () throws(StockToolFault) in
            try await git(path).run(
                ["ls-tree", "-r", "--name-only", "HEAD", "--", "firmware"], within: .seconds(600), limit: 64 << 20
            ).split(separator: "\n").count { !$0.hasSuffix(".yaml") }
        }
        guard images > 0 else { return (true, "\(Wording.count(count, "commit"))") }
        let place = MirrorAddress.forLargeFiles(address.place(of: "store"))
        let answer = try await asking { () throws(StockToolFault) in
            try await git(path).ask(
                ["-c", "remote.origin.url=\(place)", "lfs", "fetch", "--all", "origin"], within: request.span,
                limit: 8 << 20)
        }
        guard answer.isGood else {
            throw .integrity("the images of the vault do not come back: \(answer.message.suffix(300))")
        }
        return (true, "\(Wording.count(count, "commit")), \(Wording.count(images, "image"))")
    }

    private func commits(in path: String) async throws(WorkflowError) -> Int {
        let text = try await asking { () throws(StockToolFault) in
            try await git(path).run(["rev-list", "--count", "--all"], within: .seconds(600))
        }
        return Int(text.filter(\.isNumber)) ?? 0
    }

    private mutating func cloneCollected(into state: String) async {
        let named = await namesInStore(state + "/store.git")
        var names = named
        for name in await namesInMirror(guessingFrom: named) { names.insert(name) }
        if names.isEmpty {
            steps.append(
                .init(
                    name: "collected-….git", milliseconds: 0, isGood: false,
                    message: "the mirror has no repository of exact bytes"))
        }
        for name in names.sorted() {
            _ = await step("\(name).git") { pass async throws(WorkflowError) in
                let path = "\(state)/\(name).git"
                try await pass.clone(name, ["--bare", "--no-hardlinks"], to: path)
                return ((), "\(Wording.count(try await pass.commits(in: path), "commit"))")
            }
        }
    }

    /// The repositories that commits of `store.git` refer to: without each of them something is missing.
    private func namesInStore(_ path: String) async -> Set<String> {
        let format = "--format=%(trailers:key=Collected,valueonly)"
        guard
            let text = try? await git(path).run(["log", "--all", format], within: .seconds(1200), limit: 256 << 20)
        else { return [] }
        return Set(
            text.split(separator: "\n").compactMap { line in
                line.split(separator: " ").first.flatMap { Self.stem(String($0)) }
            })
    }

    private static func stem(_ name: String) -> String? {
        guard name.hasPrefix("collected-"), name.hasSuffix(".git") else { return nil }
        let stem = name.dropLast(4)
        let isPlain = stem.dropFirst("collected-".count).allSatisfy { $0.isNumber || $0 == "-" }
        return isPlain ? String(stem) : nil
    }

    /// Further repositories that the mirror has: of a folder by looking, of an address by asking for likely names.
    private func namesInMirror(guessingFrom known: Set<String>) async -> [String] {
        if !request.mirror.contains("{repository}"), let path = MirrorAddress.localPath(request.mirror) {
            return FileTree.names(in: path).compactMap(Self.stem)
        }
        var found: [String] = []
        let year = Int(Wording.time(Date()).prefix(4)) ?? 2026
        for year in 2020...max(2020, year) {
            var isThere = true
            for suffix in ["", "-2", "-3"] where isThere {
                let name = "collected-\(year)\(suffix)"
                if known.contains(name) { continue }
                isThere = await isInMirror(name)
                if isThere { found.append(name) }
            }
        }
        return found
    }

    private func isInMirror(_ name: String) async -> Bool {
        let place = address.place(of: name)
        if let path = MirrorAddress.localPath(place) { return access(path, F_OK) == 0 }
        let answer = try? await git().ask(["ls-remote", "--heads", "--", place], within: .seconds(60), limit: 1 << 20)
        return answer?.isGood ?? false
    }

    // MARK: Workspace and keys

    private func open(_ root: String) throws(WorkflowError) -> (Workspace, String) {
        let back = try Workspace.open(at: root, environment: environment)
        return (back, "\(Wording.count(back.inventory.devices.count, "device")) in the inventory")
    }

    private func putKeysBack(in back: Workspace) async throws(WorkflowError) -> (Void, String) {
        guard let file = request.keys else {
            let store = try await back.storeForReading()
            let keys = try await back.asking { () throws(StoreError) in try await store.encryptionKeys() }
            _ = try back.fingerprintKey()
            return ((), keys.isEmpty ? "nothing is encrypted" : "delivered by the workspace's own command")
        }
        let bytes: [UInt8]
        do { bytes = try FileTree.bytes(of: file) } catch { throw .file(path: error.path, reason: error.reason) }
        let opened = try await KeyExport(workspace: back).importKeys(bytes)
        _ = try back.fingerprintKey()
        return ((), opened.joined(separator: ", "))
    }

    private mutating func verify(_ back: Workspace) async throws(WorkflowError) -> (Void, String) {
        let (check, _) = try await StoreCare(workspace: back).verify()
        // The log stays on its machine; the commits that came back know its entries, and the new one has others.
        let faults = check.faults.filter { $0.kind != .audit }
        notices.append("the audit log is not in the mirror: keep a backup copy of var/audit.jsonl, and of var/drills")
        guard let first = faults.first else {
            let objects = check.repositories.reduce(0) { $0 + $1.objects }
            let images = check.images > 0 ? ", \(Wording.count(check.images, "image")) hashed" : ""
            return ((), "\(Wording.count(objects, "object")) read and hashed\(images), all as it was stored")
        }
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        throw .integrity("\(first.place): \(first.reason)\(more)")
    }

    // MARK: Exact bytes

    /// One approved device of each platform.
    private mutating func fetchExamples(_ back: Workspace) async throws(WorkflowError) -> (Void, String) {
        let store = try await back.storeForReading()
        let targets = try await RestoreTargets(back, store)
        if let fault = targets.baselines.faults.first { throw .integrity("an approval does not hold: \(fault)") }
        var seen: Set<String> = []
        var skipped: Set<String> = []
        for device in back.inventory.devices where device.state == .active && !seen.contains(device.platform) {
            guard case .none = targets.baselines.expected(of: device) else {
                seen.insert(device.platform)
                devices.append(await example(device, back, targets))
                continue
            }
            skipped.insert(device.platform)
        }
        skipped.subtract(seen)
        if !skipped.isEmpty {
            notices.append("of \(skipped.sorted().joined(separator: ", ")) no device is approved: none was looked at")
        }
        guard !devices.isEmpty else {
            throw .integrity("no device is approved, so no exact bytes could be held against anything")
        }
        let bad = devices.filter { $0.verdict == .no }
        if let first = bad.first {
            throw .integrity("\(first.device): \(first.reasons.first ?? "its bytes are not there")")
        }
        return (
            (),
            "\(Wording.count(devices.count, "device")), one of each platform: read, decrypted, held against what was approved"
        )
    }

    private func example(_ device: Device, _ back: Workspace, _ targets: RestoreTargets) async -> DrillRecord.Device {
        var row = DrillRecord.Device(device)
        let times = DrillTimes()
        do throws(WorkflowError) {
            guard let platform = back.inventory.platform(named: device.platform) else {
                throw .request("there is no platform '\(device.platform)'")
            }
            let rules: DeviceIntake.Rules
            do { rules = try DeviceIntake.Rules(platform) } catch { throw .rules("\(error)") }
            var timed = targets
            timed.times = times
            let target = try await timed.target(of: device, .approved, by: rules)
            row.note(target.told, platform.restore?.method ?? .guided, platform.restoreEvidence)
            if platform.restore == nil { row.method = nil }
            row.bytes = target.collected.values.reduce(0) { $0 + $1.count }
            await row.note(targets.store, of: device)
            row.verdict = .yes
            if let own = await ownDigests(of: device, target) {
                row.isSame = own == target.told.digests
                if row.isSame == false { row.limit(.no, "the bytes that came back are not those of the workspace") }
            }
        } catch {
            row.fail(error)
        }
        row.times = times.all
        return row
    }

    /// The digests of the same bytes in the workspace; nil where it cannot tell.
    private func ownDigests(of device: Device, _ target: RestoreTarget) async -> [String: String]? {
        guard let version = target.told.version, let store = try? await workspace.storeForReading(),
            let targets = try? await RestoreTargets(workspace, store),
            let stored = try? await store.resolve(device.id, .number(version)),
            let references = try? await store.collectedReferences(of: stored)
        else { return nil }
        var collected: [ArtifactName: [UInt8]] = [:]
        for name in references.keys { collected[name] = try? await store.collected(of: stored, artifact: name) }
        return targets.digests(collected, device)
    }
}
