import ArgumentParser
import DeviceLab

@main
struct PlumblineLab: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plumbline-lab",
        abstract: "Simulated devices on 127.0.0.0/8 that speak real SSH, to try Plumbline on.",
        discussion: """
            'start' brings up a small demo hospital, or a fleet of switches to measure with. The other commands steer \
            the lab that runs on the same --state folder.
            """,
        subcommands: [Start.self, Stop.self, Status.self, MakeDrift.self, Heal.self, Fault.self, Inventory.self])
}

/// Where a lab keeps its keys, its drifts and its control socket.
struct StateOptions: ParsableArguments {
    @Option(help: "The lab's folder: host keys, login secrets, control socket. Made where it is missing.")
    var state = "/tmp/plumbline-lab"
}

/// Which devices a lab has.
struct FleetOptions: ParsableArguments {
    @Option(help: "A fleet of so many switches in place of the demo hospital.")
    var fleet: Int?
    @Option(help: "How long each command of a fleet's device is thought about, such as 500ms or 2s.")
    var delay = "0ms"
    @Option(help: "The least bytes of each running-config of the fleet.")
    var configSize = 0
    @Option(help: "The TCP port of every device.")
    var port = 2222
    @Option(help: "A file of public keys that open the account 'netbackup' beside the lab's own key.")
    var authorizedKey: String?

    func validate() throws {
        if pause == nil { throw ValidationError("--delay: '\(delay)' is no time such as 500ms or 2s") }
        if !(1...65535).contains(port) { throw ValidationError("--port: \(port) is no TCP port") }
    }

    var pause: Duration? {
        if delay.hasSuffix("ms") {
            Int(delay.dropLast(2)).flatMap { $0 >= 0 ? .milliseconds($0) : nil }
        } else if delay.hasSuffix("s") {
            Int(delay.dropLast()).flatMap { $0 >= 0 ? .seconds($0) : nil }
        } else {
            nil
        }
    }
}

/// Prints an error of the lab as one line; everything else goes the parser's way.
func explained<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as LabError {
        throw Complaint(text: error.description)
    }
}

/// An error that the parser prints after `Error: `.
struct Complaint: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}
