package import ConfigModel

/// A line that a platform lists: the only text that is ever typed at a device's command line.
///
/// It cannot be made from free text: whoever holds one holds a line of the platform's `session`, `collect`, `facts` or
/// `firmware` section.
package struct PlatformLine: Sendable, Hashable {
    package let text: String

    /// - Throws: `CollectorFault` for a line that would be several lines, or press keys.
    private init(listed text: String, in platform: Platform) throws(CollectorFault) {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw CollectorFault(
                platform: platform.name, location: nil,
                reason: "the line \(text.debugDescription) has control characters")
        }
        self.text = text
    }
}

extension PlatformLine {
    struct Section: Sendable {
        var start: [(line: PlatformLine, optional: Bool)] = []
        var enable: PlatformLine?
        var leave: [PlatformLine] = []
    }

    static func session(of platform: Platform) throws(CollectorFault) -> Section {
        var section = Section()
        for line in platform.session.start {
            section.start.append((try PlatformLine(listed: line.send, in: platform), line.optional))
        }
        for line in platform.session.leave { section.leave.append(try PlatformLine(listed: line.send, in: platform)) }
        if let enable = platform.session.enable {
            section.enable = try PlatformLine(listed: enable.send, in: platform)
        }
        return section
    }

    /// Nil for a rule that collects files.
    static func command(of rule: CollectRule, in platform: Platform) throws(CollectorFault) -> PlatformLine? {
        guard case .command(let text, _, _) = rule.source else { return nil }
        return try PlatformLine(listed: text, in: platform)
    }

    /// Nil for a rule that reads a file.
    static func command(of rule: FactRule, in platform: Platform) throws(CollectorFault) -> PlatformLine? {
        guard case .command(let text, _) = rule.source else { return nil }
        return try PlatformLine(listed: text, in: platform)
    }

    /// The command that hashes a file, `{path}` not yet filled in; nil where the platform lists none.
    static func hashing(of rule: FirmwareRule, in platform: Platform) throws(CollectorFault) -> PlatformLine? {
        guard let text = rule.sha256 else { return nil }
        return try PlatformLine(listed: text, in: platform)
    }

    /// The line with `{path}` replaced by the path, quoted for a POSIX shell.
    func filled(withPath path: String) -> String {
        let parts = text.split(separator: "{path}", omittingEmptySubsequences: false)
        return parts.joined(separator: PathGlob.quoted(path))
    }
}

/// What may go to a device's command line: nothing else has a way there.
package enum Outgoing: Sendable {
    case line(PlatformLine)
    /// An empty line: what comes back is the prompt.
    case probe
    case pagerAnswer(PagerRule)
    case enablePassword(Secret)

    /// The one place where these become bytes.
    package var bytes: [UInt8] {
        switch self {
        case .line(let line): Array(line.text.utf8) + [0x0A]
        case .probe: [0x0A]
        case .pagerAnswer(let rule): Array(rule.answer.utf8)
        case .enablePassword(let secret): Array(secret.exposed.utf8) + [0x0A]
        }
    }

    /// For a trace: the bytes, but never a password.
    package var traced: String {
        if case .enablePassword(let secret) = self { return secret.description }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Why a platform cannot be used to collect. The fault is the platform's, not the device's.
package struct CollectorFault: Error, Hashable, Sendable, CustomStringConvertible {
    package var platform: String
    package var location: SourceLocation?
    package var reason: String

    package var description: String {
        (location.map { "\($0): " } ?? "") + "platform '\(platform)' cannot be used: \(reason)"
    }
}
