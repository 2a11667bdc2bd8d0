package import ConfigModel
package import FoundationEssentials

/// What is remembered of a device from one collection to the next, and is no part of its history.
package struct DeviceMemory: Sendable, Hashable {
    /// A digest of an image, which holds while size and time of the file are the same.
    package struct Image: Sendable, Hashable {
        package var path: String
        package var size: Int
        /// Seconds since 1970.
        package var modified: Int
        package var digest: ImageDigest
        /// When it was taken, which may be several collections ago.
        package var taken: Date

        package init(path: String, size: Int, modified: Int, digest: ImageDigest, taken: Date) {
            self.path = path
            self.size = size
            self.modified = modified
            self.digest = digest
            self.taken = taken
        }
    }

    /// A place in a comparable text where a secret was masked that no rule of the platform names.
    package struct Uncovered: Sendable, Hashable {
        package var artifact: ArtifactName
        /// Counted from 1.
        package var line: Int
        /// What it looks like, such as `password`.
        package var kind: String

        package init(artifact: ArtifactName, line: Int, kind: String) {
            self.artifact = artifact
            self.line = line
            self.kind = kind
        }
    }

    /// Sorted by path.
    package var images: [Image]
    /// Of the latest version, sorted by artifact and line.
    package var uncovered: [Uncovered]

    package init(images: [Image] = [], uncovered: [Uncovered] = []) {
        self.images = images
        self.uncovered = uncovered
    }

    package var isEmpty: Bool { images.isEmpty && uncovered.isEmpty }
}
