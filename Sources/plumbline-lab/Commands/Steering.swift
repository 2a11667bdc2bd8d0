import ArgumentParser
import DeviceLab
import FoundationEssentials
import Glibc

struct MakeDrift: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Change a running device behind everybody's back.",
        discussion: """
            Kinds: \(Drift.names.joined(separator: ", ")), line (with --section, --add, --remove), file (with --file, --add).
            """)

    @OptionGroup var folder: StateOptions
    @Argument(help: "The device's id.") var device: String
    @Argument(help: "What kind of drift.") var kind = "rogue-community"
    @Option(help: "With 'line': the section's header, such as 'line vty 0 4'; none for the top level.")
    var section = ""
    @Option(help: "A line to add; may be repeated.") var add: [String] = []
    @Option(help: "A line to remove; may be repeated.") var remove: [String] = []
    @Option(help: "With 'file': the file to add a line to.") var file: String?

    func run() throws {
        print(
            try explained { try ControlSocket.ask(.drift(device: device, drift()), in: StateFolder(folder.state)).text }
        )
    }

    private func drift() throws -> Drift {
        if let drift = Drift(named: kind) { return drift }
        switch kind {
        case "line" where !(add + remove).isEmpty: return .lines(section: section, add: add, remove: remove)
        case "line": throw ValidationError("'line' needs --add or --remove")
        case "file":
            guard let file, add.count == 1 else { throw ValidationError("'file' needs --file and one --add") }
            return .file(path: file, add: add[0])
        default:
            throw ValidationError(
                "there is no drift '\(kind)'; known are \(Drift.names.joined(separator: ", ")), line, file")
        }
    }
}

struct Heal: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a device's drifts back.")

    @OptionGroup var folder: StateOptions
    @Argument(help: "The device's id.") var device: String

    func run() throws {
        print(try explained { try ControlSocket.ask(.heal(device: device), in: StateFolder(folder.state)).text })
    }
}

struct Fault: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a device misbehave.", discussion: "Kinds: \(LabFault.forms.joined(separator: ", ")), none.")

    @OptionGroup var folder: StateOptions
    @Argument(help: "The device's id.") var device: String
    @Argument(help: "What kind of fault, or none.") var kind: String

    func run() throws {
        let request = ControlRequest.fault(device: device, text: kind == "none" ? nil : kind)
        print(try explained { try ControlSocket.ask(request, in: StateFolder(folder.state)).text })
    }
}

struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End the lab; returns when it has ended.")

    @OptionGroup var folder: StateOptions

    func run() throws {
        try explained {
            let state = try StateFolder(folder.state)
            guard let pid = PIDFile.running(in: state) else {
                print("no lab runs on \(state.path)")
                return
            }
            kill(pid, SIGTERM)
            let deadline = ContinuousClock.now + .seconds(10)
            while PIDFile.running(in: state) == pid {
                guard ContinuousClock.now < deadline else {
                    throw Complaint(text: "process \(pid) does not end; see \(state.file("lab.log"))")
                }
                usleep(10_000)
            }
            print("stopped process \(pid)")
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What the devices have seen.")

    enum Format: String, ExpressibleByArgument { case text, json }

    @OptionGroup var folder: StateOptions
    @Argument(help: "One device's id; all without.") var device: String?
    @Option(help: "text or json.") var format = Format.text

    func run() throws {
        let devices = try explained {
            try ControlSocket.ask(.status(device: device), in: StateFolder(folder.state)).devices
        }
        if format == .json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(devices), as: UTF8.self))
            return
        }
        for device in devices {
            let counters = device.counters
            let notes = [
                device.fault.map { "fault \($0)" },
                device.drifts.isEmpty ? nil : "drift " + device.drifts.joined(separator: ", "),
            ].compactMap(\.self)
            print(
                "\(device.id)  \(device.address):\(device.port)  \(device.hostKey)  connections \(counters.connections), "
                    + "logins \(counters.loginAttempts) (refused \(counters.loginRefusals)), "
                    + "commands \(counters.commands.count), writes \(counters.writes)"
                    + (notes.isEmpty ? "" : "  [\(notes.joined(separator: "; "))]"))
        }
    }
}
