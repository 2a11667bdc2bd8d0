import ConfigModel
import Patterns

/// Which rule of `collect` an artifact comes from, by its name.
struct ArtifactRules: Sendable {
    /// The name of an artifact, `running-config-{vdom}`, with the values that the device tells in place of the braces.
    private struct Template: Sendable {
        let pieces: [String]
        let values: [(name: String, allow: Pattern?)]
    }

    private let rules: [CollectRule]
    private let templates: [Template?]
    private let globs: [PathGlob?]
    private let platform: Platform

    init(platform: Platform) throws(AnalysisError) {
        self.platform = platform
        rules = platform.collect
        var templates: [Template?] = []
        for rule in platform.collect { templates.append(try Self.template(of: rule, platform: platform)) }
        self.templates = templates
        globs = platform.collect.map { rule in
            if case .files(let glob, _) = rule.source { PathGlob(glob) } else { nil }
        }
    }

    /// The number of the rule; one that names the artifact as it is goes before one that does so with a value.
    func rule(of artifact: ArtifactName) -> Int? {
        let exact = rules.firstIndex { rule in
            if case .command(_, artifact.text, _) = rule.source { true } else { false }
        }
        return exact ?? rules.indices.first { isOf($0, artifact) }
    }

    /// Whether the rule makes artifacts of such a name.
    func isOf(_ rule: Int, _ artifact: ArtifactName) -> Bool {
        if let glob = globs[rule] { return glob.matches(path: artifact.text) }
        return templates[rule].map { Self.matches(artifact.text[...], $0, from: 0, values: [:]) } ?? false
    }

    /// In which the artifact is written, as far as its rule says; else that of the platform.
    func syntax(of artifact: ArtifactName) -> Platform.Syntax {
        rule(of: artifact).flatMap { rules[$0].syntax } ?? platform.syntax
    }

    /// The artifact's name as the platform writes it.
    static func title(of rule: CollectRule) -> String {
        switch rule.source {
        case .command(_, let artifact, _): artifact
        case .files(let glob, _): glob
        }
    }
}

extension ArtifactRules {
    /// Nil for a rule that collects files.
    private static func template(of rule: CollectRule, platform: Platform) throws(AnalysisError) -> Template? {
        guard case .command(_, let artifact, _) = rule.source else { return nil }
        var pieces: [String] = [""]
        var values: [(String, Pattern?)] = []
        var rest = artifact[...]
        while let opening = rest.firstIndex(of: "{"), let closing = rest[opening...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: opening)..<closing])
            pieces[pieces.count - 1] += rest[..<opening]
            var allow: Pattern?
            if let list = platform.lists[name] { allow = try PlacedPattern(list.allow, of: platform).pattern }
            values.append((name, allow))
            pieces.append("")
            rest = rest[rest.index(after: closing)...]
        }
        pieces[pieces.count - 1] += rest
        return Template(pieces: pieces, values: values)
    }

    /// Whether the text is the rest of the name from piece `index` on, each value being one that its list allows.
    private static func matches(
        _ text: Substring, _ template: Template, from index: Int, values: [String: Substring]
    ) -> Bool {
        guard text.hasPrefix(template.pieces[index]) else { return false }
        let rest = text.dropFirst(template.pieces[index].count)
        guard index < template.values.count else { return rest.isEmpty }
        let (name, allow) = template.values[index]
        if let known = values[name] {
            guard rest.hasPrefix(known) else { return false }
            return matches(rest.dropFirst(known.count), template, from: index + 1, values: values)
        }
        // The last value takes all that the piece behind it leaves.
        if index == template.values.count - 1 {
            let piece = template.pieces[index + 1]
            guard rest.hasSuffix(piece) else { return false }
            return isAllowed(rest.dropLast(piece.count), by: allow)
        }
        guard template.values.count <= 3 else { return false }
        return rest.indices.dropFirst().contains { end in
            guard isAllowed(rest[..<end], by: allow) else { return false }
            var values = values
            values[name] = rest[..<end]
            return matches(rest[end...], template, from: index + 1, values: values)
        }
    }

    private static func isAllowed(_ value: Substring, by pattern: Pattern?) -> Bool {
        guard !value.isEmpty, value.utf8.count <= 256 else { return false }
        guard let pattern else { return true }
        let bytes = Array(value.utf8)
        // What cannot be matched is not known to be allowed.
        return (try? pattern.firstMatch(in: bytes))?.range == bytes.indices
    }
}
