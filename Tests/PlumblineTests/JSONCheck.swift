import Foundation
import Testing

/// Holds a JSON text against the part of JSON Schema that `plumbline schema` uses for outputs.
enum JSONCheck {
    static func check(_ text: String, against schema: String, called name: String) throws {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        let rules = try #require(try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any])
        check(value, rules, at: name)
    }

    private static func check(_ value: Any, _ rules: [String: Any], at place: String) {
        if let words = rules["enum"] as? [String] {
            #expect((value as? String).map(words.contains) == true, "\(place): \(value)")
            return
        }
        switch rules["type"] as? String {
        case "object":
            guard let object = value as? [String: Any] else { return fail(place, "is no object") }
            let properties = rules["properties"] as? [String: [String: Any]] ?? [:]
            for key in rules["required"] as? [String] ?? [] where object[key] == nil { fail(place, "lacks \(key)") }
            for (key, item) in object {
                let others = rules["additionalProperties"] as? [String: Any]
                guard let property = properties[key] ?? others else {
                    return fail(place, "has \(key), which the schema lacks")
                }
                check(item, property, at: "\(place).\(key)")
            }
        case "array":
            guard let list = value as? [Any], let item = rules["items"] as? [String: Any] else {
                return fail(place, "is no list")
            }
            for (index, each) in list.enumerated() { check(each, item, at: "\(place)[\(index)]") }
        case "string": if !(value is String) { fail(place, "is no text") }
        case "integer", "number", "boolean": if !(value is NSNumber) { fail(place, "is no number") }
        case let type: fail(place, "has a schema of type \(type ?? "none")")
        }
    }

    private static func fail(_ place: String, _ what: String) { Issue.record("\(place) \(what)") }
}
