/// What a device is: written to `facts.yaml` beside its comparable texts.
package struct Facts: Sendable, Hashable, Codable {
    package var hostname: String?
    package var vendor: String?
    package var model: String?
    /// Of all members, sorted.
    package var serials: [String]
    package var version: String?
    /// Images that the device boots from, in its order.
    package var boot: [String]
    /// Sorted by path.
    package var images: [FirmwareImage]

    package init(
        hostname: String? = nil, vendor: String? = nil, model: String? = nil, serials: [String] = [],
        version: String? = nil, boot: [String] = [], images: [FirmwareImage] = []
    ) {
        self.hostname = hostname
        self.vendor = vendor
        self.model = model
        self.serials = serials
        self.version = version
        self.boot = boot
        self.images = images
    }
}

/// One firmware image on a device.
package struct FirmwareImage: Sendable, Hashable, Codable {
    /// Of a file its path, else what the device calls it.
    package var path: String
    /// In bytes; nil where the device did not say.
    package var size: Int?
    /// When the file was last written, in seconds since 1970; nil where the device did not say.
    package var modified: Int?
    /// Nil where it could not be had, and `note` says why.
    package var digest: ImageDigest?
    package var note: String?

    package init(
        path: String, size: Int? = nil, modified: Int? = nil, digest: ImageDigest? = nil, note: String? = nil
    ) {
        self.path = path
        self.size = size
        self.modified = modified
        self.digest = digest
        self.note = note
    }

    /// The SHA-256, where that is the digest.
    package var sha256: String? { digest.flatMap { $0.algorithm == .sha256 ? $0.value : nil } }

    package init(path: String, size: Int? = nil, sha256: String?, note: String? = nil) {
        self.init(path: path, size: size, digest: sha256.flatMap { ImageDigest(.sha256, $0) }, note: note)
    }
}

/// A digest that was taken before: it holds as long as size and time of the file are the same and it is not too old.
package struct KnownImage: Sendable, Hashable, Codable {
    package var path: String
    package var size: Int
    package var modified: Int
    package var digest: ImageDigest
    /// How long ago it was taken.
    package var age: Duration

    package init(path: String, size: Int, modified: Int, digest: ImageDigest, age: Duration) {
        self.path = path
        self.size = size
        self.modified = modified
        self.digest = digest
        self.age = age
    }
}
