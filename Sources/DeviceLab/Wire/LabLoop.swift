import CLibSSH
import Glibc

/// One thread's share of a lab: the devices that it listens for and their sessions. Made, run and ended on that thread.
final class LabLoop {
    /// A device and its listening socket.
    struct Post: Sendable {
        var device: SimulatedDevice
        var listener: Listener
    }

    private struct Binding {
        var post: Post
        var bind: OpaquePointer
    }

    /// A session, or a connection that is kept and never answered.
    private enum Client {
        case session(LabSession, armed: Bool)
        case ignored(SimulatedDevice)
    }

    private enum Ring {
        case session(Weak, LabSession.Alarm)
        /// A device's own timer.
        case device(SimulatedDevice)
    }

    /// A session that may be gone by then: a timer must not keep its socket open.
    private struct Weak {
        weak var session: LabSession?
    }

    private let poller: Poller
    private let wake: Int32
    private var bindings: [Int32: Binding] = [:]
    private var clients: [Int32: Client] = [:]
    private var timers = TimerQueue<Ring>()
    /// For when each device's own timer is already in the queue.
    private var armed: [String: ContinuousClock.Instant] = [:]
    /// Out of descriptors: listening rests until a session ends.
    private var isFull = false

    /// Takes the listeners over, and closes them also when it throws.
    /// - Parameter wake: Becomes readable when the loop is to end.
    init(posts: [Post], wake: Int32) throws(LabError) {
        guard let poller = Poller() else {
            for post in posts { close(post.listener.descriptor) }
            throw .cannotStart(reason: "the process is out of file descriptors")
        }
        self.poller = poller
        self.wake = wake
        _ = self.poller.add(wake)
        for (index, post) in posts.enumerated() {
            do throws(LabError) {
                bindings[post.listener.descriptor] = Binding(post: post, bind: try Self.bind(post.device))
            } catch {
                for post in posts[index...] { close(post.listener.descriptor) }
                throw error
            }
            _ = self.poller.add(post.listener.descriptor)
        }
    }

    deinit {
        for binding in bindings.values {
            ssh_bind_free(binding.bind)
            close(binding.post.listener.descriptor)
        }
    }

    /// Serves until woken, then drops every session.
    func run() {
        // A client that is gone must not end the process.
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, nil)
        while true {
            let ready = poller.wait(timers.next.map { $0 - .now })
            if ready.contains(wake) { break }
            for descriptor in ready { serve(descriptor) }
            let now = ContinuousClock.now
            while let ring = timers.popDue(at: now) {
                switch ring {
                case .session(let session, let alarm): session.session.map { self.ring($0, alarm) }
                case .device(let device):
                    armed[device.id] = nil
                    watch(device)
                }
            }
        }
        for descriptor in Array(clients.keys) { drop(descriptor) }
    }

    private func ring(_ session: LabSession, _ alarm: LabSession.Alarm) {
        session.ring(alarm)
        settle(session)
    }

    /// Drops the sessions of a device that has reloaded, and wakes up when its timer is due.
    private func watch(_ device: SimulatedDevice) {
        let starts = device.starts
        for case .session(let session, _) in Array(clients.values)
        where session.device === device && session.starts != starts { drop(session.descriptor) }
        guard let due = device.nextDue, armed[device.id].map({ due < $0 }) ?? true else { return }
        armed[device.id] = due
        timers.add(.device(device), at: due)
    }

    private func serve(_ descriptor: Int32) {
        if let binding = bindings[descriptor] {
            accept(binding)
        } else if case .session(let session, _)? = clients[descriptor] {
            session.step()
            settle(session)
        } else if clients[descriptor] != nil {
            skim(descriptor)
        }
    }

    private func accept(_ binding: Binding) {
        // A bounded number at a time: sessions under way go on while hundreds more arrive.
        for _ in 0..<64 {
            guard let descriptor = binding.post.listener.accept() else {
                if errno == EMFILE || errno == ENFILE { pauseListening() }
                return
            }
            let device = binding.post.device
            if device.isBooting {
                close(descriptor)
                continue
            }
            device.count {
                $0.connections += 1
                $0.open += 1
            }
            guard poller.add(descriptor) else {
                close(descriptor)
                device.count { $0.open -= 1 }
                continue
            }
            if device.fault == .silentAfterAccept {
                clients[descriptor] = .ignored(device)
                continue
            }
            open(descriptor, binding)
        }
    }

    private func open(_ descriptor: Int32, _ binding: Binding) {
        let device = binding.post.device
        let session = LabSession(descriptor: descriptor, bind: binding.bind, device: device) {
            [unowned self] session, alarm, pause in
            timers.add(.session(Weak(session: session), alarm), at: .now + pause)
        }
        guard let session else {
            device.count { $0.open -= 1 }
            return
        }
        clients[descriptor] = .session(session, armed: false)
        session.step()
        settle(session)
    }

    /// After a step: lets go of a session that is over, else waits for what it waits for.
    private func settle(_ session: LabSession) {
        if session.device.starts != session.starts || session.device.nextDue != nil { watch(session.device) }
        guard case .session(let current, let armed)? = clients[session.descriptor], current === session else { return }
        if session.isOver { return drop(session.descriptor) }
        let wanted = session.wantsToWrite
        guard wanted != armed else { return }
        poller.change(session.descriptor, writable: wanted)
        clients[session.descriptor] = .session(session, armed: wanted)
    }

    private func drop(_ descriptor: Int32) {
        poller.remove(descriptor)
        switch clients.removeValue(forKey: descriptor) {
        case .session(let session, _): session.device.count { $0.open -= 1 }  // its deinit closes the socket
        case .ignored(let device):
            close(descriptor)
            device.count { $0.open -= 1 }
        case nil: return
        }
        if isFull { resumeListening() }
    }

    /// Reads and forgets what an ignored client sends, to notice its end.
    private func skim(_ descriptor: Int32) {
        let count = withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) {
            read(descriptor, $0.baseAddress, $0.count)
        }
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { drop(descriptor) }
    }

    private func pauseListening() {
        isFull = true
        for descriptor in bindings.keys { poller.remove(descriptor) }
    }

    private func resumeListening() {
        isFull = false
        for descriptor in bindings.keys { _ = poller.add(descriptor) }
    }

    private static func bind(_ device: SimulatedDevice) throws(LabError) -> OpaquePointer {
        guard let bind = ssh_bind_new() else { throw .cannotStart(reason: "libssh is out of memory") }
        var no = false
        let key = try LabKey.imported(device.hostKey.pem)
        // The bind owns the key from here on. The machine's own /etc/ssh/libssh_server_config is none of the lab's.
        guard ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK,
            ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, UnsafeRawPointer(key)) == SSH_OK
        else {
            ssh_bind_free(bind)
            throw .cannotStart(reason: "libssh does not take the host key of \(device.id)")
        }
        return bind
    }
}
