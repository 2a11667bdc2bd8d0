import ArgumentParser
import DeviceLab
import FoundationEssentials
import Glibc

struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring up the demo hospital, or a fleet.",
        discussion: """
            Logs in: user 'netbackup', password in STATE/netbackup.password or key STATE/id_ed25519; \
            'or-sw-1' also asks for STATE/enable.password. Host keys for known_hosts: STATE/known_hosts.
            """)

    @OptionGroup var folder: StateOptions
    @OptionGroup var fleet: FleetOptions
    @Flag(help: "Return when every device listens; the lab goes on until 'plumbline-lab stop'.")
    var detach = false
    @Option(help: "Write this file when every device listens.")
    var readyFile: String?
    @Option(help: "Also write a matching inventory into DIR/Inventory.")
    var writeInventory: String?
    @Option(help: .hidden)
    var notify: Int32?

    func run() throws {
        try explained {
            let state = try StateFolder(folder.state)
            let ready = readyFile.map(absolute)
            if detach {
                let child = try Detached.start(arguments(state, ready), in: state)
                try finish(state, ready, pid: child)
            } else {
                try serve(state, ready)
            }
        }
    }

    private func arguments(_ state: StateFolder, _ ready: String?) -> [String] {
        var arguments = [
            "start", "--state", state.path, "--port", "\(fleet.port)", "--delay", fleet.delay, "--config-size",
            "\(fleet.configSize)",
        ]
        if let count = fleet.fleet { arguments += ["--fleet", "\(count)"] }
        if let key = fleet.authorizedKey { arguments += ["--authorized-key", absolute(key)] }
        return arguments
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// Serves until SIGTERM or SIGINT.
    private func serve(_ state: StateFolder, _ ready: String?) throws {
        let lock = try PIDFile(in: state)
        allowManyDescriptors()
        // Before any thread is: all of them leave these signals to `sigwait`.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)

        let devices = try state.devices(fleet)
        let lab = try RunningLab(devices, in: state)
        let listener = try ControlSocket.listen(in: state)
        try KnownHosts(devices).write(to: state)
        if let directory = writeInventory {
            try InventoryFiles(devices, in: state).write(to: absolute(directory), force: true)
        }
        try lab.answerInBackground(on: listener)
        if let notify {
            var byte: UInt8 = 1
            _ = write(notify, &byte, 1)
            close(notify)
        } else {
            try finish(state, ready, pid: getpid())
        }
        var signal: Int32 = 0
        while sigwait(&signals, &signal) != 0 {}
        lab.stop()
        ControlSocket.remove(in: state)
        lock.remove()
    }

    /// Says that the lab is up.
    private func finish(_ state: StateFolder, _ ready: String?, pid: pid_t) throws {
        if detach, let directory = writeInventory {
            let devices = try state.devices(fleet)
            try InventoryFiles(devices, in: state).write(to: absolute(directory), force: true)
        }
        if let ready {
            guard FileManager.default.createFile(atPath: ready, contents: Data("\(pid)\n".utf8)) else {
                throw Complaint(text: "\(ready) cannot be written")
            }
        }
        let what = fleet.fleet.map { "\($0) switches" } ?? "The demo hospital"
        print("\(what) on port \(fleet.port), process \(pid), state in \(state.path)")
    }

    /// Each session takes a descriptor, each device another.
    private func allowManyDescriptors() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
