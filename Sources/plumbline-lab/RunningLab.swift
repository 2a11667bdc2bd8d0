import ConfigModel
import DeviceLab
import FoundationEssentials
import Glibc
import Synchronization

/// A lab in this process, and the answers to what is asked of it.
final class RunningLab: Sendable {
    private let lab: Lab
    private let folder: StateFolder
    /// The devices as they are without drift.
    private let pristine: [String: LabDevice]
    private let journal: Mutex<DriftJournal>

    /// Starts it; all devices listen when it returns.
    init(_ devices: [LabDevice], in folder: StateFolder) throws(LabError) {
        let journal = try DriftJournal(in: folder)
        var drifted = devices
        try journal.apply(to: &drifted)
        pristine = Dictionary(devices.map { ($0.id, $0) }) { first, _ in first }
        self.folder = folder
        self.journal = Mutex(journal)
        lab = try Lab(devices: drifted)
        try lab.start()
    }

    func stop() { lab.stop() }

    /// Serves the control socket on a thread of its own, which ends with the process.
    func answerInBackground(on listener: Int32) throws {
        let work = ControlThread(lab: self, listener: listener)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<ControlThread>.fromOpaque(argument).takeRetainedValue()
                work.lab.answer(on: work.listener)
                return nil
            }, Unmanaged.passRetained(work).toOpaque())
        guard failure == 0 else { throw Complaint(text: "no thread: \(String(cString: strerror(failure)))") }
        pthread_detach(thread)
    }

    /// What the thread is given.
    private final class ControlThread: Sendable {
        let lab: RunningLab
        let listener: Int32

        init(lab: RunningLab, listener: Int32) {
            self.lab = lab
            self.listener = listener
        }
    }

    private func answer(on listener: Int32) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            // A client that says nothing must not hold up the next one.
            var patience = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            let request = try? JSONDecoder().decode(ControlRequest.self, from: ControlSocket.receive(from: connection))
            let reply = request.map(reply) ?? ControlReply(failure: "the lab does not understand the request")
            if let data = try? JSONEncoder().encode(reply) { ControlSocket.send(data, to: connection) }
            close(connection)
            if case .stop? = request { kill(getpid(), SIGTERM) }
        }
    }

    private func reply(to request: ControlRequest) -> ControlReply {
        do throws(LabError) {
            switch request {
            case .drift(let device, let drift): return ControlReply(text: try make(drift, on: device))
            case .heal(let device): return ControlReply(text: try heal(device))
            case .fault(let device, let text): return ControlReply(text: try set(fault: text, on: device))
            case .status(let device): return ControlReply(devices: try status(device))
            case .stop: return ControlReply(text: "stopping")
            }
        } catch {
            return ControlReply(failure: error.description)
        }
    }

    private func make(_ drift: Drift, on id: String) throws(LabError) -> String {
        var done = ""
        try lab.device(id).edit { (device) throws(LabError) in done = try device.drift(drift) }
        try change { $0.entries.append(DriftJournal.Entry(device: id, drift: drift)) }
        return done
    }

    private func heal(_ id: String) throws(LabError) -> String {
        let device = try lab.device(id)
        if let pristine = pristine[id] { device.edit { $0.system = pristine.system } }
        let healed = journal.withLock { $0.entries.count { $0.device == id } }
        try change { $0.entries.removeAll { $0.device == id } }
        return "\(id): is as it was first; undone: \(healed)"
    }

    private func change(_ edit: (inout DriftJournal) -> Void) throws(LabError) {
        let changed = journal.withLock {
            edit(&$0)
            return $0
        }
        try changed.save(in: folder)
    }

    private func set(fault text: String?, on id: String) throws(LabError) -> String {
        let fault: LabFault? = if let text { try LabFault(text) } else { nil }
        try lab.device(id).setFault(fault)
        return fault == nil ? "\(id): has no fault" : "\(id): now has the fault \(text ?? "")"
    }

    private func status(_ id: String?) throws(LabError) -> [DeviceStatus] {
        let asked = if let id { [try lab.device(id)] } else { lab.devices }
        let entries = journal.withLock { $0.entries }
        return asked.map { device in
            DeviceStatus(
                id: device.id, address: device.address, port: device.port,
                hostKey: device.hostKey.publicKey.fingerprint, fault: device.fault.map { "\($0)" },
                drifts: entries.filter { $0.device == device.id }.map(\.drift.name), counters: device.counters)
        }
    }
}
