import ConfigModel

/// How a configuration is put back.
extension PlatformDocument {
    static func restore(_ rules: RestoreRules) -> DocumentTree {
        .object([
            ("method", .text(rules.method.rawValue)), ("transfer", .text(rules.transfer.rawValue)),
            ("evidence", .text(rules.evidence?.rawValue)), ("artifact", .text(rules.artifact)),
            ("file", .text(rules.file)), ("drop", patterns(rules.drop)), ("carets", patterns(rules.carets)),
            ("checks", .list(rules.checks.map(check), elseNil: true)),
            ("commands", lines(rules.commands)), ("minutes", rules.minutes == 10 ? nil : .number(rules.minutes)),
            ("confirm", lines(rules.confirm)), ("timer", rules.timer.map(timer)),
            ("verify", .list(rules.verify.map(check), elseNil: true)), ("save", lines(rules.save)),
            ("saved", .text(rules.saved)),
            ("undo", lines(rules.undo)), ("clean", lines(rules.clean)),
            ("questions", .list(rules.questions.map(restoreQuestion), elseNil: true)),
            ("lines", rules.lines.map(remediation)),
            ("services", .list(rules.services.map(service), elseNil: true)),
            ("access", .list(rules.access.map(accessRule), elseNil: true)),
            ("masked", patterns(rules.masked)), ("gaps", .texts(rules.gaps)), ("notes", .texts(rules.notes)),
        ])
    }

    private static func lines(_ lines: [RestoreRules.Line]) -> DocumentTree? { .list(lines.map(line), elseNil: true) }

    private static func line(_ line: RestoreRules.Line) -> DocumentTree {
        if line == RestoreRules.Line(send: line.send) { return .text(line.send) }
        return .object([
            ("send", .text(line.send)), ("expect", line.expect.map(pattern)), ("refuse", line.refuse.map(pattern)),
            ("optional", flag(line.optional)), ("ends", flag(line.ends)),
        ])
    }

    private static func check(_ check: RestoreRules.Check) -> DocumentTree {
        if check == RestoreRules.Check(command: check.command) { return .text(check.command) }
        return .object([
            ("command", .text(check.command)), ("expect", check.expect.map(pattern)),
            ("refuse", check.refuse.map(pattern)), ("reason", .text(check.reason)),
        ])
    }

    private static func timer(_ timer: RestoreRules.Timer) -> DocumentTree {
        .object([("start", lines(timer.start)), ("cancel", lines(timer.cancel))])
    }

    private static func restoreQuestion(_ rule: QuestionRule) -> DocumentTree {
        let answer = if case .text(let text) = rule.answer { text } else { "{password}" }
        return .object([
            ("ask", pattern(rule.ask)), ("answer", .text(answer)),
            ("enter", rule.enter ? nil : .flag(false)),
        ])
    }

    private static func remediation(_ rules: RemediationRules) -> DocumentTree {
        .object([
            ("enter", .texts(rules.enter)), ("leave", .texts(rules.leave)), ("negate", .text(rules.negate)),
            ("exit", .text(rules.exit)), ("keep", patterns(rules.keep)),
            (
                "negations",
                .list(
                    rules.negations.map { rule in
                        .object([
                            ("line", pattern(rule.line)), ("under", rule.under.map(pattern)),
                            ("send", .list(rule.send.map { .text($0) })), ("takes", .texts(rule.takes)),
                        ])
                    }, elseNil: true)
            ), ("overwrites", patterns(rules.overwrites)), ("sections", patterns(rules.sections)),
            ("rebuilt", patterns(rules.rebuilt)), ("renews", patterns(rules.renews)), ("late", patterns(rules.late)),
            ("unique", patterns(rules.unique)),
        ])
    }

    private static func service(_ service: RestoreRules.Service) -> DocumentTree {
        .object([
            ("path", pattern(service.path)), ("check", .texts(service.check)), ("reload", .texts(service.reload)),
            ("health", .texts(service.health)),
        ])
    }

    private static func accessRule(_ rule: RestoreRules.AccessRule) -> DocumentTree {
        .object([
            ("name", .text(rule.name)), ("line", pattern(rule.line)), ("under", rule.under.map(pattern)),
            ("section", flag(rule.section)), ("any", flag(rule.any)), ("added", flag(rule.added)),
            ("follow", patterns(rule.follow)),
        ])
    }
}
