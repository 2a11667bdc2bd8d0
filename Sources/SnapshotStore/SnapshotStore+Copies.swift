package import ConfigModel
package import FoundationEssentials

/// Restore copies: exact bytes kept anew for a version whose comparable text did not change.
extension SnapshotStore {
    /// The copy that a restore of this version uses: the newest.
    /// - Returns: nil when the bytes that were collected with the version are the only ones.
    package func newestCopy(of version: StoredVersion) throws(StoreError) -> RestoreCopy? {
        try indexed { (index) throws(IndexFault) in try index.newestCopy(of: version.device, number: version.number) }
    }

    /// When the exact bytes of a device's versions were last kept anew, by the number of the version.
    package func copyTimes(of device: DeviceID) throws(StoreError) -> [Int: Date] {
        let copies = try indexed { (index) throws(IndexFault) in try index.copies(of: device) }
        return Dictionary(copies.map { ($0.version, $0.taken) }, uniquingKeysWith: max)
    }

    /// The newest copy of each device's latest version, where there is one.
    package func newestCopies() throws(StoreError) -> [DeviceID: RestoreCopy] {
        try indexed { (index) throws(IndexFault) in try index.newestCopies() }
    }

    /// Where each artifact of a copy is.
    func references(in copy: RestoreCopy) throws(StoreError) -> [ArtifactName: CollectedReference] {
        guard let name = CollectedName(copy.repository), let git = try collectedGit(name) else {
            throw absence(of: copy.repository)
        }
        var references: [ArtifactName: CollectedReference] = [:]
        for (path, blob) in try HistoryReader(repository: git).files(in: copy.tree) {
            guard let artifact = DeviceFolder.artifact(at: path, .collected) else { continue }
            references[artifact] = CollectedReference(repository: copy.repository, blob: blob)
        }
        return references
    }

    // MARK: When one is due

    /// Whether the exact bytes of an unchanged snapshot are to be kept: a mark of the device has moved, the kept bytes are too
    /// old for secrets that nobody can compare, or they cannot be read any more.
    func isCopyDue(_ snapshot: NewSnapshot, of tip: DeviceTip) throws(StoreError) -> Bool {
        let device = snapshot.device
        if !snapshot.renewal.marks.isEmpty {
            let known = try indexed { (index) throws(IndexFault) in try index.marks(of: device) }
            let hasMoved = snapshot.renewal.marks.contains { artifact, mark in
                known[artifact].map { $0 != mark } ?? false
            }
            if hasMoved { return true }
        }
        if knownCopies == nil { knownCopies = try newestCopies() }
        let copy = knownCopies?[device]
        if let most = snapshot.renewal.mostAge, snapshot.taken.timeIntervalSince(copy?.taken ?? tip.taken) > most {
            return true
        }
        guard let copy else {
            for reference in FactsDocument.references(in: tip.factsFile)
            where try !isReadable(reference.repository, reference.blob) { return true }
            return false
        }
        return try !isReadable(copy.repository, copy.tree)
    }

    /// Whether an object of exact bytes is there, and the key of its repository too.
    private func isReadable(_ name: String, _ id: ObjectID) throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try collectedRepository(name)?.git.objects.contains(id) ?? false
        } catch {
            guard case .key = error else { throw error }
            return false
        }
    }

    /// Which of some blobs of exact bytes cannot be read, because they or their repository are gone. Where only the key is missing
    /// nothing is lost.
    /// - Parameter references: Such as `collected-2026.git:` and the blob's id.
    package func lost(_ references: [String]) -> [String] {
        references.filter { reference in
            let parts = reference.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let name = CollectedName(parts[0]), let blob = ObjectID(hexadecimal: parts[1]),
                let git = try? collectedGit(name)
            else { return true }
            return !git.objects.contains(blob)
        }
    }

    /// The marks that the index does not know yet.
    func newMarks(_ snapshot: NewSnapshot) throws(StoreError) -> [ArtifactName: String]? {
        guard !snapshot.renewal.marks.isEmpty else { return nil }
        let device = snapshot.device
        let known = try indexed { (index) throws(IndexFault) in try index.marks(of: device) }
        return known == snapshot.renewal.marks ? nil : snapshot.renewal.marks
    }
}

/// Exact bytes of a version, kept after it was stored.
package struct RestoreCopy: Sendable, Hashable, Codable {
    package var device: DeviceID
    /// The version's number.
    package var version: Int
    package var taken: Date
    /// Such as `collected-2026.git`.
    package var repository: String
    /// There.
    package var commit: ObjectID
    /// The device's folder in that commit.
    package var tree: ObjectID
}
