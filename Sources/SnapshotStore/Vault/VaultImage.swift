package import ConfigModel

/// A spare copy in the vault.
package struct VaultImage: Sendable, Hashable {
    package var address: ImageAddress
    /// SHA-256 of the bytes, in hexadecimal.
    package var sha256: String
    package var size: Int
    /// Nil when the file beside the pointer is missing or cannot be read: `firmware verify` says so.
    package var record: VaultRecord?

    /// Whether it is the image that has this digest.
    /// - Returns: nil when that cannot be said.
    package func has(_ digest: ImageDigest) -> Bool? {
        if digest.algorithm == .sha256 { return digest.value == sha256 }
        return record?.digest(digest.algorithm).map { $0 == digest }
    }
}

/// What came of adding an image.
package enum VaultAddition: Sendable, Hashable {
    case added(commit: ObjectID)
    /// Another image had the name; history keeps it.
    case replaced(VaultImage, commit: ObjectID)
    /// It was there already; nothing was committed.
    case unchanged(VaultImage)
}
