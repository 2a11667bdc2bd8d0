import ConfigModel

/// A platform file, taken apart.
enum PlatformFile {
    /// - Parameter root: Whole, and passed by the check against `Shape.platform`.
    static func platform(_ root: YAMLValue) -> Platform {
        Platform(
            name: root["platform"]?.text ?? "", aliases: root["aliases"]?.texts ?? [], title: root["title"]?.text ?? "",
            evidence: root["evidence"]?.choice() ?? .assumed, phi: root["phi"]?.text == "possible",
            prompt: root["prompt"]?.patternText, via: channels(root), errors: root["errors"]?.patternTexts ?? [],
            pager: list(root["pager"], pager), session: session(root["session"]),
            modes: map(root["modes"], mode), lists: map(root["lists"], listRule),
            collect: list(root["collect"], collect),
            facts: list(root["facts"], facts), vendor: root["vendor"]?.text, firmware: list(root["firmware"], firmware),
            volatile: list(root["volatile"], volatile), changed: root["changed"]?.patternTexts ?? [],
            wrapped: list(root["wrapped"], wrapped), secrets: list(root["secrets"], secret),
            syntax: root["syntax"]?.choice() ?? .opaque, ordered: root["ordered"]?.patternTexts ?? [],
            defaults: root["defaults"]?.patternTexts ?? [],
            restore: root["restore"].flatMap(restore))
    }

    /// A platform with a prompt has a command line, one without runs each command by itself.
    private static func channels(_ root: YAMLValue) -> [CommandChannel] {
        let given: [CommandChannel] = root["via"]?.oneOrMore.compactMap { $0.choice() } ?? []
        return given.isEmpty ? [root["prompt"] == nil ? .exec : .shell] : given
    }

    static func list<Item>(_ value: YAMLValue?, _ item: (YAMLValue) -> Item?) -> [Item] {
        (value?.list ?? []).compactMap(item)
    }

    private static func map<Item>(_ value: YAMLValue?, _ item: (YAMLValue) -> Item?) -> [String: Item] {
        let pairs = (value?.entries ?? []).compactMap { entry in item(entry.value).map { (entry.key, $0) } }
        return Dictionary(pairs) { first, _ in first }
    }
}

// MARK: - What the texts are made into

extension PlatformFile {
    private static func volatile(_ value: YAMLValue) -> VolatileRule? {
        if let line = value.patternText { return .line(line) }
        if let part = value["part"]?.patternText { return .part(part) }
        guard let from = value["from"]?.patternText, let until = value["until"]?.patternText else { return nil }
        return .section(from: from, until: until, through: value["through"]?.flag ?? false)
    }

    private static func wrapped(_ value: YAMLValue) -> WrapRule? {
        let next = value["next"]?.patternText
        if let mark = value["end"]?.patternText { return WrapRule(end: .mark(mark), next: next) }
        return value["columns"]?.integer.map { WrapRule(end: .columns($0), next: next) }
    }

    private static func secret(_ value: YAMLValue) -> SecretRule? {
        guard let pattern = value["pattern"]?.patternText, let kind = value["kind"]?.text else { return nil }
        var rule = SecretRule(pattern: pattern, kind: kind, resalted: value["resalted"]?.flag ?? false)
        if let from = value["from"]?.patternText, let until = value["until"]?.patternText {
            rule.section = SecretRule.Section(from: from, until: until)
        }
        return rule
    }
}

extension YAMLValue {
    func choice<Word: RawRepresentable<String>>() -> Word? { text.flatMap(Word.init(rawValue:)) }
}
