/// How one kind of device is spoken to, read from a YAML file. Swift interprets it and knows no device by name.
package struct Platform: Sendable, Hashable, Codable {
    /// What the platform file rests on.
    package enum Evidence: String, Sendable, Codable, CaseIterable { case recorded, documented, assumed }

    /// The form of the platform's configuration texts.
    package enum Syntax: String, Sendable, Codable, CaseIterable {
        case indented, braces, set
        case configEnd = "config-end"
        case xml, json, ini
        /// Lines below a menu's path, as RouterOS exports them: `/ip service`.
        case menu
        case opaque
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
    /// Ways to run commands, tried in order.
    package var via: [CommandChannel]
    /// Texts by which the device says that a command failed, matched line by line.
    package var errors: [PatternText]
    package var pager: [PagerRule]
    package var session: SessionRules
    /// Places on the command line where other commands are known, by name.
    package var modes: [String: ModeRule]
    /// Values that the device is asked for, by name: `foreach` takes them one by one.
    package var lists: [String: ListRule]
    package var collect: [CollectRule]
    package var facts: [FactRule]
    /// The vendor, where it follows from the platform.
    package var vendor: String?
    package var firmware: [FirmwareRule]
    /// Parts that change by themselves.
    package var volatile: [VolatileRule]
    /// The device's own marks of a change; the first capture group of each is its value.
    package var changed: [PatternText]
    /// Lines that the device wraps, to be joined in the comparable text.
    package var wrapped: [WrapRule]
    package var secrets: [SecretRule]
    package var syntax: Syntax
    /// Section headers (one line, trimmed) below which order carries meaning.
    package var ordered: [PatternText]
    /// Lines that say what holds without them: there or not, they are no difference.
    package var defaults: [PatternText]
    /// How a configuration is put back; nil where it cannot be.
    package var restore: RestoreRules?

    package init(
        name: String, aliases: [String] = [], title: String = "", evidence: Evidence = .assumed, phi: Bool = false,
        prompt: PatternText? = nil, via: [CommandChannel] = [.shell], errors: [PatternText] = [],
        pager: [PagerRule] = [], session: SessionRules = SessionRules(), modes: [String: ModeRule] = [:],
        lists: [String: ListRule] = [:], collect: [CollectRule] = [], facts: [FactRule] = [],
        vendor: String? = nil, firmware: [FirmwareRule] = [], volatile: [VolatileRule] = [],
        changed: [PatternText] = [], wrapped: [WrapRule] = [], secrets: [SecretRule] = [],
        syntax: Syntax = .opaque, ordered: [PatternText] = [], defaults: [PatternText] = [],
        restore: RestoreRules? = nil
    ) {
        self.name = name
        self.aliases = aliases
        self.title = title
        self.evidence = evidence
        self.phi = phi
        self.prompt = prompt
        self.via = via
        self.errors = errors
        self.pager = pager
        self.session = session
        self.modes = modes
        self.lists = lists
        self.collect = collect
        self.facts = facts
        self.vendor = vendor
        self.firmware = firmware
        self.volatile = volatile
        self.changed = changed
        self.wrapped = wrapped
        self.secrets = secrets
        self.syntax = syntax
        self.ordered = ordered
        self.defaults = defaults
        self.restore = restore
    }
}

extension Platform {
    /// What the promise of a restore rests on: of two unlike pieces of evidence the weaker one. A recording shows how a device is
    /// read; that it was written to must be said for itself.
    package var restoreEvidence: Evidence {
        let own = restore?.evidence ?? .documented
        let order = Evidence.allCases
        let weaker = max(order.firstIndex(of: own) ?? 0, order.firstIndex(of: evidence) ?? 0)
        return restore?.evidence == .recorded ? .recorded : order[weaker]
    }
}
