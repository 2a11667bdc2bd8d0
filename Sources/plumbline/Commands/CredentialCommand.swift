import ArgumentParser
import BackupWorkflow
import DeviceInventory
import FoundationEssentials

struct CredentialCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "Shows credentials and lets refused ones be tried again.",
        discussion: """
            Two devices that refuse a credential, with no login in between, hold it: no further device is asked, in this and later
            runs, until the secret is another one or it is released. A device that refused is not asked again with the same either.
            """,
        subcommands: [List.self, Release.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists credentials: where the secret is, who uses it, who refused it. Never the secret.")

        @OptionGroup var output: ListFormatOption

        func run() async throws {
            let workspace = try CommandContext().workspace()
            let rows = try await CredentialReview(workspace: workspace).rows()
            if try output.printed(rows) { return }
            let paint = Console.paint(workspace.settings.color)
            let table = Table.lines(
                rows.map { row in
                    [
                        row.credential, row.user, row.method + (row.hasEnable ? " + enable" : ""),
                        Wording.count(row.hosts, "host"),
                        row.isHeld ? "held" : row.refusals.isEmpty ? "" : "refused",
                    ]
                })
            for (row, line) in zip(rows, table) {
                Console.say(row.isHeld ? paint(.red, line) : row.refusals.isEmpty ? line : paint(.yellow, line))
                for refusal in row.refusals {
                    Console.say(paint(.dim, "      refused by \(refusal.host) on \(Wording.time(refusal.at))"))
                }
            }
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a credential be tried again that devices have refused.",
            discussion: """
                The next run tries it, one device at a time, and holds it again after two refusals. Where the secret
                itself was wrong, correct it instead: then it is used by itself. Recorded in var/audit.jsonl.
                """)

        @Argument(help: "Its name in Inventory/credentials.yaml.") var name: String
        @Option(help: "Why, for the audit log.") var reason: String?

        func run() async throws {
            let refusals = try await CredentialReview(workspace: try CommandContext().workspace())
                .release(name, reason: reason)
            guard !refusals.isEmpty else { return Console.say("\(name) was refused by nobody: nothing to release") }
            Console.say(
                "\(name) is released: refused by \(refusals.map(\.host).joined(separator: ", ")) before; the next run tries it, "
                    + "one device at a time, and holds it again after two refusals")
        }
    }
}
