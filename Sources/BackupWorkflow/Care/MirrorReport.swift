/// What came of sending the repositories to the mirror.
package struct MirrorReport: Sendable, Encodable {
    package enum Outcome: String, Sendable, Encodable, CaseIterable {
        /// The mirror has every branch and image as it is here; `sent` where it had not before.
        case sent, current
        /// Nothing is in it yet.
        case empty
        /// Not sent, for it holds secrets in clear and nobody said that it may go.
        case withheld
        /// The mirror has commits that are not here.
        case diverged
        /// The mirror does not take what is sent.
        case refused
        case unreachable
        /// It was sent, and reading it back shows something else; or git failed.
        case failed

        package var isGood: Bool { [.sent, .current, .empty].contains(self) }
    }

    package struct Row: Sendable, Encodable {
        /// Such as `store.git`, or `workspace`.
        package var repository: String
        /// Without a password, should one stand in it.
        package var place: String
        package var outcome: Outcome
        /// Branches and tags that the mirror has as they are here.
        package var references = 0
        /// Images of the vault that were offered to it.
        package var images = 0
        /// What is wrong, and what to do.
        package var reason: String?
    }

    package var mirror: String
    package var rows: [Row] = []
    /// What is not in the mirror because it is not committed, and the like.
    package var notices: [String] = []
    package var isGood: Bool { rows.allSatisfy(\.outcome.isGood) }
}
