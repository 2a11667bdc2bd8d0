import ConfigModel
import Patterns

/// All rules that look at a line, with the scan that says which of them are worth trying on it.
///
/// Rules are numbered: volatile ones first, then secrets, then the net, then the two marks of private keys.
struct LineRules: Sendable {
    struct Secret: Sendable {
        let pattern: Pattern
        let kind: String
        let isResalted: Bool
        let location: SourceLocation?
    }

    /// A pattern that could not be matched, and where it was written.
    struct Fault: Error {
        var location: SourceLocation?
        var fault: PatternError
    }

    let volatile: [(pattern: Pattern, location: SourceLocation?)]
    let secrets: [Secret]
    let net: SecretNet
    let openValue: OpenValue
    let scanner: LiteralScanner
    /// A bit for each rule that must be tried on every line.
    let always: [UInt64]

    var firstSecret: Int { volatile.count }
    var firstNet: Int { volatile.count + secrets.count }
    /// The number of the mark for PEM blocks.
    var pemMark: Int { firstNet + net.count }
    /// The number of the mark for PuTTY's key files.
    var puttyMark: Int { pemMark + 1 }

    init(platform: Platform) throws(AnalysisError) {
        func compiled(_ text: PatternText) throws(AnalysisError) -> Pattern {
            do throws(PatternError) { return try Pattern(text.text) } catch {
                throw .faultyPattern(platform: platform.name, location: text.location, fault: error)
            }
        }
        var volatile: [(Pattern, SourceLocation?)] = []
        for text in platform.volatile { volatile.append((try compiled(text), text.location)) }
        var secrets: [Secret] = []
        for rule in platform.secrets {
            let pattern = try compiled(rule.pattern)
            secrets.append(
                Secret(pattern: pattern, kind: rule.kind, isResalted: rule.resalted, location: rule.pattern.location))
        }
        do throws(PatternError) {
            net = try SecretNet()
            openValue = try OpenValue()
        } catch {
            throw .faultyPattern(platform: "built in", location: nil, fault: error)
        }
        self.volatile = volatile
        self.secrets = secrets
        let texts = platform.volatile.map(\.text) + platform.secrets.map(\.pattern.text)
        (scanner, always) = Self.prefilter(texts, net: net)
    }

    private static func prefilter(_ texts: [String], net: SecretNet) -> (LiteralScanner, [UInt64]) {
        let count = texts.count + net.count + 2
        var always = [UInt64](repeating: 0, count: (count + 63) / 64)
        var literals: [(text: [UInt8], mark: Int)] = []
        for (rule, text) in texts.enumerated() {
            if let required = RequiredLiterals.of(text) {
                literals += required.map { ($0, rule) }
            } else {
                always[rule / 64] |= 1 << UInt64(rule % 64)
            }
        }
        literals += net.triggers.map { ($0.text, texts.count + $0.rule) }
        literals.append((Array("-----begin ".utf8), count - 2))
        literals.append((Array("private-lines:".utf8), count - 1))
        return (LiteralScanner(literals), always)
    }
}

/// Recognises lines after which a secret begins: `<password>` alone, and `password: |` of YAML.
struct OpenValue: Sendable {
    enum Kind: Sendable, Equatable {
        /// Until the next tag.
        case element
        /// While lines are indented deeper than this.
        case block(indent: Int)
    }

    private static let name = "(?:pass(?:word|wd|phrase)|secret|psk|token|(?:api|private|secret|shared)[-_]?key)s?"
    private let element: Pattern
    private let block: Pattern

    init() throws(PatternError) {
        element = try Pattern(#"(?i)"# + Self.name + #"["']?(?:\s[^<>]{0,200}+)?>(?:<!\[CDATA\[)?\s*+$"#)
        block = try Pattern(#"(?i)^(\s*+)(?:[^\s:][^:]{0,200}?)??"# + Self.name + #"["']?\s*+:\s*+[|>][-+0-9]*\s*+$"#)
    }

    func opened(by line: UnsafeBufferPointer<UInt8>) throws(PatternError) -> Kind? {
        guard let last = line.last else { return nil }
        if last == UInt8(ascii: ">") || last == UInt8(ascii: "["), try element.matches(line) { return .element }
        guard line.count < 1024, let match = try block.firstMatch(in: line), let indent = match.groups[1] else {
            return nil
        }
        return .block(indent: indent.count)
    }
}
