import ConfigModel

/// A platform file, taken apart.
enum PlatformFile {
    /// - Parameter root: Whole, and passed by the check against `Shape.platform`.
    static func platform(_ root: YAMLValue) -> Platform {
        Platform(
            name: root["platform"]?.text ?? "", aliases: root["aliases"]?.texts ?? [], title: root["title"]?.text ?? "",
            evidence: root["evidence"]?.choice() ?? .assumed, phi: root["phi"]?.text == "possible",
            prompt: root["prompt"]?.patternText, errors: root["errors"]?.patternTexts ?? [],
            pager: list(root["pager"], pager), session: session(root["session"]),
            collect: list(root["collect"], collect),
            facts: list(root["facts"], facts), vendor: root["vendor"]?.text, firmware: list(root["firmware"], firmware),
            volatile: root["volatile"]?.patternTexts ?? [], secrets: list(root["secrets"], secret),
            syntax: root["syntax"]?.choice() ?? .opaque, ordered: root["ordered"]?.patternTexts ?? [])
    }

    private static func list<Item>(_ value: YAMLValue?, _ item: (YAMLValue) -> Item?) -> [Item] {
        (value?.list ?? []).compactMap(item)
    }

    private static func pager(_ value: YAMLValue) -> PagerRule? {
        guard let pattern = value["pattern"]?.patternText, let answer = value["answer"]?.text else { return nil }
        return PagerRule(pattern: pattern, answer: answer)
    }

    private static func session(_ value: YAMLValue?) -> SessionRules {
        SessionRules(
            start: list(value?["start"], line), enable: value?["enable"].flatMap(enable),
            leave: list(value?["leave"], line))
    }

    private static func line(_ value: YAMLValue) -> SessionRules.Line? {
        guard let send = value["send"]?.text, let effect: LineEffect = value["effect"]?.choice() else { return nil }
        return SessionRules.Line(send: send, effect: effect, optional: value["optional"]?.flag ?? false)
    }

    private static func enable(_ value: YAMLValue) -> SessionRules.Enable? {
        guard let send = value["send"]?.text, let ask = value["ask"]?.patternText,
            let privileged = value["privileged"]?.patternText
        else { return nil }
        return SessionRules.Enable(send: send, ask: ask, privileged: privileged)
    }

    private static func collect(_ value: YAMLValue) -> CollectRule? {
        guard let source = source(value) else { return nil }
        return CollectRule(
            source: source, endMarker: value["complete"]?["end"]?.patternText,
            leastLines: value["complete"]?["lines"]?.integer, optional: value["optional"]?.flag ?? false)
    }

    private static func source(_ value: YAMLValue) -> CollectRule.Source? {
        if let glob = value["files"]?.text {
            let methods = value["by"]?.texts.compactMap(FileMethod.init(rawValue:))
            return .files(glob: glob, methods: methods ?? [.sftp, .scp, .cat])
        }
        guard let command = value["command"]?.text, let artifact = value["artifact"]?.text,
            let effect: LineEffect = value["effect"]?.choice()
        else { return nil }
        return .command(command, artifact: artifact, effect: effect)
    }

    private static func facts(_ value: YAMLValue) -> FactRule? {
        let finders = (value["find"]?.entries ?? []).compactMap { entry -> FactRule.Finder? in
            guard let field = FactRule.Field(rawValue: entry.key), let pattern = entry.value.patternText else {
                return nil
            }
            return FactRule.Finder(field: field, pattern: pattern)
        }
        let optional = value["optional"]?.flag ?? false
        if let path = value["file"]?.text { return FactRule(source: .file(path), finders: finders, optional: optional) }
        guard let command = value["command"]?.text, let effect: LineEffect = value["effect"]?.choice() else {
            return nil
        }
        return FactRule(source: .command(command, effect: effect), finders: finders, optional: optional)
    }

    private static func firmware(_ value: YAMLValue) -> FirmwareRule? {
        value["files"]?.text.map { FirmwareRule(glob: $0, sha256: value["sha256"]?.text) }
    }

    private static func secret(_ value: YAMLValue) -> SecretRule? {
        guard let pattern = value["pattern"]?.patternText, let kind = value["kind"]?.text else { return nil }
        return SecretRule(pattern: pattern, kind: kind, resalted: value["resalted"]?.flag ?? false)
    }
}

extension YAMLValue {
    fileprivate func choice<Word: RawRepresentable<String>>() -> Word? { text.flatMap(Word.init(rawValue:)) }
}
