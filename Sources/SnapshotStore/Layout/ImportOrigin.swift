/// Where an imported version comes from: another tool's repository, and the commit there.
///
/// It stands in the message of our commit, `Imported: oxidized 3f0c…`.
package struct ImportOrigin: Sendable, Hashable, Codable {
    /// Such as `oxidized`: one word.
    package var tool: String
    package var commit: ObjectID

    package init(tool: String, commit: ObjectID) {
        self.tool = tool
        self.commit = commit
    }

    init?(parsing text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 2, let commit = ObjectID(hexadecimal: words[1]) else { return nil }
        self.init(tool: String(words[0]), commit: commit)
    }

    var text: String { "\(tool) \(commit)" }
}

/// What `facts.yaml` says of a version that Plumbline did not collect itself.
package struct ImportMark: Sendable, Hashable {
    package var tool: String
    /// Whether that tool had taken secrets out before it kept the text: then a restore would put back a text without them.
    package var lacksSecrets: Bool

    package init(tool: String, lacksSecrets: Bool = false) {
        self.tool = tool
        self.lacksSecrets = lacksSecrets
    }
}
