import ConfigModel

/// A line that a platform lists, its placeholders filled with values that were allowed: the only text that is ever typed
/// at a device's command line or run as a command.
///
/// It cannot be made from free text: whoever holds one got it from a `ListedLine`, or from a path that the platform lists.
package struct PlatformLine: Sendable, Hashable {
    package let text: String

    /// - Throws: `CollectorFault` for a line that would be several lines, or press keys.
    fileprivate init(listed text: String, in platform: Platform) throws(CollectorFault) {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw CollectorFault(
                platform: platform.name, location: nil,
                reason: "the line \(text.debugDescription) has control characters")
        }
        self.text = text
    }

    fileprivate init(filled text: String) { self.text = text }

    static func enabling(in platform: Platform) throws(CollectorFault) -> PlatformLine? {
        guard let enable = platform.session.enable else { return nil }
        return try PlatformLine(listed: enable.send, in: platform)
    }

    /// A line of a restore's plan. Only `RestoreSession` sends such; line ends in it stand for Enter.
    static func planned(_ text: String) -> PlatformLine { PlatformLine(filled: text) }

    /// Prints a file that a glob of the platform found.
    static func printing(_ path: DevicePath) -> PlatformLine { PlatformLine(filled: "cat \(path.quoted)") }

    /// The same as another user, where that needs no password.
    static func printingAsRoot(_ path: DevicePath) -> PlatformLine {
        PlatformLine(filled: "sudo -n cat \(path.quoted)")
    }

    /// Prints, one a line, the paths of regular files that match.
    static func listing(_ glob: PathGlob) -> PlatformLine { PlatformLine(filled: glob.listingCommand) }

    /// The same for any shell: directories and the like have a mark behind their name.
    static func typedListing(_ glob: PathGlob) -> PlatformLine { PlatformLine(filled: glob.typedListing) }
}

/// A line as the platform file has it, with places for values.
struct ListedLine: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text(String)
        case variable(String)
        case value(String)
    }

    private let parts: [Part]
    /// As it stands in the platform file.
    let text: String

    private init(_ text: String, placeholders: Set<String>, in platform: Platform) throws(CollectorFault) {
        self.text = try PlatformLine(listed: text, in: platform).text
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            let end = rest.index(after: close)
            if name.hasPrefix("vars.") {
                parts += [.text(String(rest[..<open])), .variable(String(name.dropFirst(5)))]
            } else if placeholders.contains(name) {
                parts += [.text(String(rest[..<open])), .value(name)]
            } else if platform.lists[name] != nil {
                throw CollectorFault(
                    platform: platform.name, location: nil,
                    reason: "'\(text)' needs a value for {\(name)}: add 'foreach: \(name)' to its rule")
            } else {
                // Braces that are no placeholder stand for themselves.
                let after = rest.index(after: open)
                parts.append(.text(String(rest[..<after])))
                rest = rest[after...]
                continue
            }
            rest = rest[end...]
        }
        parts.append(.text(String(rest)))
        self.parts = parts
    }

    /// Names of the device's variables that the line needs.
    var variables: [String] {
        parts.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    func filled(_ values: Filling) throws(CollectorFault) -> PlatformLine {
        var line = ""
        for part in parts {
            switch part {
            case .text(let text): line += text
            case .variable(let name): line += try values.variable(name)
            case .value(let name): line += try values.value(name)
            }
        }
        return PlatformLine(filled: line)
    }
}

extension ListedLine {
    static func line(
        _ rule: SessionRules.Line, placeholders: Set<String>, in platform: Platform
    ) throws(CollectorFault) -> ListedLine {
        try ListedLine(rule.send, placeholders: placeholders, in: platform)
    }

    /// The commands of a rule, in order; none for one that collects files.
    static func commands(of rule: CollectRule, in platform: Platform) throws(CollectorFault) -> [ListedLine] {
        guard case .command(let texts, _, _) = rule.source else { return [] }
        return try lines(texts, placeholders: Set([rule.foreach].compactMap { $0 }), in: platform)
    }

    /// The commands of a rule, in order; none for one that reads a file.
    static func commands(of rule: FactRule, in platform: Platform) throws(CollectorFault) -> [ListedLine] {
        guard case .command(let texts, _) = rule.source else { return [] }
        return try lines(texts, in: platform)
    }

    static func command(of rule: ListRule, in platform: Platform) throws(CollectorFault) -> ListedLine {
        try ListedLine(rule.command, placeholders: [], in: platform)
    }

    static func command(of rule: SessionRules.Ready, in platform: Platform) throws(CollectorFault) -> ListedLine {
        try ListedLine(rule.command, placeholders: [], in: platform)
    }

    static func command(of rule: FirmwareRule.Hash, in platform: Platform) throws(CollectorFault) -> ListedLine {
        try ListedLine(rule.command, placeholders: ["path", "image"], in: platform)
    }

    private static func lines(
        _ texts: [String], placeholders: Set<String> = [], in platform: Platform
    ) throws(CollectorFault) -> [ListedLine] {
        var lines: [ListedLine] = []
        for text in texts { lines.append(try ListedLine(text, placeholders: placeholders, in: platform)) }
        return lines
    }
}
