import DeviceInventory
import FoundationEssentials

/// Runs the hooks of a workspace: those of one event one after the other, several events beside each other, each hook for a
/// bounded time. What a hook does wrong is told and stops nothing; `before-collect` alone is asked, and may veto.
package struct HookRunner: Sendable {
    /// How one hook fared.
    package struct Result: Sendable, Hashable, Codable {
        package var event: String
        package var subject: String?
        package var hook: String
        /// The exit status; nil when it was not run, or ended because its time was over.
        package var status: Int?
        package var seconds: Double
        /// The beginning of what it said, standard error after standard output.
        package var output: String
        /// Why it did not do its work; nil when it did.
        package var fault: String?
    }

    /// Whether a device may be contacted.
    package enum Verdict: Sendable, Hashable {
        case go
        /// A hook has said no, or could not say.
        case leave(String)
    }

    /// `EX_TEMPFAIL` of `sysexits.h`.
    package static let veto = 75
    private static let atOnce = 8
    private static let outputKept = 4096

    private let folder: HookFolder
    private let root: String
    private let workspace: String
    private let timeout: Duration
    private let withheld: Set<String>

    package init(_ place: Workspace) {
        root = place.root
        folder = HookFolder(workspace: place.root)
        workspace = place.settings.workspace
        timeout = place.settings.hookTimeout
        withheld = place.secretVariables
    }

    /// Runs the hooks of events.
    /// - Returns: In the order of the events.
    package func run(_ events: [HookEvent]) async -> [Result] {
        let known = Dictionary(
            HookEvent.Kind.allCases.map { ($0, folder.hooks(for: $0)) }, uniquingKeysWith: { first, _ in first })
        let wanted = events.enumerated().filter { known[$0.element.kind]?.isEmpty == false }
        return await withTaskGroup(of: (Int, [Result]).self) { group in
            var results: [Int: [Result]] = [:]
            var next = wanted.makeIterator()
            func start() {
                guard let (index, event) = next.next() else { return }
                group.addTask {
                    var results: [Result] = []
                    for hook in known[event.kind] ?? [] { results.append(await run(hook, for: event)) }
                    return (index, results)
                }
            }
            for _ in 0..<Self.atOnce { start() }
            while let (index, found) = await group.next() {
                results[index] = found
                start()
            }
            return results.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }

    /// Whether anybody is asked before a device is contacted.
    package var asksBefore: Bool { !folder.hooks(for: .beforeCollect).isEmpty }

    /// Asks whether a device may be contacted. All must agree; the first that does not decides. A hook that fails has not agreed:
    /// what it would have known of the patient nobody knows.
    package func mayCollect(_ event: HookEvent) async -> (verdict: Verdict, results: [Result]) {
        var results: [Result] = []
        for hook in folder.hooks(for: .beforeCollect) {
            let result = await run(hook, for: event)
            results.append(result)
            if result.status == 0 { continue }
            let said = result.output.split(whereSeparator: \.isNewline).first.map { ": \($0)" } ?? ""
            let reason =
                result.status == Self.veto
                ? "the hook \(hook.name) says no\(said)"
                : "the hook \(hook.name) could not be asked (\(result.fault ?? "it failed"))\(said)"
            return (.leave(reason), results)
        }
        return (.go, results)
    }

    private func run(_ hook: HookFolder.Hook, for event: HookEvent) async -> Result {
        var result = Result(event: event.kind.rawValue, subject: event.subject, hook: hook.name, seconds: 0, output: "")
        if let objection = hook.objection {
            result.fault = "not run: \(objection)"
            return result
        }
        let begun = ContinuousClock.now
        let run = ProgramRun(
            program: hook.path, variables: event.variables(workspace: workspace, root: root), withheld: withheld,
            folder: root,
            input: event.document(workspace: workspace), limit: Self.outputKept)
        do throws(ProgramRun.Fault) {
            let ending = try await run.run(within: timeout)
            result.status = ending.status.map(Int.init)
            let text = String(decoding: ending.output + ending.errors, as: UTF8.self)
            let shown = printable(text, keepingLines: true)
            let isCut = ending.isCut || shown.count > Self.outputKept
            result.output = shown.prefix(Self.outputKept) + (isCut ? "\n…" : "")
            if ending.status == nil {
                result.fault = "it took longer than \(Wording.age(timeout.inSeconds)) and was ended"
            } else if let status = ending.status, status != 0 {
                result.fault = "it ended with \(status)"
            }
        } catch {
            result.fault = "it cannot be run: \(error)"
        }
        result.seconds = (ContinuousClock.now - begun).inSeconds
        return result
    }
}
