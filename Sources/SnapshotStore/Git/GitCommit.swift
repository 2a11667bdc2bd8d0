import FoundationEssentials

/// A commit: a tree, what came before it, and a message.
struct GitCommit: Sendable, Hashable {
    var tree: ObjectID
    var parents: [ObjectID]
    /// To the second.
    var time: Date
    var message: String
    /// Who wrote what is in it, where that is somebody else; nil for Plumbline itself.
    var author: GitSignature?

    init(tree: ObjectID, parents: [ObjectID], time: Date, message: String, author: GitSignature? = nil) {
        self.tree = tree
        self.parents = parents
        self.time = time
        self.message = message
        self.author = author
    }

    /// - Returns: nil when the bytes are no commit.
    init?(parsing bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        // Two line ends in a row stand between the headers and the message.
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var tree: ObjectID?
        var parents: [ObjectID] = []
        var seconds: Double?
        var author: GitSignature?
        while let line = lines.popFirst(), !line.isEmpty {
            let words = line.split(separator: " ")
            switch words.first {
            case "tree": tree = words.count == 2 ? ObjectID(hexadecimal: words[1]) : nil
            case "parent":
                guard words.count == 2, let parent = ObjectID(hexadecimal: words[1]) else { return nil }
                parents.append(parent)
            case "author": author = GitSignature(parsing: line.dropFirst("author ".count))
            case "committer": seconds = words.dropLast().last.flatMap { Double($0) }
            default: continue
            }
        }
        guard let tree, let seconds else { return nil }
        self.init(
            tree: tree, parents: parents, time: Date(timeIntervalSince1970: seconds),
            message: lines.joined(separator: "\n"), author: author)
    }

    var serialised: [UInt8] {
        let plumbline = GitSignature.plumbline
        let committer = GitSignature(name: plumbline.name, email: plumbline.email, time: time)
        var text = "tree \(tree)\n"
        for parent in parents { text += "parent \(parent)\n" }
        text += "author \((author ?? committer).serialised)\ncommitter \(committer.serialised)\n\n\(message)"
        return Array(text.utf8)
    }
}
