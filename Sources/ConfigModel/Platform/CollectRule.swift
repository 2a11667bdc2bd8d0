/// One thing to collect, or several that a glob or a list finds.
package struct CollectRule: Sendable, Hashable, Codable {
    package enum Source: Sendable, Hashable, Codable {
        /// The answer to the first of the commands that the device knows and answers completely becomes the artifact. In
        /// both `{NAME}` stands for a value of the list `NAME`.
        case command([String], artifact: String, effect: LineEffect)
        /// Each file that the glob (`*`, `?`, `[…]` within a path component) finds becomes an artifact.
        case files(glob: String, methods: [FileMethod])
    }

    package var source: Source
    /// A line that must stand at the end of a complete text.
    package var endMarker: PatternText?
    /// Fewer lines than this are not a complete text.
    package var leastLines: Int?
    /// Absence, or a refused command, is noted and is no failure.
    package var optional: Bool
    /// Loads the device: only inside a window.
    package var heavy: Bool
    /// The mode in which the commands are known.
    package var mode: String?
    /// A list: the rule is followed once for each of its values.
    package var foreach: String?
    /// The form of the text, where it is not that of the platform.
    package var syntax: Platform.Syntax?

    package init(
        source: Source, endMarker: PatternText? = nil, leastLines: Int? = nil, optional: Bool = false,
        heavy: Bool = false, mode: String? = nil, foreach: String? = nil, syntax: Platform.Syntax? = nil
    ) {
        self.source = source
        self.endMarker = endMarker
        self.leastLines = leastLines
        self.optional = optional
        self.heavy = heavy
        self.mode = mode
        self.foreach = foreach
        self.syntax = syntax
    }
}

extension CollectRule.Source {
    /// One command.
    package static func command(_ command: String, artifact: String, effect: LineEffect) -> Self {
        .command([command], artifact: artifact, effect: effect)
    }
}

/// A way to read a file from a device.
package enum FileMethod: String, Sendable, Hashable, Codable, CaseIterable {
    case sftp, scp
    /// `cat` in a channel of its own.
    case cat
    /// `sudo -n cat` in a channel of its own.
    case sudo
    /// `cat` typed at the command line.
    case shell

    /// Those that are tried where a platform names none.
    package static let usual: [FileMethod] = [.sftp, .scp, .cat]
}
