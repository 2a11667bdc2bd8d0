/// What is known of all matches of a pattern before any is looked for.
package struct PatternOpening: Sendable {
    /// Whether matches begin at the start of the subject only.
    package let isAnchored: Bool
    /// No match is shorter, in bytes.
    package let leastLength: Int
    /// For each byte whether a match may begin with it; nil where that is not known.
    package let firstBytes: [Bool]?
}
