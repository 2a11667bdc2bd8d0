package import ConfigModel

/// What a rule comes to on one device.
package struct PolicyResult: Sendable, Hashable, Codable {
    package enum Outcome: Sendable, Hashable, Codable {
        case pass
        /// Each line says one place where it is not so.
        case fail([String])
        case notAssessable(String)
    }

    package var rule: String
    package var outcome: Outcome

    package init(rule: String, outcome: Outcome) {
        self.rule = rule
        self.outcome = outcome
    }
}

/// What Plumbline itself knows of a device, for `assess`.
package typealias KnownFacts = [PolicyCheck.Assessment: PolicyResult.Outcome]

/// Why a rule cannot be used: the rule's fault, never a device's.
package struct PolicyFault: Error, Hashable, Sendable, CustomStringConvertible {
    package var rule: String
    package var location: SourceLocation?
    package var reason: String

    package init(rule: String, location: SourceLocation? = nil, reason: String) {
        self.rule = rule
        self.location = location
        self.reason = reason
    }

    package var description: String { (location.map { "\($0): " } ?? "") + "rule '\(rule)': \(reason)" }
}
