/// What a device is: written to `facts.yaml` beside its comparable texts.
package struct Facts: Sendable, Hashable, Codable {
    package var hostname: String?
    package var vendor: String?
    package var model: String?
    /// Of all members, sorted.
    package var serials: [String]
    package var version: String?
    /// Sorted by path.
    package var images: [FirmwareImage]

    package init(
        hostname: String? = nil, vendor: String? = nil, model: String? = nil, serials: [String] = [],
        version: String? = nil, images: [FirmwareImage] = []
    ) {
        self.hostname = hostname
        self.vendor = vendor
        self.model = model
        self.serials = serials
        self.version = version
        self.images = images
    }
}

/// One firmware file on a device.
package struct FirmwareImage: Sendable, Hashable, Codable {
    package var path: String
    /// In bytes; nil where the device did not say.
    package var size: Int?
    /// Lower-case hexadecimal; nil where it could not be had, and `note` says why.
    package var sha256: String?
    package var note: String?

    package init(path: String, size: Int? = nil, sha256: String? = nil, note: String? = nil) {
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.note = note
    }
}
