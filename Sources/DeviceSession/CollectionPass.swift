import ConfigModel
import Patterns

/// One collection under way: what there is to ask, and what has come so far.
struct CollectionPass {
    let collector: DeviceCollector
    let connection: any DeviceConnection
    let deadline: ContinuousClock.Instant
    let mask: Mask

    var artifacts: [Artifact] = []
    var facts: Facts
    var notes: [String] = []
    /// Ways to read files that this device turned out not to have.
    var missingMethods: Set<FileMethod> = []
    /// What commands have answered, by their text: an artifact and a fact may come from the same answer.
    var replies: [String: Reply] = [:]

    /// What came of one command.
    enum Reply {
        case text([UInt8])
        case refused(SessionError)
    }

    init(_ collector: DeviceCollector, _ connection: any DeviceConnection, _ deadline: ContinuousClock.Instant) {
        self.collector = collector
        self.connection = connection
        self.deadline = deadline
        mask = Mask(hiding: collector.enable)
        facts = Facts(vendor: collector.platform.vendor)
    }

    var host: String { collector.host }
    var sortedFacts: Facts {
        var facts = facts
        facts.serials = Set(facts.serials).sorted()
        facts.images.sort { $0.path < $1.path }
        return facts
    }

    mutating func run() async throws(SessionError) {
        if let plan = collector.plan { try await converse(plan) }
        for rule in collector.rules.collect {
            switch rule.source {
            case .command(let line, let name): try await collect(line, as: name, rule)
            case .files(let glob, let methods): try await collect(glob, by: methods, rule)
            }
        }
        for rule in collector.rules.facts { try await find(rule) }
        try noteMissingFacts()
        for rule in collector.rules.firmware { try await hashImages(rule) }
    }

    /// Asks everything that the command line is to be asked, in one shell.
    private mutating func converse(_ plan: SessionPlan) async throws(SessionError) {
        let dialogue = CLIDialogue(
            plan: plan, host: host, enable: collector.enable, limit: collector.artifactLimit,
            patience: collector.patience)
        let shell = try await connection.openShell(TerminalSize(), until: deadline)
        let report: CLIDialogue.Report
        do throws(SessionError) {
            report = try await ShellDriver(shell).run(dialogue, until: deadline)
        } catch {
            await shell.close()
            throw error
        }
        await shell.close()
        notes += report.notes
        for answer in report.answers {
            let text = answer.line.text
            replies[text] =
                answer.refusal.map {
                    .refused(.commandRejected(host: host, command: text, answer: $0))
                } ?? .text(answer.text)
        }
    }

    /// The answer to a command: from the shell, or, without one, by running it now.
    mutating func reply(to line: PlatformLine, _ completeness: Completeness) async throws(SessionError) -> Reply {
        if let reply = replies[line.text] { return reply }
        let result = try await connection.execute(line.text, limit: collector.artifactLimit, until: deadline)
        let reply = try reply(from: result, to: line, completeness)
        replies[line.text] = reply
        return reply
    }

    private func reply(
        from result: CommandResult, to line: PlatformLine, _ completeness: Completeness
    ) throws(SessionError) -> Reply {
        var terminal = TerminalText()
        terminal.feed(result.output)
        let text = terminal.finished()
        if let status = result.status, status != 0 {
            let said = mask.shown(result.errors.isEmpty ? Array(text.prefix(512)) : result.errors)
            return .refused(.commandFailed(host: host, command: line.text, status: status, answer: said))
        }
        let refusal = try matching { () throws(PatternError) -> String? in
            if let line = try completeness.refusal(in: text, mask: mask) { return line }
            return text.isEmpty ? try completeness.refusal(in: result.errors, mask: mask) : nil
        }
        return refusal.map { .refused(.commandRejected(host: host, command: line.text, answer: $0)) } ?? .text(text)
    }

    private mutating func collect(
        _ line: PlatformLine, as name: ArtifactName, _ rule: CollectionRules.Collect
    ) async throws(SessionError) {
        // An earlier rule has brought it: this one was the fallback.
        guard !artifacts.contains(where: { $0.name == name }) else { return }
        switch try await reply(to: line, rule.completeness) {
        case .text(let text):
            let defects = try matching { () throws(PatternError) in try rule.completeness.defects(of: text, mask: mask)
            }
            if text.isEmpty, rule.isOptional {
                notes.append("\(name): '\(line.text)' answered nothing")
            } else {
                try keep(Artifact(name: name, collected: text, defects: defects))
            }
        case .refused(let error):
            guard rule.isOptional else { throw error }
            notes.append("\(name): \(error)")
        }
    }

    /// Keeps an artifact, and the whole within bounds.
    mutating func keep(_ artifact: Artifact) throws(SessionError) {
        let total = artifacts.reduce(artifact.collected.count) { $0 + $1.collected.count }
        let limit = collector.artifactLimit.multipliedReportingOverflow(by: 4)
        guard limit.overflow || total <= limit.partialValue else {
            throw .tooLarge(host: host, what: "everything together", limit: limit.partialValue)
        }
        artifacts.append(artifact)
    }

    /// A pattern that fails is a fault of the platform, said as such.
    func matching<Value>(_ body: () throws(PatternError) -> Value) throws(SessionError) -> Value {
        do throws(PatternError) {
            return try body()
        } catch {
            let during = "reading its answer by platform '\(collector.platform.name)'"
            throw .protocolFailure(host: host, during: during, reason: error.description)
        }
    }
}

extension SessionError {
    /// Whether nothing more can be had over this connection, so that going on with something else is of no use.
    var endsConnection: Bool {
        switch self {
        case .unsupported, .fileUnavailable, .tooLarge, .commandRejected, .commandFailed, .protocolFailure: false
        default: true
        }
    }
}
