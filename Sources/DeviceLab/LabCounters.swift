/// What a device has seen since the lab started.
package struct LabCounters: Sendable, Hashable, Codable {
    /// TCP connections accepted.
    package var connections = 0
    /// Connections open now.
    package var open = 0
    /// Passwords, answers and signatures tried, and keys offered in vain.
    package var loginAttempts = 0
    package var loginRefusals = 0
    /// Answers to the question of `enable`.
    package var enableAttempts = 0
    /// Lines typed on a command line and commands executed, as they came; passwords are not among them.
    package var commands: [String] = []
    /// Paths that were opened by SFTP or SCP.
    package var filesRead: [String] = []

    package init() {}
}
