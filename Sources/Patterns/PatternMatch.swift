/// Where a pattern matched.
package struct PatternMatch: Sendable, Hashable {
    /// Of the whole match, in bytes from the start of the subject.
    package let range: Range<Int>
    /// Of each capture group; `[0]` is the whole match, nil stands for a group that took no part.
    package let groups: [Range<Int>?]

    package init(range: Range<Int>, groups: [Range<Int>?]) {
        self.range = range
        self.groups = groups
    }
}
