import ConfigModel
import Patterns

/// A value that the device told and its list's `allow` admits: safe to be a word of a line.
struct AllowedValue: Sendable, Hashable {
    let text: String

    private static var longest: Int { 255 }

    /// - Returns: Nil unless the pattern matches the whole value, and nothing in it ends a word or a command.
    init?(_ bytes: some Collection<UInt8>, allow: Pattern) throws(PatternError) {
        let bytes = Array(bytes)
        guard !bytes.isEmpty, bytes.count <= Self.longest, let text = String(validating: bytes, as: UTF8.self),
            text.unicodeScalars.allSatisfy(Self.isHarmless),
            let match = try allow.firstMatch(in: bytes), match.range == 0..<bytes.count
        else { return nil }
        self.text = text
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == ";" || scalar == "|" || scalar.properties.isWhitespace { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }
}

/// A path that a glob of the platform matches, without anything that a terminal would take amiss.
struct DevicePath: Sendable, Hashable {
    let text: String

    init?(_ text: String, foundBy glob: PathGlob) {
        guard glob.matches(path: text),
            text.utf8.split(separator: 0x2F).allSatisfy({ PathGlob.isPlainName(String($0) ?? "") })
        else { return nil }
        self.text = text
    }

    /// As one word for a POSIX shell.
    var quoted: String { PathGlob.quoted(text) }
}

/// What the placeholders of a line stand for.
struct Filling: Sendable {
    private let platform: String
    private let vars: [String: String]
    private var values: [String: String] = [:]

    init(platform: String, vars: [String: String]) {
        self.platform = platform
        self.vars = vars
    }

    func with(_ value: AllowedValue, for name: String) -> Filling {
        var other = self
        other.values[name] = value.text
        return other
    }

    /// The path as one word for a POSIX shell.
    func with(path: DevicePath) -> Filling {
        var other = self
        other.values["path"] = path.quoted
        return other
    }

    func variable(_ name: String) throws(CollectorFault) -> String {
        guard let value = vars[name], !value.isEmpty else {
            let reason = "it needs the variable '\(name)': add 'vars: { \(name): … }' to the device in the inventory"
            throw CollectorFault(platform: platform, location: nil, reason: reason)
        }
        guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            let reason = "the variable '\(name)' of the device has control characters in it"
            throw CollectorFault(platform: platform, location: nil, reason: reason)
        }
        return value
    }

    func value(_ name: String) throws(CollectorFault) -> String {
        if let value = values[name] { return value }
        throw CollectorFault(platform: platform, location: nil, reason: "there is no value for {\(name)}")
    }
}
