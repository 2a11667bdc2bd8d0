/// Commands outside of the configuration mode.
extension JunosSession {
    mutating func operate(_ line: String, _ words: [(text: String, offset: Int)]) -> Reply {
        let texts = words.map(\.text)
        switch texts[0] {
        case "show": return show(line, words)
        case "configure" where login.mayWrite: return enterConfiguration(Array(texts.dropFirst()))
        case "set" where texts.count == 4 && texts[1] == "cli": return setTerminal(texts)
        case "file": return file(texts, line, words)
        case "exit", "quit": return Reply(isOver: true)
        default: return complaint(line, at: words[0].offset, "unknown command.")
        }
    }

    private mutating func setTerminal(_ words: [String]) -> Reply {
        switch words[2] {
        case "screen-length":
            guard let length = Int(words[3]) else { return .error("invalid value: \(words[3])") }
            self.length = length
            return Reply(text: ["Screen length set to \(length)"])
        case "screen-width": return Reply(text: ["Screen width set to \(words[3])"])
        case "complete-on-space": return Reply(text: ["Disabling complete-on-space"])
        case "timestamp": return Reply(text: ["CLI timestamp disabled"])
        default: return .error("unknown setting: \(words[2])")
        }
    }

    private mutating func enterConfiguration(_ words: [String]) -> Reply {
        guard ["", "exclusive"].contains(words.first ?? ""), words.count < 2 else { return .error("invalid mode") }
        let exclusive = words.first == "exclusive"
        let holder = holder
        let answer: Reply? = change { system, _ in
            if let other = system.isLocked(against: holder) {
                return (
                    Reply(text: [
                        "error: configuration database locked by:",
                        "  \(other) terminal p0 (pid 4681) on since \(JunosClock(commit: 1)), idle 00:01:12",
                        "      exclusive [edit]",
                    ]), false
                )
            }
            if exclusive, system.isChanged { return (.error("configuration database modified"), false) }
            if exclusive { system.lock(for: holder) }
            let changed = system.isChanged ? ["The configuration has been changed but not committed"] : []
            let warning = exclusive ? ["warning: uncommitted changes will be discarded on exit"] : []
            return (Reply(text: warning + ["Entering configuration mode"] + changed), false)
        }
        guard let answer, answer.text.contains("Entering configuration mode") else { return answer ?? Reply() }
        path = []
        isExclusive = exclusive
        return answer
    }

    /// `show`, also behind `run`.
    func show(_ line: String, _ words: [(text: String, offset: Int)]) -> Reply {
        guard let system = device.junosSystem else { return Reply() }
        let texts = words.map(\.text)
        let (command, pipes) = Self.piped(texts)
        switch command.dropFirst().first {
        case "configuration":
            return Self.shown(
                system.active, Array(command.dropFirst(2)), pipes, header: system.header, system: system)
        case "version" where command.count == 2:
            return Reply(text: [
                "Hostname: \(system.hostname)", "Model: \(system.model)", "Junos: \(system.version)",
                "JUNOS OS Kernel 64-bit  [20230816.7a3d6f2_builder_stable_12_224]", "JUNOS OS libs [20230816]",
            ])
        case "chassis" where command.last == "hardware":
            return Reply(text: [
                "Hardware inventory:", "Item             Version  Part number  Serial number     Description",
                "Chassis                                \(system.serial)      \(system.model.uppercased())",
                "Routing Engine 0 REV 11   650-044931   \(system.serial)      \(system.model.uppercased())",
            ])
        case "system" where command.count == 3 && command[2] == "commit":
            return Reply(
                text: system.commits.enumerated().map {
                    "\($0)   \(JunosClock(commit: $1.number)) by \($1.user) via cli"
                })
        case nil: return complaint(line, at: line.utf8.count, "syntax error, expecting <command>.")
        default: return complaint(line, at: words[1].offset, "syntax error, expecting <command>.")
        }
    }

    /// A configuration, or a part of it, as the words behind each `|` want it.
    static func shown(
        _ configuration: JunosConfiguration, _ path: [String], _ pipes: [[String]], header: String?, system: JunosSystem
    ) -> Reply {
        var text: [String]
        guard let statements = configuration.below(path) else { return Reply() }
        text = (path.isEmpty ? header.map { [$0] } ?? [] : []) + JunosConfiguration.text(of: statements, depth: 0)
        for pipe in pipes {
            switch pipe.first {
            case "display" where pipe.last == "set":
                text = JunosConfiguration.setText(of: statements, path: path)
            case "display", "no-more": break
            case "compare":
                let old = pipe.count == 3 && pipe[1] == "rollback" ? Int(pipe[2]).flatMap(system.commit) : system.active
                guard let old else { return .error("rollback configuration does not exist") }
                text = configuration.comparison(with: old)
            case "count": text = ["Count: \(text.count) lines"]
            case "match": text = text.filter { $0.contains(pipe.last ?? "") }
            default: return .error("syntax error: \(pipe.first ?? "|")")
            }
        }
        return Reply(text: text)
    }

    /// A command and the words behind each `|`.
    static func piped(_ words: [String]) -> (command: [String], pipes: [[String]]) {
        let parts = words.split(separator: "|", omittingEmptySubsequences: false).map(Array.init)
        return (parts.first ?? [], Array(parts.dropFirst()))
    }

    func file(_ texts: [String], _ line: String, _ words: [(text: String, offset: Int)]) -> Reply {
        guard texts.count == 3, let system = device.junosSystem else {
            return complaint(line, at: words.last?.offset ?? 0, "syntax error, expecting <command>.")
        }
        let path = texts[2].hasPrefix("/") ? texts[2] : "/var/home/netbackup/" + texts[2]
        switch texts[1] {
        case "list":
            guard let names = system.files.names(in: path) else {
                let isThere = system.files.read(path) != nil
                return Reply(text: [isThere ? path : "\(path): No such file or directory"])
            }
            return Reply(text: ["", FileTree.normal(path) + ":"] + names)
        case "show":
            guard let bytes = system.files.read(path) else { return .error("could not resolve file: \(path)") }
            return Reply(
                text: String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
                    .map(String.init))
        case "delete" where login.mayWrite:
            let done: Bool? = change { system, _ in
                let done = system.files.remove(path)
                return (done, done)
            }
            return done == true ? Reply() : Reply(text: ["rm: \(path): No such file or directory"])
        default: return complaint(line, at: words[1].offset, "syntax error, expecting <command>.")
        }
    }
}
