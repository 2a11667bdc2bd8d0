package import ConfigModel

/// A file of policies: of a bundled pack, or of `Baselines/policies/`.
package struct PolicyFile: Sendable {
    package var name: String
    package var rules: [PolicyRule]
    package var controls: [PolicyControl]
    /// Bundled packs that hold, too.
    package var packs: [String]
    /// Rules of packs that are not to hold here, and why.
    package var off: [String: String]
    /// Severities that are others here.
    package var severities: [String: Finding.Severity]

    package static func read(_ path: String, named name: String) throws(ConfigurationFaults) -> PolicyFile? {
        try BaselineFile.read(path, named: name, .policies, make)
    }

    static func read(_ source: SourceFile) throws(ConfigurationFaults) -> PolicyFile? {
        try BaselineFile.read(source, .policies, make)
    }

    private static func make(_ root: YAMLValue, _ faults: inout [Fault]) -> PolicyFile {
        let devices = root["devices"]?.text
        if let devices {
            do throws(SelectorError) { _ = try Selector([devices]) } catch {
                faults.append(Fault(at: root.location, "'devices' is no selector: \(error)", remedy: "mend it"))
            }
        }
        let rules = (root["rules"]?.list ?? []).compactMap { rule($0, devices: devices, &faults) }
        for (index, rule) in rules.enumerated() where rules[..<index].contains(where: { $0.id == rule.id }) {
            faults.append(
                Fault(
                    at: rule.location ?? root.location, "the rule '\(rule.id)' is there twice",
                    remedy: "give it a name of its own"))
        }
        return PolicyFile(
            name: root["policies"]?.text ?? "", rules: rules,
            controls: (root["controls"]?.list ?? []).compactMap { value in
                guard let id = value["id"]?.text, let title = value["title"]?.text else { return nil }
                return PolicyControl(id: id, title: title, section: value["section"]?.text ?? "")
            }, packs: root["use"]?.texts ?? [],
            off: Dictionary((root["off"]?.entries ?? []).map { ($0.key, $0.value.text ?? "") }) { first, _ in first },
            severities: Dictionary(
                (root["severity"]?.entries ?? []).compactMap { entry in
                    entry.value.text.flatMap(Finding.Severity.init(rawValue:)).map { (entry.key, $0) }
                }
            ) { first, _ in first })
    }

    private static func rule(_ value: YAMLValue, devices: String?, _ faults: inout [Fault]) -> PolicyRule? {
        guard let id = value["id"]?.text, let title = value["title"]?.text,
            let severity = value["severity"]?.text.flatMap(Finding.Severity.init(rawValue:))
        else { return nil }
        var checks: [String: [PolicyCheck]] = [:]
        for entry in value["checks"]?.entries ?? [] {
            checks[entry.key] = (entry.value.list ?? []).compactMap { check($0, &faults) }
        }
        return PolicyRule(
            id: id, title: title, severity: severity,
            controls: value["control"].map { $0.text.map { [$0] } ?? $0.texts } ?? [], why: value["why"]?.text,
            remediation: texts(value["remediation"]), checks: checks, notAssessable: texts(value["notAssessable"]),
            devices: devices, location: value.location)
    }

    private static func texts(_ value: YAMLValue?) -> [String: String] {
        Dictionary((value?.entries ?? []).map { ($0.key, $0.value.text ?? "") }) { first, _ in first }
    }

    private static func check(_ value: YAMLValue, _ faults: inout [Fault]) -> PolicyCheck? {
        guard let kind = kind(value, &faults) else { return nil }
        let under = value["under"].map { $0.patternText.map { [$0] } ?? $0.patternTexts } ?? []
        return PolicyCheck(
            artifact: value["artifact"]?.text, under: under, isAnywhere: value["anywhere"]?.flag ?? false,
            when: value["when"]?.patternText, isOptional: value["optional"]?.flag ?? false, kind: kind)
    }

    private static func kind(_ value: YAMLValue, _ faults: inout [Fault]) -> PolicyCheck.Kind? {
        if let pattern = value["require"]?.patternText { return .require(pattern) }
        if let pattern = value["forbid"]?.patternText { return .forbid(pattern) }
        if let pattern = value["count"]?.patternText {
            return .count(pattern, least: value["least"]?.integer, most: value["most"]?.integer)
        }
        if let pattern = value["value"]?.patternText {
            let bounds = PolicyBounds(
                sort: value["as"]?.text.flatMap(PolicyBounds.Sort.init(rawValue:)) ?? .number,
                least: value["least"]?.text, most: value["most"]?.text, equals: value["equals"]?.text,
                networks: value["in"]?.texts ?? [], notNetworks: value["notIn"]?.texts ?? [])
            return .value(pattern, bounds)
        }
        if let secret = value["secret"] {
            return .secret(
                kind: secret["kind"]?.text, notIn: secret["notIn"]?.texts ?? [],
                knownDefaults: secret["knownDefaults"]?.flag ?? true)
        }
        if let assess = value["assess"]?.text.flatMap(PolicyCheck.Assessment.init(rawValue:)) { return .assess(assess) }
        if let either = value["either"]?.list { return .either(either.compactMap { check($0, &faults) }) }
        return nil
    }
}

/// The packs of policies that are embedded in the binary.
package enum BundledPolicies {
    /// - Returns: Nil for a pack that there is not.
    package static func pack(named name: String) throws(ConfigurationFaults) -> [PolicyFile]? {
        guard let files = packs[name] else { return nil }
        var read: [PolicyFile] = []
        for file in files {
            let source = SourceFile(name: "bundled/\(name)/\(file.name)", bytes: file.bytes)
            if let file = try PolicyFile.read(source) { read.append(file) }
        }
        return read
    }

    package static let packs: [String: [(name: String, bytes: [UInt8])]] = [
        "owasp-smdds-2": [
            ("controls.yaml", PackageResources.controls_yaml), ("access.yaml", PackageResources.access_yaml),
            ("secrets.yaml", PackageResources.secrets_yaml), ("logging.yaml", PackageResources.logging_yaml),
            ("upkeep.yaml", PackageResources.upkeep_yaml),
        ]
    ]
}

extension Shape {
    static let policies = Shape(
        name: "policies",
        keys: [
            Key("policies", .text(.name), .optional, "The name of the file's rules."),
            Key("title", .text(.free), "What they are about."),
            Key("use", .list(.text(.name), least: 1), "Bundled packs that hold too, such as owasp-smdds-2."),
            Key("devices", .text(.free), "A selector: which devices the file's own rules are about; else all."),
            Key(
                "off", .map(keys: .name, .text(.free)),
                "Rules of packs that are not to hold here, each with its reason."),
            Key(
                "severity", .map(keys: .name, .choice(Finding.Severity.allCases.map(\.rawValue))),
                "Severities of rules of packs that are others here."),
            Key("controls", .list(.object(.control), least: 0), "The controls that rules speak of."),
            Key("rules", .list(.object(.policyRule), least: 0), "The rules."),
        ])

    private static let control = Shape(
        name: "a control",
        keys: [
            Key("id", .text(.name), .required, "Its id."), Key("title", .text(.free), .required, "Its name."),
            Key("section", .text(.free), "Where in the standard it stands."),
        ])

    private static let policyRule = Shape(
        name: "a rule",
        keys: [
            Key("id", .text(.name), .required, "Its name, unique in the file."),
            Key("title", .text(.free), .required, "What is so when it passes."),
            Key(
                "severity", .choice(Finding.Severity.allCases.map(\.rawValue)), .required,
                "How much a device weighs that does not pass."),
            Key("control", .oneOrList(.text(.name)), "The controls that it speaks of."),
            Key("why", .text(.free), "Why it matters, in one sentence."),
            Key(
                "remediation", .map(keys: .platformOrAny, .text(.block)),
                "How to mend it, by platform; '*' for the others."),
            Key(
                "checks", .map(keys: .platformOrAny, .list(.object(.policyCheck), least: 1)), .required,
                "What must be so, by platform; '*' for the others."),
            Key(
                "notAssessable", .map(keys: .platformOrAny, .text(.free)),
                "Why a configuration cannot tell, by platform."),
        ])

    private static let checkKinds = ["require", "forbid", "count", "value", "secret", "assess", "either"]

    private static let checkKeys: [Key] = [
        Key("artifact", .text(.free), "A name or glob of artifacts; else every answer of a command."),
        Key("under", .oneOrList(.text(.pattern)), "Headers of sections, outermost first; it must hold in each."),
        Key("anywhere", .flag, "Lines at any depth count."),
        Key("when", .text(.pattern), "It counts only where some line of the scope matches."),
        Key("optional", .flag, "There may be no such section, artifact or line."),
        Key("require", .text(.pattern), "Some line matches."), Key("forbid", .text(.pattern), "No line matches."),
        Key("count", .text(.pattern), "So many lines match: 'least', 'most'."),
        Key("value", .text(.capturingPattern), "What its group captures lies within bounds."),
        Key("as", .choice(PolicyBounds.Sort.allCases.map(\.rawValue)), "What the value is."),
        Key("least", .text(.bound), "The least that may be."), Key("most", .text(.bound), "The most that may be."),
        Key("equals", .text(.bound), "What it must be."),
        Key("in", .list(.text(.network), least: 1), "Networks in which an address must lie."),
        Key("notIn", .list(.text(.network), least: 1), "Networks in which an address must not lie."),
        Key("secret", .object(.secretCheck), "Secrets that must not be, looked for in the collected text in memory."),
        Key(
            "assess", .choice(PolicyCheck.Assessment.allCases.map(\.rawValue)),
            "What Plumbline itself knows of the device."),
    ]

    private static let policyCheck = Shape(
        name: "a check",
        keys: checkKeys + [
            Key(
                "either",
                .list(
                    .object(
                        Shape(
                            name: "a check", keys: checkKeys, exactlyOne: [checkKinds.filter { $0 != "either" }])),
                    least: 2), "Checks of which one must hold.")
        ], exactlyOne: [checkKinds])

    private static let secretCheck = Shape(
        name: "a check of secrets",
        keys: [
            Key("kind", .text(.kind), "The kind, as platforms name it; else every kind."),
            Key("notIn", .list(.text(.guess), least: 1), "What it must not be."),
            Key("knownDefaults", .flag, "Whether known default passwords are looked for, too; true where not said."),
        ])
}

extension TextForm {
    fileprivate static let platformOrAny = TextForm(
        name: "a platform's name, or '*' for the others", pattern: "^(\\*|[A-Za-z0-9][A-Za-z0-9._-]{0,62})$")
    fileprivate static let block = TextForm(name: "a text", mayHoldControls: true)
    fileprivate static let bound = TextForm(
        name: "a number, a version or an address", pattern: "^[0-9A-Za-z.:()_/-]{1,64}$")
    fileprivate static let network = TextForm(
        name: "a network such as 10.0.0.0/8", pattern: "^[0-9a-fA-F.:]{2,45}(/[0-9]{1,3})?$")
    fileprivate static let guess = TextForm(
        name: "a word that a secret must not be", sensitive: false, mayBeEmpty: true)
}
