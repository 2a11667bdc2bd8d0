/// How one kind of device is spoken to, read from a YAML file. Swift interprets it and knows no device by name.
package struct Platform: Sendable, Hashable, Codable {
    /// What the platform file rests on.
    package enum Evidence: String, Sendable, Codable, CaseIterable { case recorded, documented, assumed }

    /// The form of the platform's configuration texts.
    package enum Syntax: String, Sendable, Codable, CaseIterable {
        case indented, braces, set
        case configEnd = "config-end"
        case xml, json, ini, opaque
    }

    /// The name of the field (netmiko / ntc-templates).
    package var name: String
    /// Names that other tools use for the same kind of device.
    package var aliases: [String]
    package var title: String
    package var evidence: Evidence
    /// Whether artifacts may hold patient data.
    package var phi: Bool
    /// Matches a whole prompt line; nil for a platform without a command line.
    package var prompt: PatternText?
    /// Texts by which the device says that a command failed, matched line by line.
    package var errors: [PatternText]
    package var pager: [PagerRule]
    package var session: SessionRules
    package var collect: [CollectRule]
    package var facts: [FactRule]
    /// The vendor, where it follows from the platform.
    package var vendor: String?
    package var firmware: [FirmwareRule]
    /// Lines that change by themselves; a line that matches is no part of the comparable text.
    package var volatile: [PatternText]
    package var secrets: [SecretRule]
    package var syntax: Syntax
    /// Section headers (one line, trimmed) below which order carries meaning.
    package var ordered: [PatternText]

    package init(
        name: String, aliases: [String] = [], title: String = "", evidence: Evidence = .assumed, phi: Bool = false,
        prompt: PatternText? = nil, errors: [PatternText] = [], pager: [PagerRule] = [],
        session: SessionRules = SessionRules(), collect: [CollectRule] = [], facts: [FactRule] = [],
        vendor: String? = nil, firmware: [FirmwareRule] = [], volatile: [PatternText] = [],
        secrets: [SecretRule] = [], syntax: Syntax = .opaque, ordered: [PatternText] = []
    ) {
        self.name = name
        self.aliases = aliases
        self.title = title
        self.evidence = evidence
        self.phi = phi
        self.prompt = prompt
        self.errors = errors
        self.pager = pager
        self.session = session
        self.collect = collect
        self.facts = facts
        self.vendor = vendor
        self.firmware = firmware
        self.volatile = volatile
        self.secrets = secrets
        self.syntax = syntax
        self.ordered = ordered
    }
}

/// What a line sent to a device does to it. Lines that change persistent state are not sayable.
package enum LineEffect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Only reads.
    case none
    /// Changes this session alone: paging, width, mode.
    case session
}

/// A pager's mark at the end of what the device has sent, and the key that goes on.
package struct PagerRule: Sendable, Hashable, Codable {
    package var pattern: PatternText
    package var answer: String

    package init(pattern: PatternText, answer: String) {
        self.pattern = pattern
        self.answer = answer
    }
}

/// The lines around the collection: first to last.
package struct SessionRules: Sendable, Hashable, Codable {
    package struct Line: Sendable, Hashable, Codable {
        package var send: String
        package var effect: LineEffect
        /// An error text in the answer is noted and ignored.
        package var optional: Bool

        package init(send: String, effect: LineEffect, optional: Bool = false) {
            self.send = send
            self.effect = effect
            self.optional = optional
        }
    }

    /// How to become privileged.
    package struct Enable: Sendable, Hashable, Codable {
        package var send: String
        /// The question for the password, at the end of what the device has sent.
        package var ask: PatternText
        /// A prompt that matches says that the session is privileged (already, or now).
        package var privileged: PatternText

        package init(send: String, ask: PatternText, privileged: PatternText) {
            self.send = send
            self.ask = ask
            self.privileged = privileged
        }
    }

    package var start: [Line]
    package var enable: Enable?
    /// Sent last; the device may close the session on it.
    package var leave: [Line]

    package init(start: [Line] = [], enable: Enable? = nil, leave: [Line] = []) {
        self.start = start
        self.enable = enable
        self.leave = leave
    }
}

/// One thing to collect, or several that a glob finds.
package struct CollectRule: Sendable, Hashable, Codable {
    package enum Source: Sendable, Hashable, Codable {
        /// The answer to a command becomes the artifact `name`.
        case command(String, artifact: String, effect: LineEffect)
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

    package init(source: Source, endMarker: PatternText? = nil, leastLines: Int? = nil, optional: Bool = false) {
        self.source = source
        self.endMarker = endMarker
        self.leastLines = leastLines
        self.optional = optional
    }
}

/// A way to read a file from a device.
package enum FileMethod: String, Sendable, Hashable, Codable, CaseIterable { case sftp, scp, cat }

/// Facts about the device, and where they are found.
package struct FactRule: Sendable, Hashable, Codable {
    package enum Source: Sendable, Hashable, Codable {
        case command(String, effect: LineEffect)
        case file(String)
    }

    package enum Field: String, Sendable, Hashable, Codable, CaseIterable {
        case hostname, vendor, model, serial, version
    }

    package struct Finder: Sendable, Hashable, Codable {
        package var field: Field
        /// The first capture group is the value. Of `serial` every match counts, else the first.
        package var pattern: PatternText

        package init(field: Field, pattern: PatternText) {
            self.field = field
            self.pattern = pattern
        }
    }

    package var source: Source
    package var finders: [Finder]
    package var optional: Bool

    package init(source: Source, finders: [Finder], optional: Bool = false) {
        self.source = source
        self.finders = finders
        self.optional = optional
    }
}

/// Firmware images on the device and how to get their digests.
package struct FirmwareRule: Sendable, Hashable, Codable {
    /// Finds the image files.
    package var glob: String
    /// A command on the device that prints the SHA-256 of a file first on its line, as `sha256sum` does; `{path}` stands
    /// for the quoted path. Where it is nil or fails, the file is read and hashed here.
    package var sha256: String?

    package init(glob: String, sha256: String? = nil) {
        self.glob = glob
        self.sha256 = sha256
    }
}

/// A part of a text that is replaced by a keyed fingerprint.
package struct SecretRule: Sendable, Hashable, Codable {
    /// The first capture group is the secret; matched line by line.
    package var pattern: PatternText
    /// A word such as `password`, `community`, `psk`.
    package var kind: String
    /// The device re-encrypts the value at every read: a change of it cannot be assessed.
    package var resalted: Bool

    package init(pattern: PatternText, kind: String, resalted: Bool = false) {
        self.pattern = pattern
        self.kind = kind
        self.resalted = resalted
    }
}
