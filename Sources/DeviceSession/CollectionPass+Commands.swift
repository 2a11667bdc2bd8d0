import ConfigModel
import Patterns
import Synchronization

/// A mode with its lines filled in.
struct Place: Sendable {
    var name: String
    var enter: [Line]
    var leave: [Line]

    struct Line: Sendable {
        var line: PlatformLine
        var isOptional: Bool
    }

    /// What tells two places apart: `vdom` of one value is not `vdom` of another.
    var key: String { name + "\0" + enter.map(\.line.text).joined(separator: "\0") }
}

/// Commands: on one command line for all, or each in a channel of its own.
extension CollectionPass {
    /// The longest that the opening of a shell may take where there is another way.
    private static var openingPatience: Duration { .seconds(60) }

    /// The answer to a command, asked once.
    /// - Parameter mode: On a command line it is entered first; a mode that refuses refuses the command.
    mutating func reply(
        to line: PlatformLine, in mode: Place?, as purpose: Exchange.Purpose, _ completeness: Completeness,
        needsShell: Bool = false
    ) async throws(SessionError) -> Reply {
        let key = (mode?.key ?? "") + "\n" + line.text
        if let reply = replies[key] { return reply }
        try await pause()
        let reply: Reply
        if needsShell, let plan = collector.plan {
            if shell == nil { try await openShell(plan, until: deadline) }
            reply = try await type(line, in: mode, as: purpose, completeness)
        } else {
            reply = try await ask(line, in: mode, as: purpose, completeness)
        }
        replies[key] = reply
        return reply
    }

    /// A text that nobody keeps is not to be held either.
    mutating func forget(_ line: PlatformLine, in mode: Place?) {
        replies[(mode?.key ?? "") + "\n" + line.text] = nil
        lease?.shrink(to: held)
    }

    private mutating func ask(
        _ line: PlatformLine, in mode: Place?, as purpose: Exchange.Purpose, _ completeness: Completeness
    ) async throws(SessionError) -> Reply {
        while true {
            try await openCommandLine()
            if !runsCommands, shell != nil { return try await type(line, in: mode, as: purpose, completeness) }
            do throws(SessionError) {
                let reply = try await execute(line, completeness)
                hasRunCommand = true
                return reply
            } catch {
                // Another way only while nothing came by this one: else half would come from here and half from there.
                guard error.isRefusedChannel, !hasRunCommand, refusedWays + 1 < ways.count else { throw error }
                giveUpWay(error)
            }
        }
    }

    // MARK: ways

    /// The ways of the platform, in order. Without a prompt there is no shell.
    private var ways: [CommandChannel] {
        let ways = collector.platform.via.filter { $0 == .exec || collector.plan != nil }
        return ways.isEmpty ? [.exec] : ways
    }

    private mutating func giveUpWay(_ error: SessionError) {
        collector.trace?(.note("another way is tried: \(error)"))
        refusedWays += 1
        runsCommands = false
    }

    private mutating func openCommandLine() async throws(SessionError) {
        while shell == nil, !runsCommands {
            let isLast = refusedWays + 1 >= ways.count
            guard refusedWays < ways.count, ways[refusedWays] == .shell, let plan = collector.plan else {
                runsCommands = true
                return
            }
            do throws(SessionError) {
                try await openShell(plan, until: isLast ? deadline : min(deadline, .now + Self.openingPatience))
            } catch {
                let isOver = ContinuousClock.now >= deadline
                switch error {
                // Some close the terminal of an account that may only run commands.
                case .unsupported, .channelRefused, .promptNotFound, .timedOut, .closed:
                    if isLast || isOver { throw error }
                default: throw error
                }
                giveUpWay(error)
            }
        }
    }

    private mutating func openShell(
        _ plan: SessionPlan, until limit: ContinuousClock.Instant
    ) async throws(SessionError) {
        let transport = try await connection.openShell(plan.terminal, until: limit)
        let dialogue = CLIDialogue(
            plan: plan, host: host, login: collector.login, enable: collector.enable, filling: filling,
            limit: collector.artifactLimit, patience: collector.patience)
        var session = ShellSession(transport, dialogue, until: deadline, trace: collector.trace, lease: lease)
        do throws(SessionError) {
            try await session.open(until: limit)
        } catch {
            await session.close()
            throw error
        }
        await collector.entered?()
        for note in session.notes where !notes.contains(note) { notes.append(note) }
        place = nil
        shell = session
    }

    /// Leaves the command line as the platform says. It is opened again when it is needed again.
    mutating func leaveShell() async {
        guard shell != nil else { return }
        // While leaving, that a mode cannot be left is of no consequence.
        do throws(SessionError) {
            if place != nil { try await leavePlace() }
        } catch {
            await abandon()
            return
        }
        await shell?.leave()
        shell = nil
    }

    /// Some devices allow one channel at a time.
    /// - Returns: Whether there is room for another now.
    mutating func makeRoom(after error: SessionError) async -> Bool {
        guard case .channelRefused = error, shell != nil else { return false }
        collector.trace?(.note("the command line is left for another channel: \(error)"))
        await leaveShell()
        return true
    }

    // MARK: the shell

    private mutating func type(
        _ line: PlatformLine, in mode: Place?, as purpose: Exchange.Purpose, _ completeness: Completeness
    ) async throws(SessionError) -> Reply {
        if let refusal = try await go(to: mode) { return .refused(refusal) }
        let held = held
        guard let answer = try await shell?.ask(line, as: purpose, completeness, beside: held) else {
            throw .closed(host: host, during: "asking '\(line.text)'")
        }
        if let refusal = answer.refusal {
            return .refused(.commandRejected(host: host, command: line.text, answer: refusal))
        }
        return .text(answer.text)
    }

    /// - Returns: Why the mode cannot be entered.
    private mutating func go(to mode: Place?) async throws(SessionError) -> SessionError? {
        guard place?.key != mode?.key else { return nil }
        if place != nil { try await leavePlace() }
        guard let mode else { return nil }
        for (index, line) in mode.enter.enumerated() {
            guard let refusal = try await change(by: line) else { continue }
            // Halfway in: out again, before anything is asked in the wrong place.
            if index > 0 {
                place = mode
                try await leavePlace()
            }
            return refusal
        }
        place = mode
        return nil
    }

    /// A mode that cannot be left ends the collection: what was asked next would be asked in the wrong place.
    private mutating func leavePlace() async throws(SessionError) {
        guard let before = place else { return }
        place = nil
        for line in before.leave {
            if let refusal = try await change(by: line) { throw refusal }
        }
    }

    /// - Returns: The refusal of a line that is not optional.
    private mutating func change(by line: Place.Line) async throws(SessionError) -> SessionError? {
        let (errors, held) = (collector.rules.errors, held)
        guard let answer = try await shell?.ask(line.line, as: .session, errors, beside: held) else {
            throw .closed(host: host, during: "sending '\(line.line.text)'")
        }
        guard let refusal = answer.refusal else { return nil }
        if line.isOptional {
            let note = "'\(line.line.text)' is not known here: \(refusal)"
            if !notes.contains(note) { notes.append(note) }
            return nil
        }
        return .commandRejected(host: host, command: line.line.text, answer: refusal)
    }

    /// A mode with its placeholders filled.
    func place(_ mode: CollectionRules.Mode?, _ filling: Filling) throws(SessionError) -> Place? {
        guard let mode else { return nil }
        var place = Place(name: mode.name, enter: [], leave: [])
        for line in mode.enter {
            place.enter.append(.init(line: try filled(line.listed, filling), isOptional: line.isOptional))
        }
        for line in mode.leave {
            place.leave.append(.init(line: try filled(line.listed, filling), isOptional: line.isOptional))
        }
        return place
    }

    // MARK: without a terminal

    private mutating func execute(
        _ line: PlatformLine, _ completeness: Completeness
    ) async throws(SessionError) -> Reply {
        let terminal = Mutex(TerminalText())
        let (lease, held, host, deadline) = (lease, held, host, deadline)
        let end = try await run(line, limit: collector.artifactLimit) { piece throws(SessionError) in
            let count = terminal.withLock { terminal in
                terminal.feed(piece)
                return terminal.text.count
            }
            try await lease?.cover(held + count, host: host, until: deadline)
        }
        let text = terminal.withLock { terminal in
            let whole = terminal
            terminal = TerminalText()
            return whole.finished()
        }
        if let status = end.status, status != 0 {
            let said = mask.shown(end.errors.isEmpty ? Array(text.prefix(512)) : end.errors)
            return .refused(.commandFailed(host: host, command: line.text, status: status, answer: said))
        }
        let refusal = try matching { () throws(PatternError) -> String? in
            if let line = try completeness.refusal(in: text, mask: mask) { return line }
            return text.isEmpty ? try completeness.refusal(in: end.errors, mask: mask) : nil
        }
        return refusal.map { .refused(.commandRejected(host: host, command: line.text, answer: $0)) } ?? .text(text)
    }

    /// Runs a line in a channel of its own: the one way there.
    mutating func run(
        _ line: PlatformLine, limit: Int, piece: @escaping DeviceConnection.Piece
    ) async throws(SessionError) -> CommandEnd {
        let trace = collector.trace
        let traced: DeviceConnection.Piece = { bytes throws(SessionError) in
            trace?(.received(bytes))
            try await piece(bytes)
        }
        trace?(.opened("exec"))
        defer { trace?(.closed) }
        trace?(.sent(line.text))
        do throws(SessionError) {
            return try await connection.execute(line.text, limit: limit, until: deadline, piece: traced)
        } catch {
            guard await makeRoom(after: error) else { throw error }
        }
        return try await connection.execute(line.text, limit: limit, until: deadline, piece: traced)
    }
}
