import ConfigModel
import Yams

/// Reads one YAML document strictly. Of the whole language it takes what configuration needs: mappings with plain keys,
/// lists and scalars; an alias is taken as if its anchor's text stood there, within bounds.
struct YAMLDocument {
    private let file: String
    private var text: MarkedText
    private var faults: [Fault] = []
    private var visited = 0

    /// Aliases may blow a document up to this many values.
    private static let mostValues = 1_000_000
    /// After so many repeated keys a file is not worth more parsing.
    private static let mostRepeats = 100

    private init(file: String, text: String) {
        self.file = file
        self.text = MarkedText(text)
    }

    /// - Returns: The document's root; nil when there is none, be it for faults, which are added to `faults`, or because
    ///   the file holds nothing.
    static func read(_ source: SourceFile, faults: inout [Fault]) -> YAMLValue? {
        guard let text = decode(source, faults: &faults) else { return nil }
        var document = YAMLDocument(file: source.name, text: text)
        let root = document.compose()
        faults += document.faults
        return root
    }

    private static func decode(_ source: SourceFile, faults: inout [Fault]) -> String? {
        if let text = String(validating: source.bytes, as: UTF8.self) { return text }
        var line = 1
        for piece in source.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: piece, as: UTF8.self) == nil { break }
            line += 1
        }
        let place = SourceLocation(file: source.name, line: line, column: 1)
        faults.append(Fault(at: place, "this line is not UTF-8", remedy: "save the file as UTF-8"))
        return nil
    }

    // MARK: Parsing

    private mutating func compose() -> YAMLValue? {
        if let place = ComplexKeys.place(in: text.text) {
            report(
                place, "a mapping key that is not a plain word, in a file with anchors",
                remedy: "write the key out; only values may be aliases")
            return nil
        }
        for _ in 0...Self.mostRepeats {
            do {
                guard let node = try Parser(yaml: text.text, resolver: .basic, encoding: .utf8).singleRoot() else {
                    return nil
                }
                let root = convert(node)
                return root.isNull ? nil : root
            } catch YamlError.duplicatedKeysInMapping(_, let context) where text.mark(TextPlace(context.mark)) {
                // Yams stops at a repeated key. The first one now wears a mark: parse again, and find both in the tree.
                continue
            } catch {
                report(error)
                return nil
            }
        }
        report(.start, "more than \(Self.mostRepeats) keys are repeated", remedy: "remove the repeats")
        return nil
    }

    private mutating func report(_ place: TextPlace, _ what: String, remedy: String) {
        faults.append(Fault(at: location(place), what, remedy: remedy))
    }

    private func location(of node: Node) -> SourceLocation { location(node.mark.map { TextPlace($0) } ?? .start) }

    private func location(_ place: TextPlace) -> SourceLocation {
        let original = text.original(place)
        return SourceLocation(file: file, line: original.line, column: original.column)
    }

    // MARK: Converting

    private mutating func convert(_ node: Node) -> YAMLValue {
        let location = location(of: node)
        visited += 1
        guard visited <= Self.mostValues else {
            if visited == Self.mostValues + 1 {
                report(
                    node.mark.map { TextPlace($0) } ?? .start,
                    "aliases blow the file up to more than \(Self.mostValues) values",
                    remedy: "write the values out")
            }
            return YAMLValue(content: .list([]), location: location)
        }
        refuseTag(of: node, at: location)
        switch node {
        case .scalar(let scalar):
            return YAMLValue(content: .scalar(scalar.string, style(scalar)), location: location)
        case .sequence(let items):
            return YAMLValue(content: .list(items.map { convert($0) }), location: location)
        case .mapping(let pairs):
            return YAMLValue(content: .mapping(entries(pairs)), location: location)
        case .alias:
            // Yams puts the anchor's node in an alias's place while it parses; this case is for documents built by hand.
            return YAMLValue(content: .list([]), location: location)
        }
    }

    private func style(_ scalar: Node.Scalar) -> YAMLValue.Style {
        switch scalar.style {
        case .singleQuoted: .singleQuoted
        case .doubleQuoted: .doubleQuoted
        case .literal, .folded: .block
        case .plain, .any: .plain
        }
    }

    private mutating func refuseTag(of node: Node, at location: SourceLocation) {
        let tag = node.tag.description
        let common = ["", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"]
        guard !common.contains(tag) else { return }
        faults.append(Fault(at: location, "a YAML tag has no meaning here", remedy: "remove the tag before the value"))
    }

    private mutating func entries(_ pairs: Node.Mapping) -> [YAMLValue.Entry] {
        var seen: [String: SourceLocation] = [:]
        var entries: [YAMLValue.Entry] = []
        for (keyNode, valueNode) in pairs {
            let location = location(of: keyNode)
            guard case .scalar(let scalar) = keyNode else {
                faults.append(Fault(at: location, "a key is not a plain word", remedy: "write the key as one word"))
                continue
            }
            let key = MarkedText.unmarked(scalar.string)
            if let first = seen[key] {
                let (earlier, later) = first.isBefore(location) ? (first, location) : (location, first)
                // Only a key of ours is named: where a secret was pasted as a key, its name would be the secret.
                let name = Shape.knownKeys.contains(key) ? "the key '\(key)'" : "a key"
                faults.append(
                    Fault(
                        at: later, "\(name) stands here again (first in line \(earlier.line))",
                        remedy: "remove one of the two"))
            } else {
                seen[key] = location
                entries.append(YAMLValue.Entry(key: key, keyLocation: location, value: convert(valueNode)))
            }
        }
        return entries
    }
}

extension SourceLocation {
    fileprivate func isBefore(_ other: SourceLocation) -> Bool { (line, column) < (other.line, other.column) }
}

extension YAMLDocument {
    /// A syntax error in our words where we have some, else in the parser's.
    private mutating func report(_ error: any Error) {
        let broken = "mend the YAML here (a quote, a bracket or the indentation)"
        switch error {
        case YamlError.composer(_, let problem, let mark, _) where problem.contains("another document"):
            report(
                TextPlace(mark), "a second YAML document begins here",
                remedy: "one file holds one document; remove '---'")
        case YamlError.composer(_, let problem, let mark, _):
            report(TextPlace(mark), problem, remedy: "define the anchor first, or write the value out")
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            let tab = text.scalar(at: TextPlace(mark)) == "\t"
            let circumstance = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
            report(TextPlace(mark), problem + circumstance, remedy: tab ? "indent with spaces, not with tabs" : broken)
        case YamlError.reader(let problem, let offset, _, _):
            report(text.mark(atCharacter: offset ?? 0), problem, remedy: "remove the control character")
        case YamlError.duplicatedKeysInMapping(_, let context):
            report(TextPlace(context.mark), "a key is repeated in this mapping", remedy: "remove one of the two")
        case YamlError.memory:
            report(.start, "is nested too deeply", remedy: "flatten it")
        default:
            report(.start, "cannot be read as YAML", remedy: broken)
        }
    }
}
