import ConfigModel
import Patterns

/// One collection under way: what there is to ask, and what has come so far. It asks when it needs an answer, each command
/// once.
struct CollectionPass {
    /// What came of one command.
    enum Reply {
        case text([UInt8])
        case refused(SessionError)
    }

    let collector: DeviceCollector
    let connection: any DeviceConnection
    let deadline: ContinuousClock.Instant
    let lease: ByteLease?
    let mask: Mask
    let filling: Filling

    var artifacts: [Artifact] = []
    var facts: Facts
    var notes: [String] = []
    /// Ways to read files that this device turned out not to have.
    var missingMethods: Set<FileMethod> = []
    /// What commands have answered, by mode and text: an artifact and a fact may come from the same answer.
    var replies: [String: Reply] = [:]
    /// What lists have told, by name; nil for a list that could not be had.
    var values: [String: [AllowedValue]] = [:]

    // The command line, see `CollectionPass+Commands`.
    var shell: ShellSession?
    /// How many ways to run commands have turned out not to be there.
    var refusedWays = 0
    var runsCommands = false
    var hasRunCommand = false
    /// The mode that was entered.
    var place: Place?
    /// Whether anything was asked of the device yet.
    private var hasAsked = false

    init(
        _ collector: DeviceCollector, _ connection: any DeviceConnection, _ deadline: ContinuousClock.Instant,
        _ lease: ByteLease?
    ) {
        self.collector = collector
        self.connection = connection
        self.deadline = deadline
        self.lease = lease
        mask = Mask(hiding: [collector.enable, collector.login?.password])
        filling = Filling(platform: collector.platform.name, vars: collector.vars)
        facts = Facts(vendor: collector.platform.vendor)
    }

    var host: String { collector.host }

    var sortedFacts: Facts {
        var facts = facts
        facts.serials = Set(facts.serials).sorted()
        facts.images.sort { $0.path < $1.path }
        return facts
    }

    /// What the session holds of the device's bytes.
    var held: Int { artifacts.reduce(0) { $0 + $1.collected.count } }

    mutating func run() async throws(SessionError) {
        try checkVariables()
        try await checkReady()
        for rule in collector.rules.collect { try await follow(rule) }
        for rule in collector.rules.facts { try await find(rule) }
        try noteMissingFacts()
        for rule in collector.rules.firmware { try await hashImages(rule) }
        await leaveShell()
    }

    /// Nothing is said to the device any more.
    mutating func abandon() async {
        await shell?.close()
        shell = nil
    }

    /// Before anything is sent: what lines need of the inventory is there.
    private func checkVariables() throws(SessionError) {
        for name in collector.rules.variables.sorted() {
            do throws(CollectorFault) { _ = try filling.variable(name) } catch { throw fault(error) }
        }
    }

    /// Leaves a gentle device in peace between one question and the next.
    mutating func pause() async throws(SessionError) {
        defer { hasAsked = true }
        guard hasAsked, collector.pause > .zero else { return }
        guard ContinuousClock.now + collector.pause < deadline else {
            throw .timedOut(host: host, during: "it was paused between commands, as 'gentle' says")
        }
        do { try await Task.sleep(for: collector.pause) } catch { throw .cancelled(host: host) }
    }

    /// A device that is at work is left alone.
    mutating func checkReady() async throws(SessionError) {
        guard let ready = collector.rules.ready else { return }
        switch try await reply(to: try filled(ready.line, filling), in: nil, as: .look, collector.rules.errors) {
        case .refused(let error): throw error
        case .text(let text):
            let isIdle = try matching { () throws(PatternError) in
                if let busy = ready.busy, try busy.matches(text) { return false }
                return try ready.idle?.matches(text) ?? true
            }
            guard isIdle else {
                throw .deviceBusy(host: host, answer: mask.shown(Completeness.lastLine(of: text[...])))
            }
        }
    }

    func filled(_ line: ListedLine, _ filling: Filling) throws(SessionError) -> PlatformLine {
        do throws(CollectorFault) { return try line.filled(filling) } catch { throw fault(error) }
    }

    private func fault(_ fault: CollectorFault) -> SessionError {
        .platformFault(host: host, platform: fault.platform, reason: fault.reason)
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
        case .unsupported, .channelRefused, .fileUnavailable, .tooLarge, .commandRejected, .commandFailed,
            .protocolFailure:
            false
        default: true
        }
    }

    /// Whether the device has no such channel, or none left.
    var isRefusedChannel: Bool {
        switch self {
        case .unsupported, .channelRefused: true
        default: false
        }
    }
}
