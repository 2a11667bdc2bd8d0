import FoundationEssentials
import SnapshotStore

/// Stock git, in one repository, speaking to its place in the mirror.
struct MirrorVisit: Sendable {
    /// The repository here.
    let folder: String
    let place: String
    let span: Duration

    /// What came back.
    enum Answer {
        /// Branches and tags with their ids.
        case there([String: String])
        case not(MirrorReport.Outcome, String)
    }

    /// No hook of anybody stands between the store and its mirror.
    private var git: StockGit {
        StockGit(
            folder: folder, surroundings: .personal, settings: ["core.hooksPath=/dev/null", "push.followTags=false"])
    }

    func localReferences() async throws(StockToolFault) -> [String: String] {
        let text = try await git.run(
            ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"], within: .seconds(60),
            limit: 8 << 20)
        return Self.references(text, separator: " ")
    }

    /// What the mirror has. A folder on this machine that lacks the repository gets an empty one.
    func references() async throws(StockToolFault) -> Answer {
        if let folder = missingFolder {
            return .not(.unreachable, "the folder \(folder) is not there: mount it, or make it ('mkdir')")
        }
        try makeLocal()
        let answer = try await git.ask(
            ["ls-remote", "--heads", "--tags", "--", place], within: .seconds(120), limit: 8 << 20)
        guard answer.isGood else { return .not(.unreachable, Self.remedy(unreachable: answer.message)) }
        return .there(Self.references(answer.output, separator: "\t").filter { !$0.key.hasSuffix("^{}") })
    }

    /// The folder around a place on this machine, where that is not there.
    private var missingFolder: String? {
        guard let path = MirrorAddress.localPath(place), let slash = path.lastIndex(of: "/"), slash != path.startIndex
        else { return nil }
        let folder = String(path[..<slash])
        return FileManager.default.fileExists(atPath: folder) ? nil : folder
    }

    /// What is missing behind the references of a mirror that can be looked into; nil where nothing is, or nobody can tell.
    func incompleteness() async -> String? {
        guard let path = MirrorAddress.localPath(place) else { return nil }
        let git = StockGit(folder: path)
        do throws(StockToolFault) {
            try await git.run(
                ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"], within: span, limit: 8 << 20)
            return nil
        } catch {
            return
                "the mirror has the references and not all that is behind them (\(error)): move \(path) aside and push again"
        }
    }

    /// Only where the folder around it is there: one that is not mounted must not be taken for an empty mirror.
    private func makeLocal() throws(StockToolFault) {
        guard let path = MirrorAddress.localPath(place), !FileManager.default.fileExists(atPath: path),
            let slash = path.lastIndex(of: "/"), slash != path.startIndex,
            FileManager.default.fileExists(atPath: String(path[..<slash]))
        else { return }
        do throws(StoreError) {
            try StoreMirrorFolder.create(at: path)
        } catch {
            throw .failed(what: "the making of \(path)", status: 1, message: "\(error)")
        }
    }

    /// - Parameter references: Names with the ids that they are to have there.
    func push(_ references: [String: String]) async throws(StockToolFault) -> Answer {
        let words = references.sorted { $0.key < $1.key }.map { "\($0.value):\($0.key)" }
        let answer = try await git.ask(
            ["push", "--porcelain", "--no-verify", "--no-signed", "--", place] + words, within: span, limit: 8 << 20)
        if answer.isGood { return .there(references) }
        // https://git-scm.com/docs/git-push#_output: "!", the names, then why in brackets.
        let bad = answer.output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("!\t") }
        guard let first = bad.first else { return .not(.unreachable, Self.remedy(unreachable: answer.message)) }
        let reason = first.split(separator: "\t").last.map(String.init) ?? ""
        let reference = first.split(separator: "\t").dropFirst().first?.split(separator: ":").last ?? ""
        if reason.hasPrefix("[rejected]") {
            return .not(
                .diverged,
                "\(reference) there has commits that are not here (\(reason)): somebody wrote to the mirror, or this store was "
                    + "set back. Nothing was overwritten. Look with 'git -C \(folder) fetch \(Redaction.addresses(place)) "
                    + "\(reference)' and 'git log FETCH_HEAD'; then move the mirror's repository aside, or put it back here"
            )
        }
        return .not(
            .refused,
            "the mirror does not take \(reference) (\(reason)\(Self.told(answer.message))): let this account write there; the "
                + "branch must not be protected against plain pushes")
    }

    /// - Returns: Why it did not work; nil when it did.
    func sendImages() async throws(StockToolFault) -> String? {
        let git = StockGit(
            folder: folder, surroundings: .personal,
            settings: ["core.hooksPath=/dev/null", "lfs.locksverify=false", "lfs.activitytimeout=60"])
        let answer = try await git.ask(
            ["lfs", "push", "--all", MirrorAddress.forLargeFiles(place)], within: span, limit: 8 << 20)
        if answer.isGood { return nil }
        if answer.message.contains("'lfs' is not a git command") {
            return "\(StockToolFault.missing(program: "git-lfs", package: "git-lfs"))"
        }
        return
            "the mirror does not take the images of the vault\(Self.told(answer.message + answer.output)): it must offer Git LFS, "
            + "or be a folder"
    }

    private static func references(_ text: String, separator: Character) -> [String: String] {
        var references: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: separator)
            if words.count == 2 { references[String(words[1])] = String(words[0]) }
        }
        return references
    }

    private static func remedy(unreachable message: String) -> String {
        let lacks = ["does not appear to be a git repository", "not found", "does not exist"]
        let isMissing = lacks.contains { message.contains($0) } && !message.contains("not resolve")
        return "git cannot reach it\(told(message)): "
            + (isMissing
                ? "make an empty bare repository there ('git init --bare'), or mount the folder"
                : "is the machine up, is its host key known to this user, may this user log in without a password?")
    }

    /// The end of what git said, in brackets.
    private static func told(_ message: String) -> String {
        let lines = message.split(whereSeparator: \.isNewline).filter { !$0.isEmpty && !$0.hasPrefix("hint:") }
        return lines.isEmpty ? "" : " (\(lines.suffix(4).joined(separator: "; ")))"
    }
}
