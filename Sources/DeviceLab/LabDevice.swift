package import ConfigModel

/// A simulated device as the lab is told to build it.
package struct LabDevice: Sendable {
    /// What answers behind the login.
    package enum System: Sendable {
        case ios(IOSSystem)
        case junos(JunosSystem)
        case linux(LinuxSystem)
    }

    package var id: String
    /// An address of 127.0.0.0/8; Linux answers for all of them without set-up.
    package var address: String
    /// 0 for a free one, which `SimulatedDevice.port` then tells.
    package var port: Int
    package var hostKey: LabKey
    package var logins: [LabLogin]
    package var methods: LoginMethods
    package var system: System
    /// How long each command is thought about before its answer begins.
    package var answerDelay: Duration
    package var fault: LabFault?
    /// How long a minute of the device's own timers lasts, such as that of `reload in 5`.
    package var minute: Duration
    /// How long it answers nobody after a reload.
    package var bootTime: Duration

    package init(
        id: String, address: String = "127.0.0.1", port: Int = 0, hostKey: LabKey, logins: [LabLogin],
        methods: LoginMethods = .all, system: System, answerDelay: Duration = .zero, fault: LabFault? = nil,
        minute: Duration = .seconds(60), bootTime: Duration = .zero
    ) {
        self.id = id
        self.address = address
        self.port = port
        self.hostKey = hostKey
        self.logins = logins
        self.methods = methods
        self.system = system
        self.answerDelay = answerDelay
        self.fault = fault
        self.minute = minute
        self.bootTime = bootTime
    }

    /// When it next does something by itself; nil when it does not.
    var nextDue: ContinuousClock.Instant? {
        switch system {
        case .ios(let system): system.nextDue
        case .junos(let system): system.nextDue
        case .linux: nil
        }
    }

    /// Does what is due by now.
    /// - Returns: Whether the device has reloaded, so that its sessions are gone.
    mutating func settle(at now: ContinuousClock.Instant) -> Bool {
        guard let due = nextDue, due <= now else { return false }
        switch system {
        case .ios(var ios):
            let reloaded = ios.settle(at: now)
            system = .ios(ios)
            return reloaded
        case .junos(var junos):
            junos.settle(at: now)
            system = .junos(junos)
            return false
        case .linux: return false
        }
    }
}

/// An account on a simulated device.
package struct LabLogin: Sendable, Hashable {
    package var user: String
    /// Nil where only a key opens.
    package var password: String?
    package var authorizedKeys: [HostKey]
    /// On IOS: the login lands at `host#` and not at `host>`.
    package var privileged: Bool
    /// Whether it can change the device.
    package var mayWrite: Bool

    package init(
        user: String, password: String? = nil, authorizedKeys: [HostKey] = [], privileged: Bool = true,
        mayWrite: Bool = true
    ) {
        self.user = user
        self.password = password
        self.authorizedKeys = authorizedKeys
        self.privileged = privileged
        self.mayWrite = mayWrite
    }
}

/// The ways to log in that a device offers.
package struct LoginMethods: OptionSet, Sendable, Hashable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let password = LoginMethods(rawValue: 1)
    package static let keyboardInteractive = LoginMethods(rawValue: 2)
    package static let publicKey = LoginMethods(rawValue: 4)
    package static let all: LoginMethods = [.password, .keyboardInteractive, .publicKey]
}
