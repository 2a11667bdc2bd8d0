/// A finding that people have accepted for a time: an entry of `Baselines/waivers.yaml`.
package struct Waiver: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// One finding, by its id or the first twelve digits or more of it.
        case finding(String)
        /// What a rule of a policy, a golden template or a class of findings says of devices.
        case rule(String)
        case findings(of: Finding.Class)
    }

    package var subject: Subject
    /// A selector in words; nil for every device.
    package var devices: String?
    package var reason: String
    /// What stands in for the control meanwhile.
    package var compensating: String
    package var approver: String
    /// The last day on which it holds.
    package var expires: Day
    package var ticket: String?
    package var location: SourceLocation?

    package init(
        subject: Subject, devices: String? = nil, reason: String, compensating: String, approver: String, expires: Day,
        ticket: String? = nil, location: SourceLocation? = nil
    ) {
        self.subject = subject
        self.devices = devices
        self.reason = reason
        self.compensating = compensating
        self.approver = approver
        self.expires = expires
        self.ticket = ticket
        self.location = location
    }

    /// Whether it speaks of a finding, whatever the device.
    package func covers(_ finding: Finding) -> Bool {
        switch subject {
        case .finding(let id): finding.id.hasPrefix(id)
        case .rule(let rule): finding.rule == rule
        case .findings(let kind): finding.class == kind
        }
    }
}
