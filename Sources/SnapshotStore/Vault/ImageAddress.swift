/// Where a spare copy of a firmware image lies in `store.git`.
///
/// ```
/// firmware/<platform>/<version>/<image>        a Git LFS pointer
/// firmware/<platform>/<version>/<image>.yaml   its record
/// ```
/// The parts are as people and devices say them; in the path they are encoded.
package struct ImageAddress: Sendable, Hashable, Codable {
    static let root = "firmware"
    static let recordSuffix = ".yaml"

    package let platform: String
    package let version: String
    package let image: String

    /// - Throws: `unstorableImage` when a part is empty, or too long for the name of a file.
    package init(platform: String, version: String, image: String) throws(StoreError) {
        self.init(unchecked: platform, version, image)
        for (part, name) in [("platform", platform), ("version", version), ("image", image)] where name.isEmpty {
            throw .unstorableImage(image: description, reason: "its \(part) has no name")
        }
        if let long = recordPath.first(where: { $0.utf8.count > PathComponent.limit }) {
            throw .unstorableImage(
                image: String(description.prefix(80)),
                reason: "a name of \(long.utf8.count) bytes is too long for a file: say a shorter one")
        }
    }

    private init(unchecked platform: String, _ version: String, _ image: String) {
        self.platform = platform
        self.version = version
        self.image = image
    }

    /// The address of the pointer at a path.
    /// - Returns: nil for a record, and for a path that no address has.
    init?(path: [String]) {
        guard path.count == 4, path[0] == Self.root, !path[3].hasSuffix(Self.recordSuffix) else { return nil }
        var last = path[3]
        if let dot = Self.finalDot(in: last, escaped: true) { last.replaceSubrange(dot, with: ".") }
        guard let platform = PathComponent.decoded(path[1]), let version = PathComponent.decoded(path[2]),
            let image = PathComponent.decoded(last)
        else { return nil }
        self.init(unchecked: platform, version, image)
        guard self.path == path else { return nil }
    }

    var path: [String] {
        var last = PathComponent.encoded(image)
        // A record's name ends so, and an image's must not.
        if let dot = Self.finalDot(in: last, escaped: false) {
            last.replaceSubrange(dot, with: PathComponent.escape(0x2E))
        }
        return [Self.root, PathComponent.encoded(platform), PathComponent.encoded(version), last]
    }

    var recordPath: [String] {
        var path = path
        path[path.count - 1] += Self.recordSuffix
        return path
    }

    /// `firmware/cisco_ios/15.2(7)E3/c2960x.bin`, encoded.
    package var text: String { path.joined(separator: "/") }

    /// The dot of `.yaml` at the end, in letters of either case: some file systems see no difference.
    private static func finalDot(in name: String, escaped: Bool) -> Range<String.Index>? {
        let suffix = escaped ? PathComponent.escape(0x2E) + "yaml" : recordSuffix
        guard name.lowercased().hasSuffix(suffix.lowercased()) else { return nil }
        let start = name.index(name.endIndex, offsetBy: -suffix.count)
        return start..<name.index(name.endIndex, offsetBy: -4)
    }
}

extension ImageAddress: CustomStringConvertible, Comparable {
    /// `cisco_ios 15.2(7)E3 c2960x.bin`: for people, and what comes from devices to be made printable.
    package var description: String { "\(platform) \(version) \(image)" }

    package static func < (left: ImageAddress, right: ImageAddress) -> Bool {
        (left.platform, left.version, left.image) < (right.platform, right.version, right.image)
    }
}
