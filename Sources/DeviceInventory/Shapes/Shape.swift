/// What a mapping of a configuration file may hold. The strict reader and the JSON Schema are both made from it, so they
/// cannot drift apart.
struct Shape: Sendable {
    /// What the mapping is, for faults: `a device`.
    var name: String
    var keys: [Key]
    /// Sets of keys of which exactly one must be there.
    var exactlyOne: [[String]] = []
    /// Keys that make sense only beside others: `passphrase` beside `key`.
    var needs: [String: [String]] = [:]
    /// Keys that must be there unless another one is: `title` unless `extends`.
    var requiredUnless: [String: [String]] = [:]
    /// What stands here may be a secret by mistake: neither keys nor values are repeated in faults.
    var sensitive = false
}

/// One key of a mapping.
struct Key: Sendable {
    enum Status: Sendable, Hashable {
        case required, optional
        /// A name of the design that this version does not act on: nobody may rely on it, so it is a fault.
        case notYet
    }

    var name: String
    var form: Form
    var status: Status
    /// One line for the schema.
    var summary: String

    init(_ name: String, _ form: Form, _ status: Status, _ summary: String) {
        self.name = name
        self.form = form
        self.status = status
        self.summary = summary
    }

    init(_ name: String, _ form: Form, _ summary: String) { self.init(name, form, .optional, summary) }

    static func notYet(_ name: String) -> Key { Key(name, .any, .notYet, "Not acted on by this version.") }
}

/// The form of a value.
indirect enum Form: Sendable {
    /// Whatever stands there.
    case any
    case text(TextForm)
    case integer(ClosedRange<Int>)
    case flag
    case choice([String])
    case list(Form, least: Int)
    case object(Shape)
    /// A mapping with keys of a text form: `keys` says which.
    case map(keys: TextForm, Form)
    /// Told apart by kind: at most one of them a scalar, one a list, one a mapping.
    case either([Form])
}

/// A scalar that is a text, and what it must look like.
struct TextForm: Sendable {
    /// What it is, for faults: `a duration such as 30s, 15m, 26h or 7d`.
    var name: String
    /// Must match the whole text. In the part of the language that PCRE2 and ECMA 262 (JSON Schema) share.
    var pattern: String?
    /// The text is a regular expression itself, with at least this many capture groups.
    var groups: Int?
    /// Not repeated in faults.
    var sensitive = false
    var mayBeEmpty = false
    /// Line ends and other control characters belong to it.
    var mayHoldControls = false
}

extension Form {
    /// What is expected, in words for a fault.
    var expectation: String {
        switch self {
        case .any: "a value"
        case .text(let form): form.name
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .choice(let words): words.count == 1 ? "'\(words[0])'" : "one of " + words.joined(separator: ", ")
        case .list: "a list"
        case .object(let shape): shape.name
        case .map: "a mapping"
        case .either(let forms): forms.map(\.expectation).joined(separator: ", or ")
        }
    }

    /// A list, or its one item without the brackets.
    static func oneOrList(_ form: Form) -> Form { .either([form, .list(form, least: 1)]) }
}

extension Shape {
    /// The names of all keys of all files.
    static let knownKeys: Set<String> = Set(
        [Shape.group, .credentials, .platform, .settings, .transcript].flatMap(\.allKeys))

    private var allKeys: [String] { keys.flatMap { [$0.name] + $0.form.shapes.flatMap(\.allKeys) } }

    /// Every text form that the shapes of files use, for tests.
    static var allTextForms: [TextForm] {
        [Shape.group, .credentials, .platform, .settings, .transcript].flatMap { Form.object($0).textForms }
    }
}

extension Form {
    fileprivate var shapes: [Shape] {
        switch self {
        case .list(let item, _), .map(_, let item): item.shapes
        case .object(let shape): [shape]
        case .either(let forms): forms.flatMap(\.shapes)
        case .any, .text, .integer, .flag, .choice: []
        }
    }

    fileprivate var textForms: [TextForm] {
        switch self {
        case .text(let form): [form]
        case .list(let item, _): item.textForms
        case .object(let shape): shape.keys.flatMap(\.form.textForms)
        case .map(let keys, let item): [keys] + item.textForms
        case .either(let forms): forms.flatMap(\.textForms)
        case .any, .integer, .flag, .choice: []
        }
    }
}
