package import ConfigModel

/// A device's comparable texts and facts as the files of `Baselines/approved/<id>/`: named as in `store.git`.
package enum ExpectedFiles {
    /// The name of the file of facts.
    package static let facts = DeviceFolder.factsFile

    /// - Throws: `unstorableName`.
    package static func files(
        texts: [ArtifactName: [UInt8]], facts: Facts, platform: String, device: DeviceID
    ) throws(StoreError) -> [String: [UInt8]] {
        let document = FactsDocument(platform: platform, facts: facts, collected: [:])
        var files = [DeviceFolder.factsFile: document.serialised]
        for (artifact, path) in try DeviceFolder.paths(of: texts.keys.sorted(), .comparable, device: device) {
            files[path.joined(separator: "/")] = texts[artifact]
        }
        return files
    }

    /// The inverse.
    /// - Returns: nil when a file is not what `files` writes.
    package static func contents(of files: [String: [UInt8]]) -> (texts: [ArtifactName: [UInt8]], facts: Facts)? {
        var texts: [ArtifactName: [UInt8]] = [:]
        guard let document = files[DeviceFolder.factsFile].flatMap(FactsDocument.init(parsing:)) else { return nil }
        for (path, bytes) in files where path != DeviceFolder.factsFile {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard let artifact = DeviceFolder.artifact(at: parts, .comparable) else { return nil }
            texts[artifact] = bytes
        }
        return (texts, document.facts)
    }
}
