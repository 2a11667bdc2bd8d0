/// A moment at which an IOS-like device does something by itself.
struct IOSDeadline: Sendable {
    var due: ContinuousClock.Instant
    /// As the operator gave it.
    var minutes: Int
}

/// The configuration that `configure replace … time` comes back to unless it is confirmed.
struct IOSRollback: Sendable {
    var deadline: IOSDeadline
    var previous: IOSConfiguration
    /// Confirmed, and yet it will come back: a fault.
    var isHidden = false
}

extension IOSSystem {
    /// When it next does something by itself; nil when it does not.
    var nextDue: ContinuousClock.Instant? {
        [reload?.due, rollback?.deadline.due].compactMap(\.self).min()
    }

    /// Does what is due.
    /// - Returns: Whether the device has reloaded, so that its sessions are gone.
    mutating func settle(at now: ContinuousClock.Instant) -> Bool {
        if let rollback, rollback.deadline.due <= now {
            become(rollback.previous)
            self.rollback = nil
        }
        guard let reload, reload.due <= now else { return false }
        restart()
        return true
    }

    /// A reload: the running-config is the startup-config again, and what was under way is forgotten.
    mutating func restart() {
        reload = nil
        rollback = nil
        become(startup)
        save()
    }
}
