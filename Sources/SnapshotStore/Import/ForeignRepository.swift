import FoundationEssentials
import Glibc
import SystemPackage

/// Finds the parts of a git repository that somebody else made, by reading its files alone.
///
/// Nothing of its configuration is obeyed, no hook, filter or program of it is run, and no other repository is followed.
struct ForeignRepository {
    /// The folder that holds `HEAD` and `objects`.
    let gitFolder: String
    /// Where `HEAD` leads.
    let tip: ObjectID
    /// Commits whose parents are not there, because the repository is a shallow clone.
    let shallow: Set<ObjectID>

    private static let largestFile = 64 << 20

    init(at path: String) throws(ForeignHistoryFault) {
        gitFolder = try Self.gitFolder(of: path)
        if let config = try Self.text(gitFolder + "/config")?.lowercased() {
            for (word, what) in [
                ("objectformat = sha256", "it names objects by SHA-256"),
                ("refstorage = reftable", "it keeps its refs in a reftable"),
            ]
            where config.contains(word) {
                throw .unsupported(
                    path: path, what: what, remedy: "clone it into one with SHA-1 and files for refs first")
            }
        }
        if try Self.text(gitFolder + "/objects/info/alternates") != nil {
            throw .unsupported(
                path: path, what: "it borrows objects from another repository",
                remedy: "make it whole ('git repack -a -d', then remove objects/info/alternates), or clone it")
        }
        let words = try Self.text(gitFolder + "/shallow")?.split(whereSeparator: \.isNewline) ?? []
        shallow = Set(words.compactMap { ObjectID(hexadecimal: $0) })
        tip = try Self.tip(of: gitFolder)
    }

    private static func gitFolder(of path: String) throws(ForeignHistoryFault) -> String {
        for folder in [path, path + "/.git"] where isFolder(folder + "/objects") && exists(folder + "/HEAD") {
            return folder
        }
        if try text(path + "/.git") != nil {
            throw .unsupported(
                path: path, what: "it is a linked working tree or a submodule",
                remedy: "name the repository that it belongs to")
        }
        throw .notARepository(path: path, remedy: remedy(for: path))
    }

    private static func remedy(for path: String) -> String {
        if exists(path + "/CVSROOT") || exists(path + "/CVS") {
            return "it is CVS: convert it first ('cvs2git', or 'git cvsimport'), then import what came of it"
        }
        if exists(path + "/.svn") || (exists(path + "/format") && exists(path + "/db")) {
            return "it is Subversion: convert it first ('git svn clone'), then import what came of it"
        }
        return exists(path) ? "name the folder of a repository, bare or not" : "there is nothing at this path"
    }

    // MARK: Refs

    private static func tip(of folder: String) throws(ForeignHistoryFault) -> ObjectID {
        guard let head = try text(folder + "/HEAD")?.split(whereSeparator: \.isWhitespace) else {
            throw .unreadable(path: folder + "/HEAD", reason: "it is no file")
        }
        if head.count == 1, let id = ObjectID(hexadecimal: head[0]) { return id }
        guard head.count == 2, head[0] == "ref:" else {
            throw .unreadable(path: folder + "/HEAD", reason: "it names neither a branch nor a commit")
        }
        // The branch may never have been made, in a repository whose history is on one of another name.
        for name in [String(head[1]), "refs/heads/main", "refs/heads/master"] {
            if let id = try commit(of: name, in: folder) { return id }
        }
        throw .unsupported(
            path: folder, what: "HEAD leads to no commit", remedy: "check the branch out that holds the history")
    }

    private static func commit(of ref: String, in folder: String) throws(ForeignHistoryFault) -> ObjectID? {
        let parts = ref.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.first == "refs", parts.count > 2, !parts.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else {
            throw .unreadable(path: folder + "/HEAD", reason: "it names no branch")
        }
        if let text = try text("\(folder)/\(ref)") {
            return text.split(whereSeparator: \.isWhitespace).first.flatMap { ObjectID(hexadecimal: $0) }
        }
        for line in try text(folder + "/packed-refs")?.split(whereSeparator: \.isNewline) ?? [] {
            let words = line.split(separator: " ")
            if words.count == 2, words[1] == ref[...] { return ObjectID(hexadecimal: words[0]) }
        }
        return nil
    }

    // MARK: Files

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The text of a regular file; nil where there is none. A pipe is never waited for.
    private static func text(_ path: String) throws(ForeignHistoryFault) -> String? {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
            defer { try? file.close() }
            var status = stat()
            guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            guard status.st_size <= largestFile else {
                throw ForeignHistoryFault.unreadable(path: path, reason: "it is larger than \(largestFile >> 20) MiB")
            }
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while bytes.count <= largestFile {
                let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
                if count == 0 { break }
                bytes += piece[..<count]
            }
            return String(decoding: bytes, as: UTF8.self)
        } catch let error as Errno {
            if error == .noSuchFileOrDirectory || error == .notDirectory || error == .isDirectory { return nil }
            throw .unreadable(path: path, reason: "\(error)")
        } catch let fault as ForeignHistoryFault {
            throw fault
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }
}
