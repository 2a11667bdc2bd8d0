import ConfigAnalysis
import ConfigModel
import DeviceInventory
import DeviceSession
import SnapshotStore

/// Everything that a restore of one device may send, exact and with secrets in clear: it lives in memory alone.
struct RestoreSteps: Sendable {
    /// A text that the device takes whole.
    struct Upload: Sendable {
        var path: String
        var bytes: [UInt8]
        var method: FileMethod
    }

    /// A file at its place.
    struct FileWrite: Sendable {
        var path: String
        var bytes: [UInt8]
        /// Beside its place, until it takes it.
        var staged: String
    }

    /// One way there, or back.
    struct Way: Sendable {
        var upload: Upload?
        var files: [FileWrite] = []
        var lines: [PlannedLine] = []
    }

    var method: RestoreRules.Method
    var fileMethod: FileMethod
    var checks: [RestoreRules.Check]
    var forward = Way()
    var back = Way()
    var arm: [PlannedLine]
    var confirm: [PlannedLine]
    var disarm: [PlannedLine]
    var verify: [RestoreRules.Check]
    var save: [PlannedLine]
    var saved: String?
    var revert: [PlannedLine]
    var clean: [PlannedLine]
    /// Of files: asked before they take their places, then what makes them be read, then whether all is well.
    var services: [RestoreRules.Service] = []
    var unsupported: [String] = []
    var minutes: Int

    var means: RestoreMachine.Means {
        RestoreMachine.Means(
            checks: !checks.isEmpty, transfers: forward.upload != nil || !forward.files.isEmpty, arms: !arm.isEmpty,
            confirms: !confirm.isEmpty, saves: !save.isEmpty, showsSaved: saved != nil,
            cleans: !clean.isEmpty || !forward.files.isEmpty || !back.files.isEmpty, reverts: !revert.isEmpty)
    }

    /// Whether the device may go away while it takes the text.
    var mayEnd: Bool { forward.lines.contains(where: \.ends) }
}

/// Computes the steps from what the device has and what it is to have.
struct RestoreComputation: Sendable {
    let rules: DeviceIntake.Rules
    let restore: RestoreRules
    let remediation: Remediation.Rules
    private let dropped: [PatternMatcher]

    /// - Throws: `request` where the platform has no way to put anything back.
    init(_ rules: DeviceIntake.Rules) throws(WorkflowError) {
        guard let restore = rules.platform.restore else {
            throw .request("platform '\(rules.platform.name)' does not say how a configuration is put back ('restore')")
        }
        self.rules = rules
        self.restore = restore
        do throws(AnalysisError) { remediation = try Remediation.Rules(rules.platform) } catch {
            throw .rules("\(error)")
        }
        dropped = try PatternMatcher.dropping(of: rules.platform)
    }

    /// - Parameters:
    ///   - id: The plan's, for names on the device.
    ///   - before: What the device has, as exact bytes.
    ///   - vars: The device's, for `{vars.NAME}`.
    func steps(
        id: String, vars: [String: String] = [:], from before: [ArtifactName: [UInt8]],
        to target: [ArtifactName: [UInt8]]
    ) throws(WorkflowError) -> RestoreSteps {
        let path = restore.file.map { $0.replacing("{id}", with: id.lowercased()) }
        let backPath = path.map { Self.backName($0) }
        var filling = ["id": id.lowercased(), "file": path ?? "", "minutes": "\(restore.minutes)"]
        for (name, value) in vars { filling["vars.\(name)"] = value }
        func lines(_ lines: [RestoreRules.Line], _ filling: [String: String]) -> [PlannedLine] {
            lines.map { PlannedLine($0, filling: filling) }
        }
        var steps = RestoreSteps(
            method: restore.method, fileMethod: restore.transfer == .scp ? .scp : .sftp, checks: restore.checks,
            arm: restore.timer.map { lines($0.start, filling) } ?? [], confirm: lines(restore.confirm, filling),
            disarm: restore.timer.map { lines($0.cancel, filling) } ?? [], verify: restore.verify,
            save: lines(restore.save, filling), saved: restore.saved, revert: lines(restore.undo, filling),
            clean: lines(restore.clean, filling), minutes: restore.minutes)
        switch restore.method {
        case .guided: break
        case .files: try files(&steps, id: id, before, target)
        case .replace:
            guard let path, let backPath else { throw noFile }
            let backFilling = filling.merging(["file": backPath]) { _, new in new }
            steps.forward = RestoreSteps.Way(
                upload: upload(try fileText(target), to: path), lines: lines(restore.commands, filling))
            // What is put back is confirmed at once: else the device would take this back, too.
            steps.back = RestoreSteps.Way(
                upload: upload(try fileText(before), to: backPath),
                lines: lines(restore.commands, backFilling) + lines(restore.confirm, backFilling))
            steps.clean += lines(restore.clean, backFilling).map(\.optional)
        case .lines:
            let (forth, back) = try computed(before, target)
            steps.unsupported = forth.unsupported
            if restore.transfer == .paste || restore.transfer == .none {
                steps.forward.lines = entered(forth.lines)
                steps.back.lines = confirmed(entered(back.lines))
            } else {
                guard let path, let backPath else { throw noFile }
                let backFilling = filling.merging(["file": backPath]) { _, new in new }
                steps.forward = RestoreSteps.Way(
                    upload: upload(joined(forth.lines), to: path), lines: lines(restore.commands, filling))
                steps.back = RestoreSteps.Way(
                    upload: upload(joined(back.lines), to: backPath), lines: lines(restore.commands, backFilling))
                steps.clean += lines(restore.clean, backFilling).map(\.optional)
            }
        }
        return steps
    }

    /// The lines that lead from what the device has by now back to what it had.
    func linesBack(
        from now: [ArtifactName: [UInt8]], to before: [ArtifactName: [UInt8]]
    ) throws(WorkflowError) -> [PlannedLine] {
        confirmed(entered(try computed(now, before).0.lines))
    }

    private var noFile: WorkflowError {
        .rules("platform '\(rules.platform.name)': 'restore' needs 'file', where the text is put on the device")
    }

    // MARK: Texts

    private func main() throws(WorkflowError) -> ArtifactName {
        guard let main = rules.platform.restoredArtifact else {
            throw .rules("platform '\(rules.platform.name)': 'restore' names no artifact that is put back")
        }
        return main
    }

    /// The text as it is sent: what changes by itself, and what is said around it, stays behind.
    private func text(_ texts: [ArtifactName: [UInt8]]) throws(WorkflowError) -> [UInt8] {
        let main = try main()
        guard let bytes = texts[main], !bytes.isEmpty else {
            throw .request("there is no \(main) in it, and that is what platform '\(rules.platform.name)' puts back")
        }
        return try PatternMatcher.without(dropped, bytes)
    }

    /// The same as a file: with control characters where the device shows carets.
    private func fileText(_ texts: [ArtifactName: [UInt8]]) throws(WorkflowError) -> [UInt8] {
        let text = try text(texts)
        guard !restore.carets.isEmpty else { return text }
        do throws(AnalysisError) {
            return try CaretText.controlled(text, by: restore.carets, of: rules.platform)
        } catch {
            throw .rules("\(error)")
        }
    }

    private func computed(
        _ before: [ArtifactName: [UInt8]], _ target: [ArtifactName: [UInt8]]
    ) throws(WorkflowError) -> (Remediation, Remediation) {
        let (running, wanted) = (try text(before), try text(target))
        do throws(AnalysisError) {
            return (
                try remediation.lines(from: running, to: wanted), try remediation.lines(from: wanted, to: running)
            )
        } catch {
            throw .rules("\(error)")
        }
    }

    private func entered(_ lines: [String]) -> [PlannedLine] {
        guard !lines.isEmpty, let rules = restore.lines else { return [] }
        let minutes = "\(restore.minutes)"
        let leave = rules.leave.map { $0.replacing("{minutes}", with: minutes) }
        return (rules.enter + lines + leave).map { PlannedLine($0) }
    }

    /// What is put back is confirmed at once.
    private func confirmed(_ lines: [PlannedLine]) -> [PlannedLine] {
        lines.isEmpty ? [] : lines + restore.confirm.map { PlannedLine($0, filling: [:]) }
    }

    private func joined(_ lines: [String]) -> [UInt8] { lines.flatMap { Array($0.utf8) + [0x0A] } }

    private func upload(_ bytes: [UInt8], to path: String) -> RestoreSteps.Upload {
        RestoreSteps.Upload(path: path, bytes: bytes, method: restore.transfer == .scp ? .scp : .sftp)
    }

    /// Beside the file of the way there: `plumbline-x.cfg` and `plumbline-x-before.cfg`.
    static func backName(_ path: String) -> String {
        let name = path.lastIndex { $0 == "/" || $0 == ":" }.map { path.index(after: $0) } ?? path.startIndex
        guard let dot = path[name...].lastIndex(of: ".") else { return path + "-before" }
        return path[..<dot] + "-before" + path[dot...]
    }

    // MARK: Files

    private func files(
        _ steps: inout RestoreSteps, id: String, _ before: [ArtifactName: [UInt8]],
        _ target: [ArtifactName: [UInt8]]
    ) throws(WorkflowError) {
        for name in target.keys.sorted() where name.isFile && target[name] != before[name] {
            let path = name.text
            let staged = Self.staged(path, id)
            steps.forward.files.append(
                RestoreSteps.FileWrite(path: path, bytes: target[name] ?? [], staged: staged))
            if let old = before[name] {
                steps.back.files.append(RestoreSteps.FileWrite(path: path, bytes: old, staged: staged))
            } else {
                steps.unsupported.append("\(path) is not on the device now: an undo would leave it there")
            }
        }
        for name in before.keys.sorted() where name.isFile && target[name] == nil {
            steps.unsupported.append("\(name) is not in the target: it stays on the device")
        }
        try serve(steps.forward.files.map(\.path), &steps)
        steps.forward.lines = restore.commands.map { PlannedLine($0, filling: ["id": id]) }
        steps.back.lines = steps.forward.lines
    }

    /// Files of before at their places, where a plan has named them.
    func putBack(
        _ paths: Set<String>, of before: [ArtifactName: [UInt8]], id: String, in steps: inout RestoreSteps
    ) throws(WorkflowError) {
        steps.back.files = before.keys.sorted().filter { paths.contains($0.text) }.map { name in
            RestoreSteps.FileWrite(path: name.text, bytes: before[name] ?? [], staged: Self.staged(name.text, id))
        }
        try serve(steps.back.files.map(\.path), &steps)
    }

    private static func staged(_ path: String, _ id: String) -> String {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return "\(path[...slash]).plumbline-\(id.lowercased())-\(path[path.index(after: slash)...])"
    }

    /// What is to be done for files of these paths.
    private func serve(_ paths: [String], _ steps: inout RestoreSteps) throws(WorkflowError) {
        steps.services = []
        for service in restore.services {
            let matcher = try PatternMatcher(service.path, in: rules.platform)
            var isAbout = false
            for path in paths where try matcher.matches(Array(path.utf8)) { isAbout = true }
            if isAbout { steps.services.append(service) }
        }
    }
}

extension PlannedLine {
    /// The same where that it is refused is of no consequence.
    fileprivate var optional: PlannedLine {
        var line = self
        line.isOptional = true
        return line
    }
}
