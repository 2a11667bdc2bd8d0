import FoundationEssentials

/// A commit: a tree, what came before it, and a message.
struct GitCommit: Sendable, Hashable {
    var tree: ObjectID
    var parents: [ObjectID]
    /// To the second.
    var time: Date
    var message: String

    init(tree: ObjectID, parents: [ObjectID], time: Date, message: String) {
        self.tree = tree
        self.parents = parents
        self.time = time
        self.message = message
    }

    /// - Returns: nil when the bytes are no commit.
    init?(parsing bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        // Two line ends in a row stand between the headers and the message.
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var tree: ObjectID?
        var parents: [ObjectID] = []
        var seconds: Double?
        while let line = lines.popFirst(), !line.isEmpty {
            let words = line.split(separator: " ")
            switch words.first {
            case "tree": tree = words.count == 2 ? ObjectID(hexadecimal: words[1]) : nil
            case "parent":
                guard words.count == 2, let parent = ObjectID(hexadecimal: words[1]) else { return nil }
                parents.append(parent)
            case "committer": seconds = words.dropLast().last.flatMap { Double($0) }
            default: continue
            }
        }
        guard let tree, let seconds else { return nil }
        self.init(
            tree: tree, parents: parents, time: Date(timeIntervalSince1970: seconds),
            message: lines.joined(separator: "\n"))
    }

    var serialised: [UInt8] {
        let seconds = Int64(Timestamp.rounded(time).timeIntervalSince1970.rounded(.down))
        let person = "Plumbline <plumbline@localhost> \(max(0, seconds)) +0000"
        var text = "tree \(tree)\n"
        for parent in parents { text += "parent \(parent)\n" }
        text += "author \(person)\ncommitter \(person)\n\n\(message)"
        return Array(text.utf8)
    }
}
