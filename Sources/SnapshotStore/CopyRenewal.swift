package import ConfigModel

/// When the exact bytes of a snapshot are kept anew, as a restore copy, although texts and facts are those of the latest
/// version: what is hidden in comparable text may have changed.
package struct CopyRenewal: Sendable, Hashable {
    /// The device's own marks of a change, by artifact: keyed digests, never the marks themselves. A copy is kept when one of
    /// them is not the one of the collection before. Empty where the device has none.
    package var marks: [ArtifactName: String]
    /// How old the newest kept copy may become, in seconds, where the device encrypts its secrets anew at every read: of
    /// such a secret nobody can tell whether it changed. Nil where it does not.
    package var mostAge: Double?

    package init(marks: [ArtifactName: String] = [:], mostAge: Double? = nil) {
        self.marks = marks
        self.mostAge = mostAge
    }
}
