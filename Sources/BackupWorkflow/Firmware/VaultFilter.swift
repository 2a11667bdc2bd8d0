import ConfigModel
import DeviceInventory
package import SnapshotStore

/// Which images of the vault a command is about: words that all must hold; a comma within a word means or.
///
/// A word is a glob of image names, or `platform:…`, `version:…`, `image:…`, globs too.
package struct VaultFilter: Sendable {
    private enum Field: String, CaseIterable { case platform, version, image }

    private struct Alternative: Sendable {
        var field: Field
        var glob: Glob
    }

    private let words: [[Alternative]]
    private let text: String

    /// Every image.
    package static let all = VaultFilter(words: [], text: "every image")

    private init(words: [[Alternative]], text: String) {
        self.words = words
        self.text = text
    }

    /// - Parameter workspace: Knows the name behind an alias.
    package init(_ words: [String], in workspace: Workspace) throws(WorkflowError) {
        var all: [[Alternative]] = []
        for word in words {
            var field = Field.image
            var alternatives: [Alternative] = []
            for part in word.split(separator: ",", omittingEmptySubsequences: false) {
                var name = String(part)
                if let colon = part.firstIndex(of: ":") {
                    guard let known = Field(rawValue: String(part[..<colon])) else {
                        throw .request(
                            "'\(part[...colon])' is no way to select images: say platform:, version: or image:")
                    }
                    field = known
                    name = String(part[part.index(after: colon)...])
                }
                guard !name.isEmpty else {
                    throw .request("'\(word)' has an empty part: write a name before and after each comma and colon")
                }
                if field == .platform, !name.contains(where: { "*?[".contains($0) }) {
                    name = try FirmwareName.platform(name, in: workspace).name
                }
                alternatives.append(Alternative(field: field, glob: Glob(name, brackets: true)))
            }
            all.append(alternatives)
        }
        self.init(words: all, text: words.joined(separator: " "))
    }

    package func fits(_ address: ImageAddress) -> Bool {
        words.allSatisfy { word in
            word.contains { alternative in
                switch alternative.field {
                case .platform: alternative.glob.matches(address.platform)
                case .version: alternative.glob.matches(address.version)
                case .image: alternative.glob.matches(address.image)
                }
            }
        }
    }

    package var isEverything: Bool { words.isEmpty }

    /// A typo is no silent pass.
    func nothingFits() -> WorkflowError {
        .request("no image in the vault fits '\(text)': words must all hold, a comma means or")
    }
}
