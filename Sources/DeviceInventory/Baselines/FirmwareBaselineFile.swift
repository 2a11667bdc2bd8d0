package import ConfigModel

/// A file of `Baselines/firmware/`.
package enum FirmwareBaselineFile {
    package static func read(_ path: String, named name: String) throws(ConfigurationFaults) -> FirmwareBaseline? {
        try BaselineFile.read(path, named: name, .firmwareBaseline) { root, faults in
            FirmwareBaseline(
                name: root["firmware"]?.text ?? "", platform: root["platform"]?.text ?? "",
                models: root["models"]?.texts ?? [],
                versions: (root["versions"]?.list ?? []).compactMap { version($0, &faults) })
        }
    }

    private static func version(_ value: YAMLValue, _ faults: inout [Fault]) -> FirmwareBaseline.Version? {
        guard let version = value["version"]?.text,
            let state = value["state"]?.text.flatMap(FirmwareBaseline.State.init(rawValue:))
        else { return nil }
        if value["until"] != nil, value["until"]?.day == nil {
            faults.append(Fault(at: value.location, "its 'until' is no day of the calendar", remedy: "write one"))
        }
        var digests: [String: [ImageDigest]] = [:]
        for entry in value["digests"]?.entries ?? [] {
            for text in entry.value.text.map({ [$0] }) ?? entry.value.texts {
                guard let digest = ImageDigest(text: text) else {
                    faults.append(
                        Fault(
                            at: entry.value.location, "'\(text)' is no digest",
                            remedy: "write the algorithm and the digits, as md5:… or sha512:…"))
                    continue
                }
                digests[entry.key, default: []].append(digest)
            }
        }
        return FirmwareBaseline.Version(
            version: version, state: state, until: value["until"]?.day, reason: value["reason"]?.text, digests: digests)
    }
}

/// A file of `Baselines/golden/`.
package enum GoldenFile {
    /// - Parameter template: Reads the template beside it, by its name.
    package static func read(
        _ path: String, named name: String, template: (String) -> String?
    ) throws(ConfigurationFaults) -> GoldenTemplate? {
        try BaselineFile.read(path, named: name, .golden) { root, faults in
            let own = root["golden"]?.text ?? ""
            let devices = root["devices"]?.text ?? ""
            do throws(SelectorError) { _ = try Selector([devices]) } catch {
                faults.append(Fault(at: root.location, "'devices' is no selector: \(error)", remedy: "mend it"))
            }
            let file = root["template"]?.text ?? own + ".mustache"
            let text = template(file)
            if text == nil {
                faults.append(
                    Fault(
                        at: root.location, "the template '\(file)' cannot be read",
                        remedy: "put it beside this file, in UTF-8"))
            }
            return GoldenTemplate(
                name: own, devices: devices,
                artifact: root["artifact"]?.text.map { ArtifactName($0) } ?? .runningConfig,
                mode: root["mode"]?.text.flatMap(GoldenTemplate.Mode.init(rawValue:)) ?? .contains,
                severity: root["severity"]?.text.flatMap(Finding.Severity.init(rawValue:)) ?? .major,
                vars: Dictionary((root["vars"]?.entries ?? []).map { ($0.key, $0.value.text ?? "") }) { first, _ in
                    first
                },
                template: text ?? "", location: root.location)
        }
    }
}

extension Shape {
    static let firmwareBaseline = Shape(
        name: "a firmware baseline",
        keys: [
            Key("firmware", .text(.name), .required, "Its name."),
            Key("platform", .text(.name), .required, "The platform whose devices it is about."),
            Key("models", .list(.text(.free), least: 1), "Globs of models, such as 'WS-C2960X-*'; else all."),
            Key("versions", .list(.object(.firmwareVersion), least: 1), .required, "What may run, and what may not."),
        ])

    private static let firmwareVersion = Shape(
        name: "a version",
        keys: [
            Key("version", .text(.free), .required, "As the device tells it."),
            Key(
                "state", .choice(FirmwareBaseline.State.allCases.map(\.rawValue)), .required,
                "preferred, approved, tolerated (until a day) or forbidden."),
            Key("until", .text(.day), "The last day on which it may run."),
            Key("reason", .text(.free), "Why."),
            Key(
                "digests", .map(keys: .free, .oneOrList(.text(.free))),
                "By the image's name: digests from the vendor's note, such as md5:…; those of 'firmware add' count too."
            ),
        ], needs: [:])

    static let golden = Shape(
        name: "a golden template",
        keys: [
            Key("golden", .text(.name), .required, "Its name."),
            Key("devices", .text(.free), .required, "A selector: the devices that are made after it."),
            Key("artifact", .text(.free), "Which artifact; the running-config where not said."),
            Key("template", .text(.free), "The Mustache file beside it; NAME.mustache where not said."),
            Key(
                "mode", .choice(GoldenTemplate.Mode.allCases.map(\.rawValue)),
                "exact, contains (where not said) or ordered."),
            Key(
                "severity", .choice(Finding.Severity.allCases.map(\.rawValue)), "Of what differs; major where not said."
            ),
            Key("vars", .map(keys: .name, .text(.value)), "Variables, where the device has none of the name."),
        ])
}

extension TextForm {
    fileprivate static let value = TextForm(name: "a value", mayBeEmpty: true)
}
