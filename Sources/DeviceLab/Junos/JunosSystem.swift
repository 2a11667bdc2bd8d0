/// A switch or firewall with a Junos-like command line: a candidate that is edited, and commits.
package struct JunosSystem: Sendable {
    /// One commit; the newest is what the device runs.
    struct Commit: Sendable {
        var configuration: JunosConfiguration
        var user: String
        var number: Int
    }

    /// Who holds the candidate alone; a session that breaks lets go of it by going.
    final class Holder: Sendable {
        let user: String
        init(user: String) { self.user = user }
    }

    /// Such as `22.4R3.25`.
    package var version: String
    package var model: String
    package var serial: String
    /// Lines to a page until `set cli screen-length` says otherwise; 0 for no paging.
    package var pageLength: Int
    package var files = FileTree()
    /// The newest first.
    private(set) var commits: [Commit]
    var candidate: JunosConfiguration
    private weak var holder: Holder?
    /// The candidate is one session's alone, whose changes go with it.
    private var isHeld = false
    var rollback: JunosRollback?

    private static let mostCommits = 50

    /// - Parameter configuration: With braces, as `show configuration` prints it.
    package init(
        configuration: String, version: String = "22.4R3.25", model: String = "ex4300-48p",
        serial: String = "PE3714110001",
        pageLength: Int = 24
    ) {
        self.version = version
        self.model = model
        self.serial = serial
        self.pageLength = pageLength
        candidate = JunosConfiguration(configuration)
        commits = [Commit(configuration: candidate, user: "root", number: 0)]
        files.makeDirectory("/var/tmp")
        files.makeDirectory("/var/home/netbackup")
    }

    /// What the device runs.
    package var active: JunosConfiguration { commits[0].configuration }
    /// As `show configuration` prints it, without the header and line ends.
    package var configuration: [String] { active.text }
    package var hostname: String { active.value("system", "host-name") ?? "Amnesiac" }
    /// Whether the candidate holds changes that were not committed.
    var isChanged: Bool { candidate != active }

    /// Whether something waits: changes in the candidate for a commit, or a commit for its confirmation.
    package var isPending: Bool { isChanged || rollback.map { !$0.isHidden } ?? false }

    /// The line above a configuration.
    var header: String { "## Last commit: \(JunosClock(commit: commits[0].number)) by \(commits[0].user)" }

    /// Changes the running configuration, as somebody else would.
    package mutating func change(_ change: (inout JunosConfiguration) -> Void) {
        var configuration = active
        change(&configuration)
        put(configuration, by: "netadmin")
    }

    /// The configuration of so many commits ago; nil when none is kept.
    func commit(ago: Int) -> JunosConfiguration? { commits.indices.contains(ago) ? commits[ago].configuration : nil }

    private mutating func put(_ configuration: JunosConfiguration, by user: String) {
        commits.insert(Commit(configuration: configuration, user: user, number: commits[0].number + 1), at: 0)
        if commits.count > Self.mostCommits { commits.removeLast() }
        candidate = configuration
    }

    // Who edits.

    /// The user who holds the candidate alone, other than the one asking.
    func isLocked(against other: Holder) -> String? {
        guard let holder, holder !== other else { return nil }
        return holder.user
    }

    mutating func lock(for holder: Holder) {
        self.holder = holder
        isHeld = true
    }

    mutating func unlock(by holder: Holder) {
        guard self.holder === holder else { return }
        self.holder = nil
        isHeld = false
        candidate = active
    }

    /// What a session left behind that broke while it held the candidate.
    mutating func releaseBroken() {
        guard isHeld, holder == nil else { return }
        isHeld = false
        candidate = active
    }

    // Commits and their timer.

    /// - Parameter minutes: Comes back by itself after so many, unless there is another commit.
    mutating func commit(by user: String, minutes: Int?, minute: Duration, now: ContinuousClock.Instant, isDeaf: Bool) {
        let previous = rollback?.previous ?? active
        put(candidate, by: user)
        if let minutes {
            rollback = JunosRollback(due: now + minute * minutes, minutes: minutes, previous: previous)
        } else if isDeaf {
            rollback?.isHidden = true
        } else {
            rollback = nil
        }
    }

    var nextDue: ContinuousClock.Instant? { rollback?.due }

    mutating func settle(at now: ContinuousClock.Instant) {
        guard let rollback, rollback.due <= now else { return }
        self.rollback = nil
        put(rollback.previous, by: "root")
    }
}

/// Somebody else in the configuration of a Junos-like device, alone until they leave or are let go of.
package final class JunosHold: Sendable {
    private let device: SimulatedDevice
    private let holder: JunosSystem.Holder

    package init(of device: SimulatedDevice, by user: String) {
        self.device = device
        holder = JunosSystem.Holder(user: user)
        edit { [holder] in $0.lock(for: holder) }
    }

    package func release() { edit { [holder] in $0.unlock(by: holder) } }

    private func edit(_ change: (inout JunosSystem) -> Void) {
        device.edit { device in
            guard case .junos(var system) = device.system else { return }
            change(&system)
            device.system = .junos(system)
        }
    }
}

/// The configuration that comes back unless a commit confirms the last one.
struct JunosRollback: Sendable {
    var due: ContinuousClock.Instant
    var minutes: Int
    var previous: JunosConfiguration
    /// Confirmed, and yet it will come back: a fault.
    var isHidden = false
}

/// The lab's own calendar: an hour to a commit.
struct JunosClock: CustomStringConvertible {
    var commit: Int

    var description: String {
        let (day, hour) = (2 + commit / 24 % 27, commit % 24)
        return "2027-03-\(day < 10 ? "0" : "")\(day) \(hour < 10 ? "0" : "")\(hour):00:00 UTC"
    }
}
