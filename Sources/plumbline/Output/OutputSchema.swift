import DeviceInventory
import FoundationEssentials

/// The shape of a command's JSON output, from which its JSON Schema (2020-12) is made.
indirect enum OutputSchema: Sendable, Encodable {
    case text, time, integer, number, flag
    case choice([String])
    case list(OutputSchema)
    /// Any keys, values of one shape.
    case map(OutputSchema)
    case object([Field])
    /// May be absent.
    case optional(OutputSchema)
    /// Whatever another schema describes.
    case any

    struct Field: Sendable {
        var name: String
        var schema: OutputSchema
        var summary: String?

        init(_ name: String, _ schema: OutputSchema, _ summary: String? = nil) {
            self.name = name
            self.schema = schema
            self.summary = summary
        }
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try encode(into: &container)
    }

    private func encode(into container: inout KeyedEncodingContainer<Key>) throws {
        switch self {
        case .text: try container.encode("string", forKey: Key("type"))
        case .time:
            try container.encode("string", forKey: Key("type"))
            try container.encode("date-time", forKey: Key("format"))
        case .integer: try container.encode("integer", forKey: Key("type"))
        case .number: try container.encode("number", forKey: Key("type"))
        case .flag: try container.encode("boolean", forKey: Key("type"))
        case .choice(let words): try container.encode(words, forKey: Key("enum"))
        case .list(let item):
            try container.encode("array", forKey: Key("type"))
            try container.encode(item, forKey: Key("items"))
        case .map(let value):
            try container.encode("object", forKey: Key("type"))
            try container.encode(value, forKey: Key("additionalProperties"))
        case .optional(let schema): try schema.encode(into: &container)
        case .any: break
        case .object(let fields):
            try container.encode("object", forKey: Key("type"))
            try container.encode(fields.filter(\.isRequired).map(\.name), forKey: Key("required"))
            try container.encode(false, forKey: Key("additionalProperties"))
            var properties = container.nestedContainer(keyedBy: Key.self, forKey: Key("properties"))
            for field in fields {
                var property = properties.nestedContainer(keyedBy: Key.self, forKey: Key(field.name))
                try field.schema.encode(into: &property)
                if let summary = field.summary { try property.encode(summary, forKey: Key("description")) }
            }
        }
    }

    /// The document that `plumbline schema NAME` prints.
    func document(name: String, title: String) -> JSONSchema {
        struct Document: Encodable {
            var title: String
            var schema: OutputSchema

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode("https://json-schema.org/draft/2020-12/schema", forKey: Key("$schema"))
                try container.encode(title, forKey: Key("title"))
                try schema.encode(into: &container)
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        // Texts and lists of them: encoding cannot fail.
        let bytes = (try? encoder.encode(Document(title: title, schema: self))) ?? Data()
        return JSONSchema(name: name, title: title, document: String(decoding: bytes, as: UTF8.self))
    }
}

extension OutputSchema.Field {
    fileprivate var isRequired: Bool {
        if case .optional = schema { return false }
        return true
    }
}
