/// What is wrong with one spare copy.
package struct VaultFault: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// The object is not there.
        case missing
        /// The object has another length than its pointer says.
        case size
        /// The object's bytes are not those that were stored.
        case damaged
        /// The object cannot be read.
        case unreadable
        /// What stands in git is no pointer.
        case pointer
        /// The record beside the pointer is missing, cannot be read, or says something else than the pointer.
        case record
        /// `.gitattributes` does not let stock `git lfs` find the images.
        case attributes
    }

    package var kind: Kind
    /// In `store.git`, such as `firmware/cisco_ios/15.2/c2960x.bin`.
    package var path: String
    /// Nil where the path is none of an image.
    package var address: ImageAddress?
    /// SHA-256 by which the object is called, where it is about one.
    package var object: String?
    /// An earlier image of this name, which history keeps; nothing in use refers to it.
    package var isFormer: Bool
    package var reason: String
}

extension VaultFault: CustomStringConvertible {
    package var description: String {
        "\(path)\(isFormer ? " (replaced since)" : ""): \(reason)"
    }
}
