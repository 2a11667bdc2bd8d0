import ConfigModel

/// What is collected.
extension PlatformFile {
    static func collect(_ value: YAMLValue) -> CollectRule? {
        guard let source = source(value) else { return nil }
        return CollectRule(
            source: source, endMarker: value["complete"]?["end"]?.patternText,
            leastLines: value["complete"]?["lines"]?.integer, optional: value["optional"]?.flag ?? false,
            heavy: value["heavy"]?.flag ?? false, mode: value["mode"]?.text, foreach: value["foreach"]?.text,
            syntax: value["syntax"]?.choice())
    }

    private static func source(_ value: YAMLValue) -> CollectRule.Source? {
        if let glob = value["files"]?.text { return .files(glob: glob, methods: methods(value)) }
        guard let commands = commands(value), let artifact = value["artifact"]?.text,
            let effect: LineEffect = value["effect"]?.choice()
        else { return nil }
        return .command(commands, artifact: artifact, effect: effect)
    }

    private static func methods(_ value: YAMLValue) -> [FileMethod] {
        let given: [FileMethod] = list(value["by"]) { $0.choice() }
        return given.isEmpty ? FileMethod.usual : given
    }

    private static func commands(_ value: YAMLValue) -> [String]? {
        value["command"].map { $0.oneOrMore.compactMap(\.text) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    static func facts(_ value: YAMLValue) -> FactRule? {
        let finders = (value["find"]?.entries ?? []).compactMap { entry -> FactRule.Finder? in
            guard let field = FactRule.Field(rawValue: entry.key), let pattern = entry.value.patternText else {
                return nil
            }
            return FactRule.Finder(field: field, pattern: pattern)
        }
        let optional = value["optional"]?.flag ?? false
        if let path = value["file"]?.text { return FactRule(source: .file(path), finders: finders, optional: optional) }
        guard let commands = commands(value), let effect: LineEffect = value["effect"]?.choice() else { return nil }
        return FactRule(
            source: .command(commands, effect: effect), finders: finders, optional: optional, mode: value["mode"]?.text)
    }

    static func firmware(_ value: YAMLValue) -> FirmwareRule? {
        images(value).map {
            FirmwareRule(
                images: $0, hash: list(value["hash"], hash), neverRead: value["read"]?.text == "never",
                hashAge: value["age"]?.duration)
        }
    }

    private static func images(_ value: YAMLValue) -> FirmwareRule.Images? {
        if let glob = value["files"]?.text { return .files(glob: glob, methods: methods(value)) }
        if let list = value["list"]?.text { return .list(list) }
        return value["boot"]?.patternText.map { .boot(allow: $0) }
    }

    private static func hash(_ value: YAMLValue) -> FirmwareRule.Hash? {
        guard let algorithm: DigestAlgorithm = value["algorithm"]?.choice(), let command = value["command"]?.text,
            let effect: LineEffect = value["effect"]?.choice()
        else { return nil }
        return FirmwareRule.Hash(
            algorithm: algorithm, command: command, effect: effect, find: value["find"]?.patternText,
            heavy: value["heavy"]?.flag ?? false, mode: value["mode"]?.text)
    }
}
