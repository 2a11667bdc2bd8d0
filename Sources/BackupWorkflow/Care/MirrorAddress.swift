import FoundationEssentials

/// Where the mirror of the workspace is: a place for each of its repositories.
struct MirrorAddress: Sendable {
    private let text: String

    /// - Parameter text: The setting `mirror`.
    init(_ text: String) { self.text = text }

    /// - Parameter name: Such as `store`.
    func place(of name: String) -> String {
        if text.contains("{repository}") { return text.replacing("{repository}", with: name) }
        return (text.hasSuffix("/") || text.hasSuffix(":") ? text : text + "/") + name + ".git"
    }

    /// The folder on this machine or a mounted one; nil for an address of another machine.
    static func localPath(_ place: String) -> String? {
        if place.hasPrefix("/") { return place }
        return place.hasPrefix("file://") ? String(place.dropFirst("file://".count)) : nil
    }

    /// As git-lfs wants it.
    static func forLargeFiles(_ place: String) -> String { place.hasPrefix("/") ? "file://" + place : place }
}
