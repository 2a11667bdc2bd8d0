import ConfigModel
import Patterns

/// What the device of a transcript knows besides its steps: its files, its secrets, its words for what it does not know.
struct TranscriptDevice: Sendable {
    let transcript: Transcript
    /// What the device says to a line that it does not know, line end included.
    let refusal: String
    /// Whether an unknown command is refused by its exit status, because no error text of the platform could tell.
    let refusesByStatus: Bool
    /// The platform's lines that leave.
    let leaving: Set<String>
    /// The last of them: behind it the device hangs up.
    let lastLine: String?
    private let globs: [PathGlob]

    init(_ transcript: Transcript, platform: Platform) {
        self.transcript = transcript
        let text = transcript.refused ?? Self.errorText(for: platform)
        refusal = text.hasSuffix("\n") ? text : text + "\n"
        refusesByStatus = platform.errors.isEmpty
        leaving = Set(platform.session.leave.map(\.send))
        lastLine = platform.session.leave.last?.send
        let collected = platform.collect.compactMap { rule -> String? in
            if case .files(let glob, _) = rule.source { glob } else { nil }
        }
        let images = platform.firmware.compactMap { rule -> String? in
            if case .files(let glob, _) = rule.images { glob } else { nil }
        }
        globs = (collected + images).compactMap { PathGlob($0) }
    }

    // MARK: Secrets

    func isSecret(_ text: String) -> Bool { text == transcript.login.password || text == transcript.login.enable }

    /// Whether what was typed is what the device waits for.
    func isMeant(by turn: Transcript.Turn, _ text: String, _ hasEnter: Bool) -> Bool {
        switch turn.send {
        case "{user}": text == transcript.login.user && hasEnter
        case "{password}": text == transcript.login.password && hasEnter
        case "{enable}": text == (transcript.login.enable ?? transcript.login.password) && hasEnter
        case "": text.isEmpty && hasEnter
        case let send: text == send
        }
    }

    // MARK: Files

    /// What one of the collector's own lines for files says, and its exit status; nil for any other line, and for those of
    /// ways that the device lacks.
    /// - Parameter isTyped: At a command line, else in a channel of its own.
    func output(of line: String, isTyped: Bool) -> (text: String, status: Int)? {
        guard let files = transcript.files else { return nil }
        let ways: [(FileMethod, String)] = isTyped ? [(.shell, "cat ")] : [(.sudo, "sudo -n cat "), (.cat, "cat ")]
        for (method, start) in ways where line.hasPrefix(start) && !transcript.without.contains(method) {
            let word = line.dropFirst(start.count)
            if let path = files.keys.first(where: { word == $0 || word == PathGlob.quoted($0) }) {
                return (files[path] ?? "", 0)
            }
            return ("cat: \(Self.unquoted(word)): No such file or directory\n", 1)
        }
        guard ways.contains(where: { !transcript.without.contains($0.0) }),
            let glob = globs.first(where: { line == (isTyped ? $0.typedListing : $0.listingCommand) })
        else { return nil }
        let found = files.keys.filter { glob.matches(path: $0) }.sorted()
        if found.isEmpty, isTyped { return ("ls: cannot access '\(glob.text)': No such file or directory\n", 2) }
        return (found.map { $0 + "\n" }.joined(), 0)
    }

    /// What a shell says to a command for files of which the transcript knows nothing; nil for any other command.
    func missingFile(_ command: String) -> String? {
        for start in ["sudo -n cat ", "cat "] where command.hasPrefix(start) {
            return "cat: \(Self.unquoted(command.dropFirst(start.count))): No such file or directory\n"
        }
        return globs.contains { $0.listingCommand == command } ? "" : nil
    }

    /// Whether two lines say the same to a shell: a path in single quotes is the path.
    static func isSame(_ line: String, _ other: String) -> Bool {
        line == other || line.utf8.lazy.filter { $0 != 0x27 }.elementsEqual(other.utf8.lazy.filter { $0 != 0x27 })
    }

    /// A path in single quotes as people type it.
    static func unquoted(_ word: Substring) -> Substring {
        word.count > 1 && word.hasPrefix("'") && word.hasSuffix("'") ? word.dropFirst().dropLast() : word
    }

    // MARK: Error texts

    /// Words of devices for a line that they do not know.
    private static let errorTexts = [
        "% Invalid input detected at '^' marker.", "% Unknown command", "Unknown command.", "Invalid command",
        "Error: Unrecognized command found at '^' position.", "Invalid input: ", "ERROR: % Invalid input detected",
        "syntax error, expecting <command>.", "bad command name (line 1 column 1)", "Command fail. Return code -61",
        "Unknown action 0", "-bash: command not found", "error: unknown command", "Error: invalid command",
        "Syntax Error: unexpected argument", "CLI syntax error: Unknown command", "MINOR: CLI #2000: Bad command",
        "Invalid syntax.", "Error: Bad command.", "E101: Command Not Found",
    ]

    /// One that the platform takes for an error, if there is such a one.
    private static func errorText(for platform: Platform) -> String {
        let patterns = platform.errors.compactMap { try? Pattern($0.text) }
        let known = errorTexts.first { text in patterns.contains { (try? $0.matches(text)) ?? false } }
        return known ?? errorTexts[0]
    }
}
