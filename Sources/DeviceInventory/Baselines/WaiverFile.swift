package import ConfigModel

/// `Baselines/waivers.yaml`: what people have accepted for a time.
package enum WaiverFile {
    /// - Parameter path: Of the file; that there is none is no fault.
    package static func read(_ path: String, named name: String) throws(ConfigurationFaults) -> [Waiver] {
        try BaselineFile.read(path, named: name, .waivers) { root, faults in
            (root["waivers"]?.list ?? []).compactMap { waiver($0, &faults) }
        } ?? []
    }

    private static func waiver(_ value: YAMLValue, _ faults: inout [Fault]) -> Waiver? {
        guard let reason = value["reason"]?.text, let approver = value["approver"]?.text else { return nil }
        guard let expires = value["expires"]?.day else {
            faults.append(
                Fault(at: value.location, "its 'expires' is no day of the calendar", remedy: "write one, as 2026-12-31")
            )
            return nil
        }
        let devices = value["devices"]?.text
        if let devices {
            do throws(SelectorError) { _ = try Selector([devices]) } catch {
                faults.append(Fault(at: value.location, "'devices' is no selector: \(error)", remedy: "mend it"))
            }
        }
        let subject: Waiver.Subject
        if let id = value["finding"]?.text {
            subject = .finding(id)
        } else if let rule = value["rule"]?.text {
            subject = .rule(rule)
        } else if let kind = value["class"]?.text.flatMap(Finding.Class.init(rawValue:)) {
            subject = .findings(of: kind)
        } else {
            return nil
        }
        return Waiver(
            subject: subject, devices: devices, reason: reason, compensating: value["compensating"]?.text ?? "",
            approver: approver, expires: expires, ticket: value["ticket"]?.text, location: value.location)
    }
}

/// What the files of `Baselines/` have in common.
enum BaselineFile {
    /// - Returns: Nil when there is no such file, or nothing but comments in it.
    static func read<Content>(
        _ path: String, named name: String, _ shape: Shape,
        _ make: (YAMLValue, inout [Fault]) -> Content
    ) throws(ConfigurationFaults) -> Content? {
        let source: SourceFile
        do throws(SourceFile.Failure) {
            source = try SourceFile.read(path, named: name)
        } catch {
            guard case .fault(let fault) = error else { return nil }
            throw ConfigurationFaults([fault])!
        }
        return try read(source, shape, make)
    }

    static func read<Content>(
        _ source: SourceFile, _ shape: Shape, _ make: (YAMLValue, inout [Fault]) -> Content
    ) throws(ConfigurationFaults) -> Content? {
        var faults: [Fault] = []
        var content: Content?
        if let root = YAMLDocument.read(source, faults: &faults),
            ShapeCheck.check(root, .object(shape), faults: &faults)
        {
            content = make(root, &faults)
        }
        if let faults = ConfigurationFaults(faults) { throw faults }
        return content
    }
}

extension Shape {
    static let waivers = Shape(
        name: "the waivers",
        keys: [Key("waivers", .list(.object(.waiver), least: 0), .required, "What is accepted for a time.")])

    private static let waiver = Shape(
        name: "a waiver",
        keys: [
            Key("finding", .text(.findingPrefix), "The finding's id, or at least its first twelve digits."),
            Key("rule", .text(.name), "The rule of a policy, or the golden template, that is not to count."),
            Key(
                "class", .choice(Finding.Class.allCases.filter { $0 != .integrity }.map(\.rawValue)),
                "The class of the findings that are not to count."),
            Key("devices", .text(.free), "A selector, such as 'group:icu'; without it every device."),
            Key("reason", .text(.free), .required, "Why it is accepted."),
            Key("compensating", .text(.free), .required, "What stands in for the control meanwhile."),
            Key("approver", .text(.free), .required, "Who has accepted it."),
            Key("expires", .text(.day), .required, "The last day on which it holds."),
            Key("ticket", .text(.free), "Where it is worked on."),
        ], exactlyOne: [["finding", "rule", "class"]])
}

extension TextForm {
    fileprivate static let findingPrefix = TextForm(
        name: "a finding's id, at least twelve of its hexadecimal digits", pattern: "^[0-9a-f]{12,64}$")
}
