package import ConfigModel
import Patterns
import Synchronization

/// One conversation with a device that changes it: sends what a plan lists, line by line and file by file, and nothing else.
///
/// The only thing that sends a `PlannedLine`, and made for a `WritableConnection` alone, which a collection never has.
package actor RestoreSession {
    private let connection: any WritableConnection
    private let platform: Platform
    private let plan: SessionPlan?
    private let errors: [Pattern]
    private let host: String
    private let login: SessionLogin?
    private let enable: Secret?
    private let patience: Patience
    private let vars: [String: String]
    private let deadline: ContinuousClock.Instant
    private let trace: (@Sendable (SessionTrace) -> Void)?
    private let mask: Mask
    private var shell: ShellSession?

    /// The most bytes that are read as the answer to one line.
    private static var answerLimit: Int { 4 << 20 }

    /// - Parameters:
    ///   - host: How errors call the device, with its address.
    ///   - deadline: Of the whole conversation.
    /// - Throws: When the platform has a faulty pattern or line.
    package init(
        _ connection: any WritableConnection, platform: Platform, host: String, login: SessionLogin?, enable: Secret?,
        patience: Patience = Patience(), vars: [String: String] = [:], until deadline: ContinuousClock.Instant,
        trace: (@Sendable (SessionTrace) -> Void)? = nil
    ) throws(CollectorFault) {
        // What a restore may be asked is answered here alone.
        var restoring = platform
        restoring.session.questions = (platform.restore?.questions ?? []) + platform.session.questions
        self.connection = connection
        self.platform = restoring
        plan = try SessionPlan(restoring)
        errors = try SessionPlan.errors(of: restoring)
        self.host = host
        self.login = login
        self.enable = enable
        self.patience = patience
        self.vars = vars
        self.deadline = deadline
        self.trace = trace
        mask = Mask(hiding: [enable, login?.password])
    }

    // MARK: Lines

    /// Sends one line and reads its answer.
    /// - Returns: The answer; empty where the line ended the connection, as it may.
    /// - Throws: `commandRejected` when the answer has error text, `unexpectedAnswer` when it lacks what it must have.
    @discardableResult
    package func send(_ line: PlannedLine) async throws(SessionError) -> [UInt8] {
        guard line.isTypable else {
            throw .protocolFailure(
                host: host, during: "sending a line of the plan", reason: "there are control characters in it")
        }
        let answer: [UInt8]
        do throws(SessionError) {
            answer = try await ask(line.text, as: .session)
        } catch {
            if line.ends, error.isEndOfConnection {
                shell = nil
                return []
            }
            guard line.isOptional, error.isRefusal else { throw error }
            trace?(.note("\(error)"))
            return []
        }
        do throws(SessionError) {
            try judge(answer, of: line)
        } catch {
            guard line.isOptional else { throw error }
            trace?(.note("\(error)"))
        }
        return answer
    }

    private func judge(_ answer: [UInt8], of line: PlannedLine) throws(SessionError) {
        let shown = Self.shown(line.text)
        var refusals = errors
        if let refuse = line.refuse { refusals.insert(try compiled(refuse), at: 0) }
        if let text = try refusal(in: answer, by: refusals) {
            throw .commandRejected(host: host, command: shown, answer: text)
        }
        guard let expect = line.expect, try !matches(try compiled(expect), answer) else { return }
        let last = mask.shown(Completeness.lastLine(of: answer[...]))
        throw .unexpectedAnswer(host: host, command: shown, expected: expect.text, answer: last)
    }

    /// - Returns: Why a check does not hold; nil where it does.
    package func objection(to check: RestoreRules.Check) async throws(SessionError) -> String? {
        let answer: [UInt8]
        do throws(SessionError) {
            answer = try await ask(check.command, as: .look)
        } catch {
            switch error {
            case .commandRejected, .commandFailed: return explained(check, "\(error)")
            default: throw error
            }
        }
        if let text = try refusal(in: answer, by: errors) {
            return explained(check, "the device rejects '\(check.command)': \(text)")
        }
        if let refuse = check.refuse, try matches(try compiled(refuse), answer) {
            return explained(check, "'\(check.command)' shows '\(refuse.text)'")
        }
        if let expect = check.expect, try !matches(try compiled(expect), answer) {
            return explained(check, "'\(check.command)' does not show '\(expect.text)'")
        }
        return nil
    }

    private func explained(_ check: RestoreRules.Check, _ what: String) -> String {
        check.reason.map { "\(what): \($0)" } ?? what
    }

    /// The answer to a command that only reads, such as the one that shows what was saved.
    package func read(_ command: String) async throws(SessionError) -> [UInt8] {
        let answer = try await ask(command, as: .keep)
        if let text = try refusal(in: answer, by: errors), Completeness.lineCount(of: answer, upTo: 11) <= 10 {
            throw .commandRejected(host: host, command: command, answer: text)
        }
        return answer
    }

    /// Leaves the command line. The connection stays open.
    package func leave() async {
        guard var left = shell else { return }
        shell = nil
        await left.leave()
    }

    // MARK: Files

    /// Writes a file under another name, makes it lasting, and puts it in its place in one step; mode and owner stay.
    package func stage(
        _ bytes: [UInt8], beside path: String, as new: String, permissions: FilePermissions?, by method: FileMethod
    ) async throws(SessionError) {
        trace?(.note("writes \(bytes.count) bytes to \(new)"))
        try await connection.writeFile(bytes, to: new, permissions: permissions, by: method, until: deadline)
        guard method == .scp else { return }
        if let permissions, let user = permissions.user, let group = permissions.group {
            // The mode again after the owner, whose change may take bits of it away.
            _ = try? await run("chown \(user):\(group) \(Self.quoted(new))")
            try await succeed("chmod \(String(permissions.mode, radix: 8)) \(Self.quoted(new))")
        }
        _ = try? await run("sync")
    }

    package func place(_ new: String, at path: String, by method: FileMethod) async throws(SessionError) {
        trace?(.note("puts \(new) in the place of \(path)"))
        if method == .sftp {
            do throws(SessionError) {
                try await connection.replaceFile(path, with: new, until: deadline)
                return
            } catch {
                // A server without posix-rename; whatever else is wrong the command says too.
                guard case .fileUnwritable = error else { throw error }
            }
        }
        try await succeed("mv -f \(Self.quoted(new)) \(Self.quoted(path))")
    }

    /// Takes a file away that this restore has put there; that it is not there is as good.
    package func remove(_ path: String, by method: FileMethod) async {
        trace?(.note("takes \(path) away"))
        if method == .sftp, (try? await connection.removeFile(path, until: deadline)) != nil { return }
        _ = try? await run("rm -f \(Self.quoted(path))")
    }

    /// Whose a file is; nil where there is none.
    package func permissions(of path: String, by method: FileMethod) async throws(SessionError) -> FilePermissions? {
        if method == .sftp { return try await connection.status(of: path, until: deadline)?.permissions }
        let end = try await connection.execute("ls -ldn \(Self.quoted(path))", limit: 4096, until: deadline)
        guard end.status == 0 else { return nil }
        return FilePermissions(listing: String(decoding: end.output, as: UTF8.self))
    }

    /// The text for a device that takes it whole.
    package func transfer(_ bytes: [UInt8], to path: String, by method: FileMethod) async throws(SessionError) {
        trace?(.note("writes \(bytes.count) bytes to \(path)"))
        try await connection.writeFile(bytes, to: path, permissions: nil, by: method, until: deadline)
    }

    /// Runs a command of the platform that must end with 0.
    package func succeed(_ command: String) async throws(SessionError) {
        let end = try await run(command)
        guard let status = end.status, status != 0 else { return }
        let said = mask.shown(end.errors.isEmpty ? end.output.suffix(512) : end.errors.suffix(512)[...])
        throw .commandFailed(host: host, command: command, status: status, answer: said)
    }

    private func run(_ command: String) async throws(SessionError) -> CommandResult {
        trace?(.opened("exec"))
        trace?(.sent(command))
        defer { trace?(.closed) }
        return try await connection.execute(command, limit: Self.answerLimit, until: deadline)
    }

    // MARK: The command line

    private func ask(_ text: String, as purpose: Exchange.Purpose) async throws(SessionError) -> [UInt8] {
        guard let plan, platform.via.contains(.shell) else {
            let end = try await run(text)
            if let status = end.status, status != 0 {
                let said = mask.shown(end.errors.isEmpty ? end.output.suffix(512) : end.errors.suffix(512)[...])
                throw .commandFailed(host: host, command: Self.shown(text), status: status, answer: said)
            }
            return end.output + end.errors
        }
        if shell == nil { shell = try await openShell(plan) }
        guard var shell else { throw .closed(host: host, during: "sending a line") }
        self.shell = nil
        do throws(SessionError) {
            let answer = try await shell.ask(
                .planned(text), as: purpose, Completeness(errors: errors, mayBeEmpty: true), beside: 0)
            self.shell = shell
            if let refusal = answer.refusal {
                throw SessionError.commandRejected(host: host, command: Self.shown(text), answer: refusal)
            }
            return answer.text
        } catch {
            if case .commandRejected = error { self.shell = shell } else { await shell.close() }
            throw error
        }
    }

    private func openShell(_ plan: SessionPlan) async throws(SessionError) -> ShellSession {
        let transport = try await connection.openShell(plan.terminal, until: deadline)
        let dialogue = CLIDialogue(
            plan: plan, host: host, login: login, enable: enable,
            filling: Filling(platform: platform.name, vars: vars), limit: Self.answerLimit, patience: patience)
        var session = ShellSession(transport, dialogue, until: deadline, trace: trace)
        do throws(SessionError) {
            try await session.open(until: deadline)
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    private func refusal(in answer: [UInt8], by patterns: [Pattern]) throws(SessionError) -> String? {
        for pattern in patterns {
            guard let range = try match(pattern, answer) else { continue }
            let start = answer[..<range.lowerBound].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            let end = answer[range.lowerBound...].firstIndex(of: 0x0A) ?? answer.count
            return mask.shown(answer[start..<max(end, range.upperBound)])
        }
        return nil
    }

    private func matches(_ pattern: Pattern, _ text: [UInt8]) throws(SessionError) -> Bool {
        try match(pattern, text) != nil
    }

    private func match(_ pattern: Pattern, _ text: [UInt8]) throws(SessionError) -> Range<Int>? {
        do throws(PatternError) {
            return try pattern.firstMatch(in: text)?.range
        } catch {
            throw .protocolFailure(host: host, during: "reading its answer", reason: error.description)
        }
    }

    private func compiled(_ text: PatternText) throws(SessionError) -> Pattern {
        do throws(CollectorFault) {
            return try SessionPlan.compiled(text, multiline: true, in: platform)
        } catch {
            throw .platformFault(host: host, platform: error.platform, reason: error.reason)
        }
    }

    /// What an error repeats of a line: secrets stand behind the first words.
    static func shown(_ text: String) -> String {
        let line = text.split(separator: "\n", omittingEmptySubsequences: true).first ?? ""
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
        guard words.count > 3 else { return line.trimmingPrefix { $0 == " " }.description }
        return words.prefix(3).joined(separator: " ") + " …"
    }

    package static func quoted(_ path: String) -> String {
        "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

extension SessionError {
    /// Whether the device has heard a command and said no.
    fileprivate var isRefusal: Bool {
        switch self {
        case .commandRejected, .commandFailed, .unexpectedAnswer: true
        default: false
        }
    }

    /// Whether the other side is gone, rather than having said no.
    var isEndOfConnection: Bool {
        switch self {
        case .closed, .timedOut, .unreachable, .protocolFailure: true
        default: false
        }
    }

    /// Whether it is known what came of what was sent: nothing was, or the device has said no to it. Else the connection went, or
    /// time, and the device may have done it all the same.
    package var isDecided: Bool {
        switch self {
        case .unresolved, .unreachable, .refused, .timedOut, .closed, .cancelled, .protocolFailure, .promptNotFound,
            .nothingCollected:
            false
        case .jump(_, let error): error.isDecided
        default: true
        }
    }
}

extension FilePermissions {
    /// Reads a line of `ls -ldn`: `-rw-r----- 1 0 42 812 Mar 3 10:00 /etc/shadow`.
    package init?(listing: String) {
        let words = listing.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count >= 5, words[0].count >= 10, let user = Int(words[2]), let group = Int(words[3]) else {
            return nil
        }
        var mode = 0
        for (place, letter) in words[0].dropFirst().prefix(9).enumerated() {
            let bit = 1 << (8 - place)
            switch letter {
            case "r", "w", "x": mode |= bit
            case "s", "t": mode |= bit | Self.special[place / 3]
            case "S", "T": mode |= Self.special[place / 3]
            case "-": break
            default: return nil
            }
        }
        self.init(mode: mode, user: user, group: group)
    }

    private static let special = [0o4000, 0o2000, 0o1000]
}
