/// What a good capture of a transcript holds. What is nil or empty is not checked.
package struct TranscriptExpectation: Sendable, Hashable, Codable {
    /// Texts that are replaced wherever the device says them.
    package struct Change: Sendable, Hashable, Codable {
        package var change: String
        package var to: String

        package init(change: String, to: String) {
            self.change = change
            self.to = to
        }
    }

    package struct Facts: Sendable, Hashable, Codable {
        package var hostname: String?
        package var vendor: String?
        package var model: String?
        package var version: String?
        package var serials: [String]?
        package var boot: [String]?
        /// `PATH ALGORITHM DIGEST`, or `PATH -` for an image that is not assessable.
        package var images: [String]?

        package init(
            hostname: String? = nil, vendor: String? = nil, model: String? = nil, version: String? = nil,
            serials: [String]? = nil, boot: [String]? = nil, images: [String]? = nil
        ) {
            self.hostname = hostname
            self.vendor = vendor
            self.model = model
            self.version = version
            self.serials = serials
            self.boot = boot
            self.images = images
        }
    }

    package var artifacts: [String]?
    package var facts: Facts
    /// Lines of the comparable texts, in this order.
    package var stored: [String]
    /// Texts that stand in no comparable text.
    package var dropped: [String]
    /// Texts that stand in no comparable text, because rules of the platform cover them.
    package var secrets: [String]
    /// How many secrets only the generic net may find; nil: any number.
    package var uncovered: Int?
    /// Changes after which nothing new is stored, each by itself.
    package var noise: [Change]
    /// Changes after which a new version is stored, each by itself.
    package var real: [Change]
    /// Clocks, uptimes, byte counts and salts outside of `stored` may change too, all at once.
    package var driftsByItself: Bool
    /// A part of the error by which the collection must fail.
    package var failure: String?
    /// A part of the reasons for which the capture must not be stored.
    package var quarantine: String?

    package init(
        artifacts: [String]? = nil, facts: Facts = Facts(), stored: [String] = [], dropped: [String] = [],
        secrets: [String] = [], uncovered: Int? = 0, noise: [Change] = [], real: [Change] = [],
        driftsByItself: Bool = false, failure: String? = nil, quarantine: String? = nil
    ) {
        self.artifacts = artifacts
        self.facts = facts
        self.stored = stored
        self.dropped = dropped
        self.secrets = secrets
        self.uncovered = uncovered
        self.noise = noise
        self.real = real
        self.driftsByItself = driftsByItself
        self.failure = failure
        self.quarantine = quarantine
    }
}
