import ConfigModel

/// The conversation with a device.
extension PlatformFile {
    static func pager(_ value: YAMLValue) -> PagerRule? {
        guard let pattern = value["pattern"]?.patternText, let answer = value["answer"]?.text else { return nil }
        return PagerRule(pattern: pattern, answer: answer)
    }

    static func session(_ value: YAMLValue?) -> SessionRules {
        SessionRules(
            start: list(value?["start"], line), enable: value?["enable"].flatMap(enable),
            leave: list(value?["leave"], line), terminal: terminal(value?["terminal"]),
            enter: value?["enter"]?.choice() ?? .lf, questions: list(value?["questions"], question),
            begin: list(value?["begin"], line), ready: value?["ready"].flatMap(ready))
    }

    private static func line(_ value: YAMLValue) -> SessionRules.Line? {
        guard let send = value["send"]?.text, let effect: LineEffect = value["effect"]?.choice() else { return nil }
        return SessionRules.Line(
            send: send, effect: effect, optional: value["optional"]?.flag ?? false, when: value["when"]?.patternText)
    }

    private static func enable(_ value: YAMLValue) -> SessionRules.Enable? {
        guard let send = value["send"]?.text, let privileged = value["privileged"]?.patternText else { return nil }
        return SessionRules.Enable(
            send: send, ask: value["ask"]?.patternText, privileged: privileged,
            password: value["password"]?.choice() ?? .enable, optional: value["optional"]?.flag ?? false)
    }

    private static func terminal(_ value: YAMLValue?) -> TerminalRules {
        let usual = TerminalRules()
        return TerminalRules(
            columns: value?["columns"]?.integer ?? usual.columns, rows: value?["rows"]?.integer ?? usual.rows,
            type: value?["type"]?.text ?? usual.type)
    }

    private static func question(_ value: YAMLValue) -> QuestionRule? {
        guard let ask = value["ask"]?.patternText, let text = value["answer"]?.text,
            let effect: LineEffect = value["effect"]?.choice()
        else { return nil }
        let answer: QuestionRule.Answer =
            switch text {
            case "{user}": .user
            case "{password}": .password
            default: .text(text)
            }
        let times: [QuestionRule.Time] = list(value["at"]) { $0.choice() }
        return QuestionRule(
            ask: ask, answer: answer, effect: effect, enter: value["enter"]?.flag ?? true,
            at: times.isEmpty ? QuestionRule.Time.allCases : times)
    }

    private static func ready(_ value: YAMLValue) -> SessionRules.Ready? {
        guard let command = value["command"]?.text, let effect: LineEffect = value["effect"]?.choice() else {
            return nil
        }
        return SessionRules.Ready(
            command: command, effect: effect, idle: value["idle"]?.patternText, busy: value["busy"]?.patternText)
    }

    static func mode(_ value: YAMLValue) -> ModeRule {
        ModeRule(enter: list(value["enter"], line), leave: list(value["leave"], line))
    }

    static func listRule(_ value: YAMLValue) -> ListRule? {
        guard let command = value["command"]?.text, let effect: LineEffect = value["effect"]?.choice(),
            let find = value["find"]?.patternText, let allow = value["allow"]?.patternText
        else { return nil }
        return ListRule(
            command: command, effect: effect, mode: value["mode"]?.text, find: find, allow: allow,
            optional: value["optional"]?.flag ?? false)
    }
}
