/// A rule that devices are held against: a control, as far as a configuration can prove it.
package struct PolicyRule: Sendable, Hashable {
    package var id: String
    /// What is so when it passes, in one line.
    package var title: String
    package var severity: Finding.Severity
    /// Ids of the controls that it speaks of.
    package var controls: [String]
    package var why: String?
    /// How to mend it, by platform; `*` for the others.
    package var remediation: [String: String]
    /// By platform; `*` for the others. All of a platform must hold.
    package var checks: [String: [PolicyCheck]]
    /// Why a configuration cannot tell, by platform.
    package var notAssessable: [String: String]
    /// Which devices it is about, as a selector in words; nil for all.
    package var devices: String?
    package var location: SourceLocation?

    package init(
        id: String, title: String, severity: Finding.Severity, controls: [String] = [], why: String? = nil,
        remediation: [String: String] = [:], checks: [String: [PolicyCheck]], notAssessable: [String: String] = [:],
        devices: String? = nil, location: SourceLocation? = nil
    ) {
        self.id = id
        self.title = title
        self.severity = severity
        self.controls = controls
        self.why = why
        self.remediation = remediation
        self.checks = checks
        self.notAssessable = notAssessable
        self.devices = devices
        self.location = location
    }

    package func remediation(on platform: String) -> String? { remediation[platform] ?? remediation["*"] }
}

/// What must be so in a text, or of a device.
package struct PolicyCheck: Sendable, Hashable {
    package indirect enum Kind: Sendable, Hashable {
        /// Some line matches.
        case require(PatternText)
        /// No line matches.
        case forbid(PatternText)
        /// So many lines match.
        case count(PatternText, least: Int?, most: Int?)
        /// What the pattern's group captures in each line that matches lies within bounds.
        case value(PatternText, PolicyBounds)
        /// No secret of a kind (of any, for nil) is one of these, nor, if asked, a known default.
        case secret(kind: String?, notIn: [String], knownDefaults: Bool)
        /// Something that Plumbline itself knows.
        case assess(Assessment)
        /// One of them holds.
        case either([PolicyCheck])
    }

    package enum Assessment: String, Sendable, Hashable, Codable, CaseIterable {
        case baseline, freshness, firmware
        case spareFirmware = "spare-firmware"
        case restorable
    }

    /// A name or a glob of artifacts; nil for every answer of a command.
    package var artifact: String?
    /// Headers of sections, outermost first: it must hold in each section that fits. Empty for the top level.
    package var under: [PatternText]
    /// Whether lines at any depth count.
    package var isAnywhere: Bool
    /// It counts only where some line of the scope matches.
    package var when: PatternText?
    /// Whether there may be no such section, artifact or line.
    package var isOptional: Bool
    package var kind: Kind

    package init(
        artifact: String? = nil, under: [PatternText] = [], isAnywhere: Bool = false, when: PatternText? = nil,
        isOptional: Bool = false, kind: Kind
    ) {
        self.artifact = artifact
        self.under = under
        self.isAnywhere = isAnywhere
        self.when = when
        self.isOptional = isOptional
        self.kind = kind
    }
}

/// Bounds of a value, compared as what it is.
package struct PolicyBounds: Sendable, Hashable {
    package enum Sort: String, Sendable, Hashable, CaseIterable { case number, version, address }

    package var sort: Sort
    package var least: String?
    package var most: String?
    package var equals: String?
    /// Networks such as `10.0.0.0/8`.
    package var networks: [String]
    package var notNetworks: [String]

    package init(
        sort: Sort, least: String? = nil, most: String? = nil, equals: String? = nil, networks: [String] = [],
        notNetworks: [String] = []
    ) {
        self.sort = sort
        self.least = least
        self.most = most
        self.equals = equals
        self.networks = networks
        self.notNetworks = notNetworks
    }
}

/// A control of a standard.
package struct PolicyControl: Sendable, Hashable, Codable {
    package var id: String
    package var title: String
    package var section: String

    package init(id: String, title: String, section: String) {
        self.id = id
        self.title = title
        self.section = section
    }
}
