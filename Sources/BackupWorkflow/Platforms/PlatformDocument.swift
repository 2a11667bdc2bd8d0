package import ConfigModel

/// A platform in the language of platform files, as it is in force: what it extends taken in, defaults left out.
package enum PlatformDocument {
    package static func tree(of platform: Platform) -> DocumentTree {
        .object([
            ("platform", .text(platform.name)), ("title", .text(platform.title)),
            ("aliases", .texts(platform.aliases)), ("vendor", .text(platform.vendor)),
            ("evidence", .text(platform.evidence.rawValue)), ("phi", .text(platform.phi ? "possible" : "none")),
            ("syntax", .text(platform.syntax.rawValue)), ("via", via(platform.via)),
            ("prompt", platform.prompt.map(pattern)), ("errors", patterns(platform.errors)),
            ("pager", .list(platform.pager.map(pager), elseNil: true)), ("session", session(platform.session)),
            ("modes", map(platform.modes, mode)), ("lists", map(platform.lists, list)),
            ("collect", .list(platform.collect.map(collect))),
            ("facts", .list(platform.facts.map(facts), elseNil: true)),
            ("firmware", .list(platform.firmware.map(firmware), elseNil: true)),
            ("volatile", .list(platform.volatile.map(volatile), elseNil: true)),
            ("changed", patterns(platform.changed)),
            ("wrapped", .list(platform.wrapped.map(wrapped), elseNil: true)),
            ("secrets", .list(platform.secrets.map(secret), elseNil: true)), ("ordered", patterns(platform.ordered)),
            ("defaults", patterns(platform.defaults)),
            ("restore", platform.restore.map(restore)),
        ])
    }

    // MARK: Small parts

    static func pattern(_ pattern: PatternText) -> DocumentTree { .text(pattern.text) }

    static func patterns(_ patterns: [PatternText]) -> DocumentTree? { .texts(patterns.map(\.text)) }

    private static func via(_ channels: [CommandChannel]) -> DocumentTree {
        channels.count == 1 ? .text(channels[0].rawValue) : .list(channels.map { .text($0.rawValue) })
    }

    static func flag(_ flag: Bool) -> DocumentTree? { flag ? .flag(true) : nil }

    private static func effect(_ effect: LineEffect) -> DocumentTree { .text(effect.rawValue) }

    private static func oneOrMore(_ texts: [String]) -> DocumentTree? {
        texts.count == 1 ? .text(texts[0]) : .texts(texts)
    }

    private static func map<Item>(_ items: [String: Item], _ tree: (Item) -> DocumentTree) -> DocumentTree? {
        guard !items.isEmpty else { return nil }
        return .object(items.sorted { $0.key < $1.key }.map { DocumentTree.Entry($0.key, tree($0.value)) })
    }

    private static func methods(_ methods: [FileMethod]) -> DocumentTree? {
        methods == FileMethod.usual ? nil : .list(methods.map { .text($0.rawValue) })
    }

    private static func pager(_ rule: PagerRule) -> DocumentTree {
        .object([("pattern", pattern(rule.pattern)), ("answer", .text(rule.answer))])
    }
}

// MARK: - The conversation

extension PlatformDocument {
    private static func session(_ rules: SessionRules) -> DocumentTree? {
        let tree = DocumentTree.object([
            ("terminal", terminal(rules.terminal)), ("enter", rules.enter == .lf ? nil : .text(rules.enter.rawValue)),
            ("questions", .list(rules.questions.map(question), elseNil: true)),
            ("begin", .list(rules.begin.map(line), elseNil: true)), ("enable", rules.enable.map(enable)),
            ("start", .list(rules.start.map(line), elseNil: true)), ("ready", rules.ready.map(ready)),
            ("leave", .list(rules.leave.map(line), elseNil: true)),
        ])
        return tree == .object([DocumentTree.Entry]()) ? nil : tree
    }

    private static func terminal(_ terminal: TerminalRules) -> DocumentTree? {
        guard terminal != TerminalRules() else { return nil }
        return .object([
            ("columns", .number(terminal.columns)), ("rows", .number(terminal.rows)), ("type", .text(terminal.type)),
        ])
    }

    private static func question(_ rule: QuestionRule) -> DocumentTree {
        let answer: String =
            switch rule.answer {
            case .text(let text): text
            case .user: "{user}"
            case .password: "{password}"
            }
        return .object([
            ("ask", pattern(rule.ask)), ("answer", .text(answer)), ("enter", rule.enter ? nil : .flag(false)),
            ("effect", effect(rule.effect)),
            ("at", Set(rule.at) == Set(QuestionRule.Time.allCases) ? nil : .texts(rule.at.map(\.rawValue))),
        ])
    }

    private static func line(_ line: SessionRules.Line) -> DocumentTree {
        .object([
            ("send", .text(line.send)), ("effect", effect(line.effect)), ("optional", flag(line.optional)),
            ("when", line.when.map(pattern)),
        ])
    }

    private static func enable(_ rule: SessionRules.Enable) -> DocumentTree {
        .object([
            ("send", .text(rule.send)), ("ask", rule.ask.map(pattern)), ("privileged", pattern(rule.privileged)),
            ("password", rule.password == .enable ? nil : .text(rule.password.rawValue)),
            ("optional", flag(rule.optional)),
        ])
    }

    private static func ready(_ rule: SessionRules.Ready) -> DocumentTree {
        .object([
            ("command", .text(rule.command)), ("effect", effect(rule.effect)), ("idle", rule.idle.map(pattern)),
            ("busy", rule.busy.map(pattern)),
        ])
    }

    private static func mode(_ rule: ModeRule) -> DocumentTree {
        .object([("enter", .list(rule.enter.map(line))), ("leave", .list(rule.leave.map(line)))])
    }

    private static func list(_ rule: ListRule) -> DocumentTree {
        .object([
            ("command", .text(rule.command)), ("effect", effect(rule.effect)), ("mode", .text(rule.mode)),
            ("find", pattern(rule.find)), ("allow", pattern(rule.allow)), ("optional", flag(rule.optional)),
        ])
    }
}

// MARK: - What is asked for

extension PlatformDocument {
    private static func collect(_ rule: CollectRule) -> DocumentTree {
        var pairs: [(String, DocumentTree?)]
        switch rule.source {
        case .command(let commands, let artifact, let effect):
            pairs = [
                ("artifact", .text(artifact)), ("command", oneOrMore(commands)), ("effect", self.effect(effect)),
            ]
        case .files(let glob, let methods): pairs = [("files", .text(glob)), ("by", self.methods(methods))]
        }
        let complete = DocumentTree.object([
            ("end", rule.endMarker.map(pattern)), ("lines", rule.leastLines.map { .number($0) }),
        ])
        let hasComplete = rule.endMarker != nil || rule.leastLines != nil
        pairs += [
            ("complete", hasComplete ? complete : nil), ("optional", flag(rule.optional)), ("heavy", flag(rule.heavy)),
            ("mode", .text(rule.mode)), ("foreach", .text(rule.foreach)), ("syntax", .text(rule.syntax?.rawValue)),
        ]
        return .object(pairs)
    }

    private static func facts(_ rule: FactRule) -> DocumentTree {
        var pairs: [(String, DocumentTree?)]
        switch rule.source {
        case .command(let commands, let effect):
            pairs = [("command", oneOrMore(commands)), ("effect", self.effect(effect))]
        case .file(let path): pairs = [("file", .text(path))]
        }
        let find = rule.finders.map { DocumentTree.Entry($0.field.rawValue, pattern($0.pattern)) }
        pairs += [("optional", flag(rule.optional)), ("mode", .text(rule.mode)), ("find", .object(find))]
        return .object(pairs)
    }

    private static func firmware(_ rule: FirmwareRule) -> DocumentTree {
        var pairs: [(String, DocumentTree?)]
        switch rule.images {
        case .files(let glob, let methods): pairs = [("files", .text(glob)), ("by", self.methods(methods))]
        case .list(let name): pairs = [("list", .text(name))]
        case .boot(let allow): pairs = [("boot", pattern(allow))]
        }
        pairs += [
            ("hash", .list(rule.hash.map(hash), elseNil: true)), ("read", rule.neverRead ? .text("never") : nil),
            ("age", rule.hashAge.map { .text(words($0)) }),
        ]
        return .object(pairs)
    }

    /// `30d`, `12h`, `90s`.
    private static func words(_ age: Duration) -> String {
        let seconds = age.components.seconds
        let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "m")]
        for (length, unit) in units where seconds % length == 0 { return "\(seconds / length)\(unit)" }
        return "\(seconds)s"
    }

    private static func hash(_ hash: FirmwareRule.Hash) -> DocumentTree {
        .object([
            ("algorithm", .text(hash.algorithm.rawValue)), ("command", .text(hash.command)),
            ("effect", effect(hash.effect)), ("find", hash.find.map(pattern)), ("heavy", flag(hash.heavy)),
            ("mode", .text(hash.mode)),
        ])
    }
}

// MARK: - What the texts are made into

extension PlatformDocument {
    private static func volatile(_ rule: VolatileRule) -> DocumentTree {
        switch rule {
        case .line(let line): pattern(line)
        case .part(let part): .object([("part", pattern(part))])
        case .section(let from, let until, let through):
            .object([("from", pattern(from)), ("until", pattern(until)), ("through", flag(through))])
        }
    }

    private static func wrapped(_ rule: WrapRule) -> DocumentTree {
        switch rule.end {
        case .mark(let mark): .object([("end", pattern(mark)), ("next", rule.next.map(pattern))])
        case .columns(let columns): .object([("columns", .number(columns)), ("next", rule.next.map(pattern))])
        }
    }

    private static func secret(_ rule: SecretRule) -> DocumentTree {
        .object([
            ("pattern", pattern(rule.pattern)), ("kind", .text(rule.kind)), ("resalted", flag(rule.resalted)),
            ("from", rule.section.map { pattern($0.from) }), ("until", rule.section.map { pattern($0.until) }),
        ])
    }
}
