/// Which firmware a platform's devices may run: a file of `Baselines/firmware/`.
package struct FirmwareBaseline: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case preferred, approved, tolerated, forbidden
    }

    package struct Version: Sendable, Hashable {
        package var version: String
        package var state: State
        /// The last day on which it may run; nil for no end.
        package var until: Day?
        package var reason: String?
        /// By the image's name, without its folder; more than one where vendors give several algorithms.
        package var digests: [String: [ImageDigest]]

        package init(
            version: String, state: State, until: Day? = nil, reason: String? = nil,
            digests: [String: [ImageDigest]] = [:]
        ) {
            self.version = version
            self.state = state
            self.until = until
            self.reason = reason
            self.digests = digests
        }
    }

    package var name: String
    package var platform: String
    /// Globs of models; empty for all.
    package var models: [String]
    package var versions: [Version]

    package init(name: String, platform: String, models: [String], versions: [Version]) {
        self.name = name
        self.platform = platform
        self.models = models
        self.versions = versions
    }
}

/// A text that configurations are made after: a file of `Baselines/golden/`, with its template beside it.
package struct GoldenTemplate: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        /// The artifact is the rendered text.
        case exact
        /// All of the rendered text is in it.
        case contains
        /// All of the rendered text is in it, in this order.
        case ordered
    }

    package var name: String
    /// Which devices are made after it, as a selector in words.
    package var devices: String
    package var artifact: ArtifactName
    package var mode: Mode
    package var severity: Finding.Severity
    package var vars: [String: String]
    package var template: String
    package var location: SourceLocation?

    package init(
        name: String, devices: String, artifact: ArtifactName, mode: Mode, severity: Finding.Severity,
        vars: [String: String], template: String, location: SourceLocation? = nil
    ) {
        self.name = name
        self.devices = devices
        self.artifact = artifact
        self.mode = mode
        self.severity = severity
        self.vars = vars
        self.template = template
        self.location = location
    }
}
