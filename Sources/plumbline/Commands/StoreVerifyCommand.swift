import ArgumentParser
import BackupWorkflow
import SnapshotStore

struct StoreVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads and hashes everything that is stored again, and names what is damaged.",
        discussion: """
            Looked at are every object of every repository, by Plumbline and by stock git; every reference from facts.yaml and
            commits to exact bytes; every encrypted blob under its key; the images of the vault; the chain of the audit log; and
            the index against git. Nothing is changed. Somebody else than the owner of var/ has no keys and sees no audit log: what
            was not looked at for that is named. Exit status: 0 all is as it was stored, 3 something is not.
            """)

    @OptionGroup var output: FormatOption

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let (check, notices) = try await StoreCare(workspace: workspace).verify()
        for notice in notices { Console.complain("notice: \(printable(notice))") }
        if output.format == .json { try JSONOutput.print(check) } else { say(check) }
        if let event = HookEvent(check) {
            for hook in await HookRunner(workspace).run([event])
            where hook.fault != nil {
                Console.complain("notice: hook \(printable(hook.hook)): \(printable(hook.fault ?? ""))")
            }
        }
        if !check.faults.isEmpty { throw ExitCode(3) }
    }

    private func say(_ check: StoreCheck) {
        let lines = Table.lines(
            check.repositories.map { repository in
                [
                    repository.name, Wording.count(repository.commits, "commit"),
                    Wording.count(repository.objects, "object"), FirmwareText.size(repository.bytes),
                    repository.name == "store.git" ? "" : repository.isEncrypted ? "encrypted" : "IN CLEAR",
                ]
            })
        for line in lines { Console.say(line) }
        Console.say(
            "\(Wording.count(check.versions, "version")) and \(Wording.count(check.copies, "restore copy", "restore copies")) "
                + "compared with the index, \(Wording.count(check.images, "image")) hashed, "
                + "\(Wording.count(check.auditEntries, "line")) of the audit log followed")
        let paint = Console.paint()
        for fault in check.faults {
            Console.say("\(paint(.red, fault.kind.rawValue))  \(printable(fault.place))")
            Console.say("    \(printable(fault.reason))")
        }
        for place in check.unchecked {
            Console.say("\(paint(.yellow, "not looked at"))  \(printable(place)): only the owner of var/ can")
        }
        Console.say(
            check.faults.isEmpty
                ? "all \(check.unchecked.isEmpty ? "" : "else ")is as it was stored"
                : "\(Wording.count(check.faults.count, "fault")): see above")
    }
}

struct StoreReindexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reindex", abstract: "Builds the index anew from git and the records of runs.",
        discussion: """
            What git does not know (digests of images, marks of change, findings) is kept while the file is sound. A damaged
            file is moved aside. A missing one is built by every command by itself.
            """)

    @OptionGroup var output: FormatOption

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let (summary, notices) = try await StoreCare(workspace: workspace).reindex()
        for notice in notices { Console.complain("notice: \(printable(notice))") }
        if output.format == .json { return try JSONOutput.print(summary) }
        Console.say(
            "\(Wording.count(summary.versions, "version")) of \(Wording.count(summary.devices, "device")) from "
                + "\(Wording.count(summary.commits, "commit")), "
                + "\(Wording.count(summary.copies, "restore copy", "restore copies")), \(Wording.count(summary.runs, "run"))"
        )
    }
}
