/// What one collected thing is called: `running-config`, or the absolute path of a file.
package struct ArtifactName: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static let runningConfig = ArtifactName("running-config")
    package static let startupConfig = ArtifactName("startup-config")

    package var isFile: Bool { text.hasPrefix("/") }
    package var description: String { text }

    package static func < (left: ArtifactName, right: ArtifactName) -> Bool { left.text < right.text }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// One thing collected from a device, exactly as it was.
package struct Artifact: Sendable, Hashable, Codable {
    package var name: ArtifactName
    /// Of a file its bytes; of a command its answer less echo, prompt, pager marks and terminal escapes.
    package var collected: [UInt8]
    /// What the text fell short of, in words for a person; empty when it is complete.
    package var defects: [String]

    package init(name: ArtifactName, collected: [UInt8], defects: [String] = []) {
        self.name = name
        self.collected = collected
        self.defects = defects
    }
}
