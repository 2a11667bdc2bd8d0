import CLibSSH
import ConfigModel
import Glibc

/// One client's connection to a simulated device. Lives on its loop's thread alone.
///
/// libssh calls back while it reads; the callbacks only note what came (`events`), and `step` acts on it afterwards: writing
/// from within a callback would re-enter libssh's packet handling.
final class LabSession {
    enum Event {
        case data(LabChannel, [UInt8])
        /// A shell, a command or a subsystem was granted; its program has not begun yet.
        case started(LabChannel)
        case endOfInput(LabChannel)
        case closed(LabChannel)
    }

    /// What a timer says to a channel, which may be gone by then.
    enum Alarm {
        /// The pause that its program asked for is over.
        case resume(ObjectIdentifier)
        /// A dripping device may go on.
        case release(ObjectIdentifier)
    }

    let device: SimulatedDevice
    /// How often the device had been started when the session began.
    let starts: Int
    let descriptor: Int32
    private let session: OpaquePointer
    private let event: OpaquePointer
    private let callbacks: UnsafeMutablePointer<ssh_server_callbacks_struct>
    private let schedule: (LabSession, Alarm, Duration) -> Void
    private var channels: [OpaquePointer: LabChannel] = [:]
    private var events: [Event] = []
    private(set) var login: LabLogin?
    /// Whom keyboard-interactive was asked about.
    var asked = ""
    private(set) var isOver = false
    private static let mostChannels = 16

    /// Nil when libssh refuses the connection, which then is closed.
    init?(
        descriptor: Int32, bind: OpaquePointer, device: SimulatedDevice,
        schedule: @escaping (LabSession, Alarm, Duration) -> Void
    ) {
        guard let session = ssh_new() else {
            close(descriptor)
            return nil
        }
        guard ssh_bind_accept_fd(bind, session, descriptor) == SSH_OK, let event = ssh_event_new() else {
            ssh_free(session)  // closes the socket, which the session owns by now
            return nil
        }
        self.device = device
        starts = device.starts
        self.descriptor = descriptor
        self.session = session
        self.event = event
        self.schedule = schedule
        callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: Self.serverCallbacks)
        callbacks.pointee.size = MemoryLayout<ssh_server_callbacks_struct>.size
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        ssh_set_blocking(session, 0)
        ssh_set_server_callbacks(session, callbacks)
        ssh_set_message_callback(session, Self.messageCallback, Unmanaged.passUnretained(self).toOpaque())
        ssh_set_auth_methods(session, Self.mask(device.with { $0.methods }))
        let started = ssh_handle_key_exchange(session)
        guard started == SSH_OK || started == SSH_AGAIN, ssh_event_add_session(event, session) == SSH_OK else {
            isOver = true
            return
        }
    }

    deinit {
        ssh_event_remove_session(event, session)
        ssh_event_free(event)
        ssh_free(session)
        callbacks.deallocate()
    }

    /// Whether the loop is to wake this session when its socket takes bytes.
    var wantsToWrite: Bool {
        ssh_get_poll_flags(session) & SSH_WRITE_PENDING != 0 || channels.values.contains(where: \.wantsToWrite)
    }

    /// The socket is ready, or an alarm rang: reads, acts, writes.
    func step() {
        guard !isOver else { return }
        if ssh_event_dopoll(event, 0) == SSH_ERROR { isOver = true }
        repeat {
            let now = events
            events = []
            now.forEach(act)
            pump()
        } while !events.isEmpty && !isOver
        if ssh_get_status(session) & (SSH_CLOSED | SSH_CLOSED_ERROR) != 0 { isOver = true }
    }

    func ring(_ alarm: Alarm) {
        switch alarm {
        case .resume(let id): if let channel = channel(id) { tell(channel) { $0.resume() } }
        case .release(let id): channel(id)?.releaseHold()
        }
        step()
    }

    func note(_ event: Event) { events.append(event) }

    private func channel(_ id: ObjectIdentifier) -> LabChannel? {
        channels.values.first { ObjectIdentifier($0) == id }
    }

    private func act(_ event: Event) {
        switch event {
        case .data(let channel, let bytes): tell(channel) { $0.receive(bytes[...]) }
        case .started(let channel): tell(channel) { $0.start() }
        case .endOfInput(let channel): tell(channel) { $0.endOfInput() }
        case .closed(let channel):
            channel.closed()
            channels[channel.pointer] = nil
            ssh_channel_free(channel.pointer)
        }
    }

    private func tell(_ channel: LabChannel, _ deliver: (inout any ChannelProgram) -> [ChannelEffect]) {
        channel.tell(deliver) { schedule(self, .resume(ObjectIdentifier(channel)), $0) }
    }

    private func pump() {
        var drip: (bytes: Int, every: Duration)?
        if case .drip(let bytes, let every) = device.fault { drip = (bytes, every) }
        for channel in channels.values {
            let outcome = channel.pump(
                drip: drip, isFlushed: { ssh_get_poll_flags(session) & SSH_WRITE_PENDING == 0 },
                hold: { schedule(self, .release(ObjectIdentifier(channel)), $0) })
            if case .hangUp = outcome {
                // Without SSH's goodbye: to the client it is a line that broke.
                shutdown(descriptor, Int32(SHUT_RDWR))
                isOver = true
                return
            }
        }
    }

    // What the callbacks ask.

    func openChannel() -> OpaquePointer? {
        guard login != nil, channels.count < Self.mostChannels, let pointer = ssh_channel_new(session) else {
            return nil
        }
        var callbacks = Self.channelCallbacks
        callbacks.userdata = Unmanaged.passUnretained(self).toOpaque()
        channels[pointer] = LabChannel(pointer: pointer, callbacks: callbacks)
        return pointer
    }

    func find(_ pointer: OpaquePointer?) -> LabChannel? { pointer.flatMap { channels[$0] } }

    /// Judges one attempt to log in and counts it.
    func judge(user: String, _ fits: (LabLogin) -> Bool) -> Bool {
        let (logins, fault) = device.with { ($0.logins, $0.fault) }
        let found = fault == .refuseLogin ? nil : logins.first { $0.user == user && fits($0) }
        device.count {
            $0.loginAttempts += 1
            if found == nil { $0.loginRefusals += 1 }
        }
        login = found
        return found != nil
    }

    /// Whether a key, offered without a signature, would be taken.
    func wouldTake(user: String, _ key: HostKey) -> Bool {
        let (logins, fault) = device.with { ($0.logins, $0.fault) }
        let fits = fault != .refuseLogin && logins.contains { $0.user == user && $0.authorizedKeys.contains(key) }
        if !fits {
            device.count {
                $0.loginAttempts += 1
                $0.loginRefusals += 1
            }
        }
        return fits
    }

    private static func mask(_ methods: LoginMethods) -> Int32 {
        var mask: UInt32 = 0
        if methods.contains(.password) { mask |= SSH_AUTH_METHOD_PASSWORD }
        if methods.contains(.keyboardInteractive) { mask |= SSH_AUTH_METHOD_INTERACTIVE }
        if methods.contains(.publicKey) { mask |= SSH_AUTH_METHOD_PUBLICKEY }
        return Int32(mask)
    }
}
