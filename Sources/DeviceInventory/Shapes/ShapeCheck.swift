import ConfigModel
import Patterns

/// Holds a value against its form and collects everything that is wrong with it.
///
/// What passes can be taken apart without further questions about its structure; what refers to other things (a
/// credential by name) is checked later.
struct ShapeCheck {
    private(set) var faults: [Fault] = []
    private var compiled: [String: Pattern] = [:]

    /// - Returns: Whether the value is as it should be.
    static func check(_ value: YAMLValue, _ form: Form, faults: inout [Fault]) -> Bool {
        var check = ShapeCheck()
        check.check(value, form, called: "this", sensitive: false)
        faults += check.faults
        return check.faults.isEmpty
    }

    private mutating func report(_ location: SourceLocation, _ what: String, _ remedy: String) {
        faults.append(Fault(at: location, what, remedy: remedy))
    }

    private mutating func check(_ value: YAMLValue, _ form: Form, called name: String, sensitive: Bool) {
        switch form {
        case .any: break
        case .text(let form): checkText(value, form, called: name)
        case .integer(let range):
            guard let number = value.integer, range.contains(number) else {
                return mismatch(value, form, called: name, sensitive: sensitive)
            }
        case .flag:
            guard value.flag != nil else { return mismatch(value, form, called: name, sensitive: sensitive) }
        case .choice(let words): checkChoice(value, words, form, called: name, sensitive: sensitive)
        case .list(let item, let least):
            guard let items = value.list else { return mismatch(value, form, called: name, sensitive: sensitive) }
            if items.count < least { report(value.location, "\(name) is an empty list", "give at least \(least)") }
            for each in items { check(each, item, called: "an item of \(name)", sensitive: sensitive) }
        case .object(let shape): checkObject(value, shape, called: name)
        case .map(let keys, let item): checkMap(value, keys, item, called: name, sensitive: sensitive)
        case .either(let forms):
            guard let form = forms.first(where: { $0.suits(value) }) else {
                return mismatch(value, form, called: name, sensitive: sensitive)
            }
            check(value, form, called: name, sensitive: sensitive)
        }
    }

    private mutating func mismatch(_ value: YAMLValue, _ form: Form, called name: String, sensitive: Bool) {
        if value.isNull { return report(value.location, "\(name) has no value", "write \(form.expectation)") }
        let shown = sensitive ? nil : value.text.map { " ('\(Self.excerpt($0))')" }
        report(value.location, "\(name) is \(value.kind)\(shown ?? "")", "write \(form.expectation)")
    }

    private static func excerpt(_ text: String) -> String {
        let plain = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }.filter { !$0.isControl }
        return plain.count > 60 ? String(plain.prefix(60)) + "…" : String(plain)
    }
}

// MARK: - Scalars

extension ShapeCheck {
    private mutating func checkText(_ value: YAMLValue, _ form: TextForm, called name: String) {
        guard let text = value.text else {
            return mismatch(value, .text(form), called: name, sensitive: form.sensitive)
        }
        if let groups = form.groups { return checkPattern(value, text, groups: groups, called: name) }
        guard !text.isEmpty || form.mayBeEmpty else {
            return report(value.location, "\(name) is an empty text", "write \(form.name)")
        }
        guard form.mayHoldControls || !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            return report(
                value.location, "\(name) holds a control character or a line break",
                "write \(form.name), all on one line")
        }
        guard let pattern = form.pattern, !matches(text, pattern) else { return }
        let shown = form.sensitive ? "" : " ('\(Self.excerpt(text))')"
        let what = form.isSecretReference ? "\(name) is a literal, not a reference" : "\(name) is not valid\(shown)"
        report(value.location, what, "write \(form.name)")
    }

    private mutating func matches(_ text: String, _ pattern: String) -> Bool {
        if compiled[pattern] == nil { compiled[pattern] = try? Pattern(pattern) }
        // A pattern of ours that does not compile accepts nothing: a test compiles them all.
        return (try? compiled[pattern]?.matches(text)) ?? false
    }

    private mutating func checkPattern(_ value: YAMLValue, _ text: String, groups: Int, called name: String) {
        guard !text.isEmpty else { return report(value.location, "\(name) is an empty pattern", "write a pattern") }
        do {
            let pattern = try Pattern(text)
            if pattern.groupCount < groups {
                report(
                    value.location, "\(name) has no capture group",
                    "put round brackets around the part that is meant")
            }
        } catch {
            guard case .invalid(_, let offset, let reason) = error else {
                return report(value.location, "\(name) cannot be compiled (\(error))", "write it more simply")
            }
            report(
                value.location(ofByte: offset), "\(name) is no regular expression: \(reason)", "mend the pattern here")
        }
    }

    private mutating func checkChoice(
        _ value: YAMLValue, _ words: [String], _ form: Form, called name: String, sensitive: Bool
    ) {
        guard let text = value.text else { return mismatch(value, form, called: name, sensitive: sensitive) }
        guard !words.contains(text) else { return }
        let suggestion = Suggestion.nearest(to: text, in: words).map { " (did you mean '\($0)'?)" } ?? ""
        report(value.location, "\(name) cannot be '\(Self.excerpt(text))'\(suggestion)", "write \(form.expectation)")
    }
}

// MARK: - Mappings

extension ShapeCheck {
    private mutating func checkMap(
        _ value: YAMLValue, _ keys: TextForm, _ item: Form, called name: String, sensitive: Bool
    ) {
        guard let entries = value.entries else {
            return mismatch(value, .map(keys: keys, item), called: name, sensitive: sensitive)
        }
        for entry in entries {
            if let pattern = keys.pattern, !matches(entry.key, pattern) {
                report(entry.keyLocation, "a key of \(name) is not valid", "write \(keys.name)")
            }
            check(entry.value, item, called: "'\(Self.excerpt(entry.key))' of \(name)", sensitive: sensitive)
        }
    }

    private mutating func checkObject(_ value: YAMLValue, _ shape: Shape, called name: String) {
        guard let entries = value.entries else {
            return mismatch(value, .object(shape), called: name, sensitive: shape.sensitive)
        }
        for entry in entries { checkEntry(entry, shape) }
        let conditional = shape.requiredUnless.filter { value[$0.key] == nil }.flatMap(\.value)
        for key in shape.keys where key.status == .required || conditional.contains(key.name) {
            guard value[key.name] == nil else { continue }
            report(
                value.location, "\(shape.name) without '\(key.name)'", "add '\(key.name): …' (\(key.form.expectation))")
        }
        for names in shape.exactlyOne { checkExactlyOne(names, of: value, shape) }
        for entry in entries {
            for other in shape.needs[entry.key] ?? [] where value[other] == nil {
                report(
                    entry.keyLocation, "'\(entry.key)' without '\(other)'", "add '\(other)', or remove '\(entry.key)'")
            }
        }
    }

    private mutating func checkEntry(_ entry: YAMLValue.Entry, _ shape: Shape) {
        guard let key = shape.keys.first(where: { $0.name == entry.key }) else {
            return reportUnknown(entry, shape)
        }
        guard key.status != .notYet else {
            return report(
                entry.keyLocation, "'\(key.name)' is not acted on by this version of Plumbline",
                "remove it, so that nobody relies on it")
        }
        check(entry.value, key.form, called: "'\(key.name)'", sensitive: shape.sensitive)
    }

    private mutating func reportUnknown(_ entry: YAMLValue.Entry, _ shape: Shape) {
        let known = shape.keys.filter { $0.status != .notYet }.map(\.name)
        if entry.key == "<<" {
            return report(entry.keyLocation, "merge keys ('<<') are not read", "use 'defaults:', or write the keys out")
        }
        let nearest = Suggestion.nearest(to: entry.key, in: shape.keys.map(\.name))
        guard !shape.sensitive || nearest != nil else {
            return report(
                entry.keyLocation, "an unknown key in \(shape.name)", "known are " + known.joined(separator: ", "))
        }
        let suggestion = nearest.map { " (did you mean '\($0)'?)" } ?? ""
        let shown = shape.sensitive ? "an unknown key" : "unknown key '\(Self.excerpt(entry.key))'"
        report(
            entry.keyLocation, "\(shown) in \(shape.name)\(suggestion)", "known are " + known.joined(separator: ", "))
    }

    private mutating func checkExactlyOne(_ names: [String], of value: YAMLValue, _ shape: Shape) {
        let found = value.entries?.filter { names.contains($0.key) } ?? []
        let choice = names.map { "'\($0)'" }.joined(separator: " or ")
        if found.isEmpty {
            report(value.location, "\(shape.name) without \(choice)", "add exactly one of them")
        } else if found.count > 1 {
            let both = found.map { "'\($0.key)'" }.joined(separator: " and ")
            report(found[1].keyLocation, "\(shape.name) with \(both)", "keep exactly one of them")
        }
    }
}

extension Form {
    /// Whether a value is of the kind (scalar, list, mapping) that this form describes.
    fileprivate func suits(_ value: YAMLValue) -> Bool {
        switch (self, value.content) {
        case (.any, _): true
        case (.text, .scalar), (.integer, .scalar), (.flag, .scalar), (.choice, .scalar): true
        case (.list, .list), (.object, .mapping), (.map, .mapping): true
        case (.either(let forms), _): forms.contains { $0.suits(value) }
        default: false
        }
    }
}

extension TextForm {
    fileprivate var isSecretReference: Bool { pattern == TextForm.secret.pattern || pattern == TextForm.key.pattern }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) } }
}
