/// A JSON Schema (draft 2020-12) that `plumbline schema NAME` prints.
package struct JSONSchema: Sendable, Hashable {
    /// What the command line calls it.
    package var name: String
    package var title: String
    /// The schema itself, as text.
    package var document: String

    package init(name: String, title: String, document: String) {
        self.name = name
        self.title = title
        self.document = document
    }
}

/// The schemas there are.
package enum SchemaCatalogue {
    /// Of the files that people write.
    package static let fileKinds: [JSONSchema] = [
        schema("group", "Plumbline: Inventory/groups/*.yaml", .group),
        schema("credentials", "Plumbline: Inventory/credentials.yaml", .credentials),
        schema("platform", "Plumbline: Inventory/platforms/*.yaml", .platform),
        schema("settings", "Plumbline: plumbline.yaml", .settings),
        schema("transcript", "Plumbline: a transcript for 'plumbline platform test'", .transcript),
    ]

    private static func schema(_ name: String, _ title: String, _ shape: Shape) -> JSONSchema {
        let head: [(String, JSONText)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text(title)),
        ]
        return JSONSchema(name: name, title: title, document: JSONText.object(head + shape.schemaMembers).document)
    }
}

// MARK: - From the key tables

extension Shape {
    fileprivate var schemaMembers: [(String, JSONText)] {
        let known = keys.filter { $0.status != .notYet }
        var members: [(String, JSONText)] = [
            ("type", .text("object")), ("additionalProperties", .flag(false)),
            ("properties", .object(known.map { ($0.name, $0.schema) })),
        ]
        let required = known.filter { $0.status == .required }.map { JSONText.text($0.name) }
        if !required.isEmpty { members.append(("required", .list(required))) }
        if !needs.isEmpty {
            let pairs = needs.sorted { $0.key < $1.key }.map { ($0, JSONText.list($1.map(JSONText.text))) }
            members.append(("dependentRequired", .object(pairs)))
        }
        let alternatives = exactlyOne.map { names in
            JSONText.object([("oneOf", .list(names.map { Self.requiring([$0]) }))])
        }
        let conditions = requiredUnless.sorted { $0.key < $1.key }.map { other, names in
            JSONText.object([("anyOf", .list([Self.requiring([other]), Self.requiring(names)]))])
        }
        if !(alternatives + conditions).isEmpty { members.append(("allOf", .list(alternatives + conditions))) }
        return members
    }

    private static func requiring(_ names: [String]) -> JSONText {
        .object([("required", .list(names.map(JSONText.text)))])
    }
}

extension Key {
    fileprivate var schema: JSONText {
        .object([("description", .text(summary))] + form.schemaMembers)
    }
}

extension Form {
    fileprivate var schemaMembers: [(String, JSONText)] {
        switch self {
        case .any: []
        case .text(let form): form.schemaMembers
        case .integer(let range):
            [
                ("type", .text("integer")), ("minimum", .number(range.lowerBound)),
                ("maximum", .number(range.upperBound)),
            ]
        case .flag: [("type", .text("boolean"))]
        case .choice(let words): [("enum", .list(words.map(JSONText.text)))]
        case .list(let item, let least):
            [("type", .text("array")), ("items", .object(item.schemaMembers))]
                + (least > 0 ? [("minItems", .number(least))] : [])
        case .object(let shape): shape.schemaMembers
        case .map(let keys, let item):
            [("type", .text("object")), ("additionalProperties", .object(item.schemaMembers))]
                + (keys.pattern.map { [("propertyNames", .object([("pattern", .text($0))]))] } ?? [])
        case .either(let forms): [("anyOf", .list(forms.map { .object($0.schemaMembers) }))]
        }
    }
}

extension TextForm {
    fileprivate var schemaMembers: [(String, JSONText)] {
        // A scalar without quotes may look like a number or a flag to an editor; the reader takes any scalar as a text.
        let types = JSONText.list(["string", "number", "boolean"].map(JSONText.text))
        if groups != nil { return [("type", .text("string")), ("format", .text("regex")), ("minLength", .number(1))] }
        guard let pattern else { return [("type", types)] }
        return [("type", .text("string")), ("pattern", .text(pattern))]
    }
}
