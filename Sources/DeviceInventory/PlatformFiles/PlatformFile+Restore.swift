import ConfigModel

/// How a configuration is put back.
extension PlatformFile {
    static func restore(_ value: YAMLValue) -> RestoreRules? {
        guard let method: RestoreRules.Method = value["method"]?.choice() else { return nil }
        return RestoreRules(
            method: method, transfer: value["transfer"]?.choice() ?? .none, evidence: value["evidence"]?.choice(),
            artifact: value["artifact"]?.text, file: value["file"]?.text, drop: value["drop"]?.patternTexts ?? [],
            carets: value["carets"]?.patternTexts ?? [],
            checks: list(value["checks"], check), commands: list(value["commands"], sentLine),
            minutes: value["minutes"]?.integer ?? 10, confirm: list(value["confirm"], sentLine),
            timer: value["timer"].map(timer), verify: list(value["verify"], check),
            save: list(value["save"], sentLine), saved: value["saved"]?.text, undo: list(value["undo"], sentLine),
            clean: list(value["clean"], sentLine), questions: list(value["questions"], question),
            lines: value["lines"].map(remediation), services: list(value["services"], service),
            access: list(value["access"], accessRule), masked: value["masked"]?.patternTexts ?? [],
            gaps: value["gaps"]?.texts ?? [], notes: value["notes"]?.texts ?? [])
    }

    private static func sentLine(_ value: YAMLValue) -> RestoreRules.Line? {
        if let text = value.text { return RestoreRules.Line(send: text) }
        guard let send = value["send"]?.text else { return nil }
        return RestoreRules.Line(
            send: send, expect: value["expect"]?.patternText, refuse: value["refuse"]?.patternText,
            optional: value["optional"]?.flag ?? false, ends: value["ends"]?.flag ?? false)
    }

    private static func check(_ value: YAMLValue) -> RestoreRules.Check? {
        if let text = value.text { return RestoreRules.Check(command: text) }
        guard let command = value["command"]?.text else { return nil }
        return RestoreRules.Check(
            command: command, expect: value["expect"]?.patternText, refuse: value["refuse"]?.patternText,
            reason: value["reason"]?.text)
    }

    private static func timer(_ value: YAMLValue) -> RestoreRules.Timer {
        RestoreRules.Timer(start: list(value["start"], sentLine), cancel: list(value["cancel"], sentLine))
    }

    /// Such a question is about writing: the answers are sent in a restore alone.
    private static func question(_ value: YAMLValue) -> QuestionRule? {
        guard let ask = value["ask"]?.patternText, let text = value["answer"]?.text else { return nil }
        return QuestionRule(
            ask: ask, answer: text == "{password}" ? .password : .text(text), effect: .session,
            enter: value["enter"]?.flag ?? true, at: [.command, .leave])
    }

    private static func remediation(_ value: YAMLValue) -> RemediationRules {
        RemediationRules(
            enter: value["enter"]?.texts ?? [], leave: value["leave"]?.texts ?? [],
            negate: value["negate"]?.text ?? "no {line}", exit: value["exit"]?.text,
            keep: value["keep"]?.patternTexts ?? [], negations: list(value["negations"], negation),
            overwrites: value["overwrites"]?.patternTexts ?? [], sections: value["sections"]?.patternTexts ?? [],
            rebuilt: value["rebuilt"]?.patternTexts ?? [], renews: value["renews"]?.patternTexts ?? [],
            late: value["late"]?.patternTexts ?? [], unique: value["unique"]?.patternTexts ?? [])
    }

    private static func negation(_ value: YAMLValue) -> RemediationRules.Negation? {
        guard let line = value["line"]?.patternText else { return nil }
        return RemediationRules.Negation(
            line: line, under: value["under"]?.patternText, send: value["send"]?.texts ?? [],
            takes: value["takes"]?.texts ?? [])
    }

    private static func service(_ value: YAMLValue) -> RestoreRules.Service? {
        guard let path = value["path"]?.patternText else { return nil }
        return RestoreRules.Service(
            path: path, check: value["check"]?.texts ?? [], reload: value["reload"]?.texts ?? [],
            health: value["health"]?.texts ?? [])
    }

    private static func accessRule(_ value: YAMLValue) -> RestoreRules.AccessRule? {
        guard let name = value["name"]?.text, let line = value["line"]?.patternText else { return nil }
        return RestoreRules.AccessRule(
            name: name, line: line, under: value["under"]?.patternText, section: value["section"]?.flag ?? false,
            any: value["any"]?.flag ?? false,
            added: value["added"]?.flag ?? false,
            follow: value["follow"]?.patternTexts ?? [])
    }
}
