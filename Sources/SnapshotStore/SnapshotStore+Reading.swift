package import ConfigModel
package import FoundationEssentials

extension SnapshotStore {
    /// Finds the version that is meant.
    /// - Throws: `noVersion`, `ambiguousCommit`; `.approved` is for the caller to resolve.
    package func resolve(_ device: DeviceID, _ specifier: VersionSpecifier) throws(StoreError) -> StoredVersion {
        let found: StoredVersion?
        switch specifier {
        case .latest: found = try indexed { (index) throws(IndexFault) in try index.latestVersion(of: device) }
        case .number(let number):
            found = try indexed { (index) throws(IndexFault) in try index.version(of: device, number: number) }
        case .date(let date, _):
            found = try indexed { (index) throws(IndexFault) in try index.latestVersion(of: device, before: date) }
        case .commit(let prefix):
            let commits = try indexed { (index) throws(IndexFault) in try index.commits(beginningWith: prefix) }
            guard commits.count < 2 else { throw .ambiguousCommit(prefix: prefix, matches: commits.count) }
            guard let commit = commits.first else {
                throw .noVersion(device: device, wanted: prefix, reason: "store.git has no such commit")
            }
            found = try indexed { (index) throws(IndexFault) in
                try index.latestVersion(of: device, atCommit: commit)
            }
        case .approved: throw .sessionMisuse("which version is approved is not known to the store")
        }
        if let found { return found }
        guard let latest = try indexed({ (index) throws(IndexFault) in try index.latestVersion(of: device) }) else {
            if let name = try currentName(of: device) {
                throw .noVersion(device: device, wanted: "\(specifier)", reason: "it is called \(name) now")
            }
            throw .noVersion(
                device: device, wanted: "\(specifier)",
                reason:
                    "nothing of this device is stored yet; 'plumbline run \(device)' collects it, and gives it the history of "
                    + "the ids that its 'was' names")
        }
        switch specifier {
        case .number:
            throw .noVersion(
                device: device, wanted: "\(specifier)", reason: "its versions are 1 to \(latest.number)")
        default:
            let first = try indexed { (index) throws(IndexFault) in try index.version(of: device, number: 1) }
            throw .noVersion(
                device: device, wanted: "\(specifier)",
                reason: "its first version is of \(first.map { Timestamp.text(of: $0.taken) } ?? "later")")
        }
    }

    /// Newest first; empty when nothing is stored.
    package func versions(of device: DeviceID, limit: Int? = nil) throws(StoreError) -> [StoredVersion] {
        try indexed { (index) throws(IndexFault) in try index.versions(of: device, limit: limit) }
    }

    /// The latest version of every device that has one.
    package func latest() throws(StoreError) -> [DeviceID: StoredVersion] {
        let versions = try indexed { (index) throws(IndexFault) in try index.latestVersions() }
        return Dictionary(versions.map { ($0.device, $0) }, uniquingKeysWith: { $1 })
    }

    /// What was the latest version of every device at a time: of versions taken before `date`. Sorted by device.
    /// - Parameter date: Nil for now.
    package func latestVersions(before date: Date?) throws(StoreError) -> [StoredVersion] {
        let versions = try indexed { (index) throws(IndexFault) in
            if let date { try index.latestVersions(before: date) } else { try index.latestVersions() }
        }
        return versions.sorted { $0.device.text < $1.device.text }
    }

    /// The facts of every device's latest version.
    package func latestFacts() throws(StoreError) -> [DeviceID: Facts] {
        var facts: [DeviceID: Facts] = [:]
        for (device, bytes) in try indexed({ (index) throws(IndexFault) in try index.latestFactsFiles() }) {
            facts[device] = FactsDocument(parsing: bytes)?.facts
        }
        return facts
    }

    /// The comparable texts of a version.
    package func comparableTexts(of version: StoredVersion) throws(StoreError) -> [ArtifactName: [UInt8]] {
        var texts: [ArtifactName: [UInt8]] = [:]
        for (artifact, id) in try blobs(of: version) { texts[artifact] = try store(version).objects.read(id, .blob) }
        return texts
    }

    /// - Throws: `noArtifact` when the version has none of that name.
    package func comparableText(of version: StoredVersion, artifact: ArtifactName) throws(StoreError) -> [UInt8] {
        guard let id = try blobs(of: version)[artifact] else {
            throw .noArtifact(device: version.device, number: version.number, artifact: artifact)
        }
        return try store(version).objects.read(id, .blob)
    }

    /// The ids of the comparable texts: equal ids are equal texts.
    package func blobs(of version: StoredVersion) throws(StoreError) -> [ArtifactName: ObjectID] {
        try HistoryReader(repository: try store(version)).artifacts(in: version.tree)
    }

    package func facts(of version: StoredVersion) throws(StoreError) -> Facts { try document(of: version).facts }

    /// What is told of an imported version; nil for what Plumbline collected itself.
    package func importMark(of version: StoredVersion) throws(StoreError) -> ImportMark? {
        try document(of: version).imported
    }

    /// `facts.yaml` as it is stored.
    package func factsText(of version: StoredVersion) throws(StoreError) -> [UInt8] {
        let history = HistoryReader(repository: try store(version))
        return try history.factsFile(in: try history.files(in: version.tree))
    }

    /// Where the exact bytes of a version are: of its newest restore copy, else those that were collected with it.
    package func collectedReferences(
        of version: StoredVersion
    ) throws(StoreError) -> [ArtifactName: CollectedReference] {
        if let copy = try newestCopy(of: version) { return try references(in: copy) }
        return try document(of: version).collected
    }

    /// The exact bytes of an artifact, as they were last collected for this version.
    package func collected(of version: StoredVersion, artifact: ArtifactName) throws(StoreError) -> [UInt8] {
        guard let reference = try collectedReferences(of: version)[artifact] else {
            throw .noArtifact(device: version.device, number: version.number, artifact: artifact)
        }
        guard let repository = try collectedRepository(reference.repository) else {
            throw absence(of: reference.repository)
        }
        return try repository.read(reference.blob)
    }

    /// How large a device's latest version was when it was collected, and by which platform.
    /// - Returns: Nil when nothing is stored. An artifact whose exact bytes are not there any more is left out.
    package func latestSizes(
        of device: DeviceID
    ) throws(StoreError) -> (platform: String, sizes: [ArtifactName: Int])? {
        guard let tip = try indexed({ (index) throws(IndexFault) in try index.deviceTip(device) }),
            let document = FactsDocument(parsing: tip.factsFile)
        else { return nil }
        var sizes: [ArtifactName: Int] = [:]
        for (artifact, reference) in document.collected {
            guard let name = CollectedName(reference.repository) else { continue }
            sizes[artifact] = try collectedSize(of: reference.blob, in: name)
        }
        return (document.platform, sizes)
    }

    private func document(of version: StoredVersion) throws(StoreError) -> FactsDocument {
        guard let document = FactsDocument(parsing: try factsText(of: version)) else {
            throw .damagedObject(
                id: version.tree, repository: paths.store, reason: "its facts.yaml is not of Plumbline's form")
        }
        return document
    }

    private func store(_ version: StoredVersion) throws(StoreError) -> GitRepository {
        guard let repository else {
            throw .noVersion(device: version.device, wanted: "\(version.number)", reason: "there is no store")
        }
        return repository
    }
}
