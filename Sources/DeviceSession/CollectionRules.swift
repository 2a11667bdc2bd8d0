import ConfigModel
import Patterns

/// The platform's rules with their patterns, lines and paths made ready.
struct CollectionRules: Sendable {
    struct Collect: Sendable {
        enum Source: Sendable {
            case command([ListedLine], artifact: String)
            case files(PathGlob, [FileMethod])
        }

        var source: Source
        var completeness: Completeness
        var isOptional: Bool
        var isHeavy: Bool
        var mode: Mode?
        /// The name of the list whose values it is followed for.
        var list: String?
    }

    struct Fact: Sendable {
        enum Source: Sendable {
            case command([ListedLine])
            case file(PathGlob)
        }

        struct Finder: Sendable {
            var field: FactRule.Field
            var pattern: Pattern
        }

        var source: Source
        var finders: [Finder]
        var isOptional: Bool
        var mode: Mode?
    }

    struct Firmware: Sendable {
        enum Images: Sendable {
            case files(PathGlob, [FileMethod])
            case list(String)
            case boot(allow: Pattern)
        }

        struct Hash: Sendable {
            var algorithm: DigestAlgorithm
            var line: ListedLine
            var find: Pattern?
            var isHeavy: Bool
            var mode: Mode?
        }

        var images: Images
        var hash: [Hash]
        var isNeverRead: Bool
        var hashAge: Duration?
    }

    struct Mode: Sendable {
        var name: String
        var enter: [SessionPlan.Line]
        var leave: [SessionPlan.Line]
    }

    struct List: Sendable {
        var name: String
        var line: ListedLine
        var mode: Mode?
        var find: Pattern
        var allow: Pattern
        var isOptional: Bool
    }

    struct Ready: Sendable {
        var line: ListedLine
        var idle: Pattern?
        var busy: Pattern?
    }

    var ready: Ready?
    var lists: [String: List] = [:]
    var collect: [Collect] = []
    var facts: [Fact] = []
    var firmware: [Firmware] = []
    /// Of an answer that is only looked at.
    var errors: Completeness
    /// Variables of the device that some line needs.
    var variables: Set<String> = []
    private let platform: Platform

    init(_ platform: Platform) throws(CollectorFault) {
        self.platform = platform
        let errors = try SessionPlan.errors(of: platform)
        self.errors = Completeness(errors: errors)
        if let rule = platform.session.ready {
            ready = Ready(
                line: try ListedLine.command(of: rule, in: platform), idle: try multiline(rule.idle),
                busy: try multiline(rule.busy))
        }
        for (name, rule) in platform.lists { lists[name] = try list(rule, name) }
        for rule in platform.collect { collect.append(try self.collect(rule, errors)) }
        for rule in platform.facts { facts.append(try fact(rule)) }
        for rule in platform.firmware { firmware.append(try firmware(rule)) }
        for rule in collect {
            if case .command(let lines, _) = rule.source { variables.formUnion(lines.flatMap(\.variables)) }
        }
        for rule in facts {
            if case .command(let lines) = rule.source { variables.formUnion(lines.flatMap(\.variables)) }
        }
    }

    private func collect(_ rule: CollectRule, _ errors: [Pattern]) throws(CollectorFault) -> Collect {
        var completeness = try SessionPlan.completeness(of: rule, errors: errors, in: platform)
        let source: Collect.Source
        switch rule.source {
        case .files(let glob, let methods):
            source = .files(try self.glob(glob), methods)
            completeness.errors = []
            completeness.mayBeEmpty = true
        case .command(_, let artifact, _):
            let lines = try ListedLine.commands(of: rule, in: platform)
            guard !lines.isEmpty else { throw fault("'\(artifact)' has no command") }
            source = .command(lines, artifact: artifact)
        }
        if let list = rule.foreach, platform.lists[list] == nil { throw fault("there is no list '\(list)'") }
        return Collect(
            source: source, completeness: completeness, isOptional: rule.optional, isHeavy: rule.heavy,
            mode: try mode(rule.mode, for: rule.foreach), list: rule.foreach)
    }

    private func fact(_ rule: FactRule) throws(CollectorFault) -> Fact {
        let source: Fact.Source
        switch rule.source {
        case .file(let path): source = .file(try glob(path))
        case .command:
            let lines = try ListedLine.commands(of: rule, in: platform)
            guard !lines.isEmpty else { throw fault("a rule of 'facts' has no command") }
            source = .command(lines)
        }
        var finders: [Fact.Finder] = []
        for finder in rule.finders {
            let pattern = try SessionPlan.compiled(finder.pattern, multiline: true, in: platform)
            finders.append(Fact.Finder(field: finder.field, pattern: pattern))
        }
        return Fact(source: source, finders: finders, isOptional: rule.optional, mode: try mode(rule.mode))
    }

    private func firmware(_ rule: FirmwareRule) throws(CollectorFault) -> Firmware {
        let images: Firmware.Images
        switch rule.images {
        case .files(let glob, let methods): images = .files(try self.glob(glob), methods)
        case .list(let name):
            guard platform.lists[name] != nil else { throw fault("there is no list '\(name)'") }
            images = .list(name)
        case .boot(let allow): images = .boot(allow: try SessionPlan.compiled(allow, in: platform))
        }
        var hash: [Firmware.Hash] = []
        for rule in rule.hash {
            hash.append(
                Firmware.Hash(
                    algorithm: rule.algorithm, line: try ListedLine.command(of: rule, in: platform),
                    find: try multiline(rule.find), isHeavy: rule.heavy, mode: try mode(rule.mode)))
        }
        return Firmware(images: images, hash: hash, isNeverRead: rule.neverRead, hashAge: rule.hashAge)
    }

    private func list(_ rule: ListRule, _ name: String) throws(CollectorFault) -> List {
        List(
            name: name, line: try ListedLine.command(of: rule, in: platform), mode: try mode(rule.mode),
            find: try SessionPlan.compiled(rule.find, multiline: true, in: platform),
            allow: try SessionPlan.compiled(rule.allow, in: platform), isOptional: rule.optional)
    }

    private func mode(_ name: String?, for list: String? = nil) throws(CollectorFault) -> Mode? {
        guard let name else { return nil }
        guard let rule = platform.modes[name] else { throw fault("there is no mode '\(name)'") }
        let placeholders = Set([list].compactMap { $0 })
        return Mode(
            name: name, enter: try SessionPlan.lines(rule.enter, placeholders: placeholders, in: platform),
            leave: try SessionPlan.lines(rule.leave, placeholders: placeholders, in: platform))
    }

    private func multiline(_ text: PatternText?) throws(CollectorFault) -> Pattern? {
        guard let text else { return nil }
        return try SessionPlan.compiled(text, multiline: true, in: platform)
    }

    private func glob(_ text: String) throws(CollectorFault) -> PathGlob {
        if let glob = PathGlob(text) { return glob }
        throw fault("\(text.debugDescription) is no absolute path of a file")
    }

    private func fault(_ reason: String) -> CollectorFault {
        CollectorFault(platform: platform.name, location: nil, reason: reason)
    }
}
