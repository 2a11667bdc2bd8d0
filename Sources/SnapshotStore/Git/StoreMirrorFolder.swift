/// A repository of the mirror, where that is a folder of this machine.
package enum StoreMirrorFolder {
    /// Makes an empty bare repository.
    package static func create(at path: String) throws(StoreError) { try GitRepository.create(at: path) }
}
