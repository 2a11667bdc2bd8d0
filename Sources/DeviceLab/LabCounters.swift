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
    /// How often the device was changed: configuration, saved configuration, files, timers.
    package var writes = 0
    /// Lines and written files, in the order of their coming.
    package var received: [Received] = []
    /// Services of a Linux-like device that were started again or reloaded, such as `restart chrony.service`.
    package var services: [String] = []

    package enum Received: Sendable, Hashable, Codable {
        case line(String)
        case file(path: String, size: Int)
    }

    package init() {}
}
