/// Commands of the configuration mode.
extension JunosSession {
    mutating func configure(_ line: String, _ words: [(text: String, offset: Int)]) -> Reply {
        let texts = words.map(\.text)
        let rest = Array(texts.dropFirst())
        switch texts[0] {
        case "set", "delete": return edit(line, words)
        case "show": return showCandidate(rest)
        case "load": return load(rest, line, words)
        case "commit": return commit(rest, line, words)
        case "rollback": return rollBack(rest)
        case "run" where !rest.isEmpty: return run(line, Array(words.dropFirst()))
        case "edit" where !rest.isEmpty: path = (path ?? []) + rest
        case "top": path = []
        case "up": path = path.map { Array($0.dropLast()) }
        case "exit", "quit":
            guard path == [] || rest == ["configuration-mode"] || texts[0] == "quit" else {
                path = []
                return Reply()
            }
            return leave()
        default: return complaint(line, at: words[0].offset, "unknown command.")
        }
        return Reply()
    }

    private mutating func edit(_ line: String, _ words: [(text: String, offset: Int)]) -> Reply {
        let path = path ?? []
        let statement = path + words.dropFirst().map(\.text)
        if words[0].text == "delete" {
            if statement.isEmpty {
                question = .deleteAll
                return Reply(
                    text: ["This will delete the entire configuration"],
                    question: "Delete everything under this level? [yes,no] (no) ")
            }
            let done: Bool? = change { system, _ in
                let done = system.candidate.delete(statement)
                return (done, done)
            }
            return done == true ? Reply() : Reply(text: ["warning: statement not found"])
        }
        guard statement.count > path.count else { return complaint(line, at: line.utf8.count, "missing argument.") }
        let problem: Int?? = change { system, device in
            if device.fault?.rejected.map({ line.contains($0) }) == true { return (path.count, false) }
            let problem = system.candidate.problem(statement)
            return (problem, problem == nil && system.candidate.enter(statement))
        }
        guard case .some(.some(let word)) = problem else { return Reply() }
        let place = words.dropFirst(1 + max(0, word - path.count)).first ?? words[words.count - 1]
        return complaint(line, at: place.offset, "syntax error.")
    }

    private func showCandidate(_ words: [String]) -> Reply {
        guard let system = device.junosSystem else { return Reply() }
        let (command, pipes) = Self.piped(words)
        return Self.shown(
            system.candidate, (path ?? []) + command, pipes, header: "## Last changed: \(JunosClock(commit: 0))",
            system: system)
    }

    private func run(_ line: String, _ words: [(text: String, offset: Int)]) -> Reply {
        switch words[0].text {
        case "show": show(line, words)
        case "file": file(words.map(\.text), line, words)
        default: complaint(line, at: words[0].offset, "unknown command.")
        }
    }

    private mutating func commit(_ words: [String], _ line: String, _ all: [(text: String, offset: Int)]) -> Reply {
        var minutes: Int?
        var isCheck = false
        var quits = false
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "check": isCheck = true
            case "and-quit": quits = true
            case "comment": _ = rest.popFirst()
            case "confirmed":
                minutes = rest.first.flatMap { Int($0) } ?? 10
                if rest.first.flatMap({ Int($0) }) != nil { rest.removeFirst() }
            default:
                return complaint(line, at: all.first { $0.text == word }?.offset ?? 0, "syntax error.")
            }
        }
        if isCheck { return Reply(text: ["configuration check succeeds"]) }
        if let minutes, !(1...65_535).contains(minutes) { return .error("confirmed time out of range") }
        let (user, span) = (login.user, minutes)
        let done: Bool? = change { system, device in
            system.commit(
                by: user, minutes: span, minute: device.minute, now: .now, isDeaf: device.fault == .deafConfirm)
            return (true, true)
        }
        guard done == true else { return Reply() }
        var text =
            minutes.map {
                ["commit confirmed will be automatically rolled back in \($0) minutes unless confirmed"]
            } ?? []
        text.append("commit complete")
        if quits { text += leaveNow() }
        return Reply(text: text)
    }

    private func rollBack(_ words: [String]) -> Reply {
        guard let number = words.isEmpty ? 0 : Int(words[0]), (0..<50).contains(number) else {
            return .error("invalid rollback number: \(words.first ?? "")")
        }
        let done: Bool? = change { system, _ in
            guard let old = system.commit(ago: number) else { return (false, false) }
            system.candidate = old
            return (true, true)
        }
        return done == true
            ? Reply(text: ["load complete"]) : .error("could not open configuration database: rollback \(number)")
    }

    private mutating func leave() -> Reply {
        guard device.junosSystem?.isChanged == true else { return Reply(text: leaveNow()) }
        question = .leave(isExclusive: isExclusive)
        return Reply(
            text: ["The configuration has been changed but not committed"],
            question: isExclusive
                ? "Discard uncommitted changes? [yes,no] (yes) " : "Exit with uncommitted changes? [yes,no] (yes) ")
    }

    private mutating func leaveNow() -> [String] {
        let holder = holder
        let _: Bool? = change { system, _ in
            system.unlock(by: holder)
            return (true, false)
        }
        path = nil
        isExclusive = false
        return ["Exiting configuration mode"]
    }

    mutating func answer(_ asked: Question, with word: String) -> Reply {
        switch asked {
        case .leave: return word.isEmpty || "yes".hasPrefix(word) ? Reply(text: leaveNow()) : Reply()
        case .deleteAll:
            guard !word.isEmpty, "yes".hasPrefix(word) else { return Reply() }
            let _: Bool? = change { system, _ in
                let done = system.candidate.delete([])
                return (done, done)
            }
            return Reply()
        }
    }
}
