import ArgumentParser
import BackupWorkflow
import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Finds lines in the comparable texts of all devices, with their sections.",
        discussion: """
            search 'snmp-server community'           every device that is stored, also those gone from the inventory
            search -i 'telnet' group:icu             the devices that a selector names
            search '^ntp server' --at 2026-11-23     as the texts were at the end of that day (UTC), or at a time
            PATTERN is a PCRE2 expression that is matched against each line. Secrets are fingerprints here: search for one
            '<secret:…>' to see where it stands again. Exit status: 0 found, 1 nothing, 2 trouble.
            """)

    @Argument(help: "A PCRE2 pattern, matched against each line.") var pattern: String
    @Argument(help: "Device ids, globs, group:…, tag:…, platform:…; all that is stored without one.")
    var selector: [String] = []
    @Flag(name: [.customShort("F"), .long], help: "PATTERN is a text, not an expression.") var fixed = false
    @Flag(name: [.customShort("i"), .long], help: "Upper and lower case are the same (of ASCII).")
    var ignoreCase = false
    @Option(help: "Only artifacts of this name; a glob such as '/etc/*'.") var artifact: String?
    @Flag(name: [.customShort("l"), .long], help: "Only the names of devices and artifacts with a hit.")
    var names = false
    @Flag(name: [.customShort("c"), .long], help: "Only how many lines each artifact with a hit has.")
    var count = false
    @Option(name: [.customShort("m"), .long], help: "At most so many lines of each artifact.") var max: Int?
    @Option(help: "As of a day (its end, UTC) or a time: 2026-11-23, 2026-11-23T02:15:00Z.") var at: String?
    @OptionGroup var output: FormatOption

    func validate() throws {
        if names, count { throw ValidationError("say --names or --count, not both") }
        if names || count, output.format == .json { throw ValidationError("--names and --count are for text") }
        if let max, max < 1 { throw ValidationError("--max takes 1 or more") }
    }

    func run() async throws {
        do {
            throw ExitCode(try await search())
        } catch let error as WorkflowError where error.status != .configuration {
            // Like its namesakes: 1 means that nothing was found, so trouble is 2.
            Console.complain("plumbline: \(printable(error.message, keepingLines: true))")
            throw ExitCode(2)
        }
    }

    private func search() async throws -> Int32 {
        let workspace = try CommandContext().workspace()
        let store = try await workspace.storeForReading()
        for notice in await workspace.notices(store) { Console.complain("notice: \(printable(notice))") }
        let request = TextSearch.Request(
            query: LineSearch.Query(pattern, isLiteral: fixed, ignoresCase: ignoreCase), selector: selector,
            before: try instant(), artifact: artifact, most: names ? 1 : max ?? .max)
        let text = SearchText(
            shows: names ? .names : count ? .counts : .lines, isDated: at != nil,
            paint: Console.paint(workspace.settings.color))
        let search = TextSearch(workspace: workspace, store: store)
        let outcome: TextSearch.Outcome
        if output.format == .json {
            let document = SearchDocument()
            outcome = try await search.run(request, found: document.write)
            try document.end(outcome, pattern: pattern, before: request.before)
        } else {
            outcome = try await search.run(request) { found in text.say(found) }
        }
        SearchText.remark(outcome, at: at)
        if outcome.failure != nil || !outcome.unread.isEmpty { return 2 }
        return outcome.hits > 0 ? 0 : 1
    }

    /// The instant before which versions count, by the same rule as `DEVICE@DATE`.
    private func instant() throws(WorkflowError) -> Date? {
        guard let at else { return nil }
        let specifier = try? VersionSpecifier(at)
        guard case .date(let before, _) = specifier else {
            throw .request("'\(at)' is no time: say a day (2026-11-23) or a time (2026-11-23T02:15:00Z)")
        }
        return before
    }
}
