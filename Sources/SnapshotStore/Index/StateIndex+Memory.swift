import ConfigModel
import FoundationEssentials
import GRDB

/// What is remembered of devices between collections.
extension StateIndex {
    func memories() throws(IndexFault) -> [DeviceID: DeviceMemory] {
        try read { database in
            var memories: [DeviceID: DeviceMemory] = [:]
            let images = try Row.fetchCursor(
                database,
                sql: "SELECT device, path, size, modified, algorithm, digest, taken FROM images ORDER BY device, path")
            while let row = try images.next() {
                memories[try Self.device(row[0]), default: DeviceMemory()].images.append(try Self.image(row))
            }
            let places = try Row.fetchCursor(
                database,
                sql: "SELECT device, artifact, line, kind FROM uncovered ORDER BY device, artifact, line, rowid")
            while let row = try places.next() {
                memories[try Self.device(row[0]), default: DeviceMemory()].uncovered.append(
                    DeviceMemory.Uncovered(artifact: ArtifactName(row[1]), line: row[2], kind: row[3]))
            }
            return memories
        }
    }

    /// Replaces what is remembered of these devices, of all or of none.
    func remember(_ memories: [DeviceID: DeviceMemory]) throws(IndexFault) {
        try write { database in
            for (device, memory) in memories {
                for table in ["images", "uncovered"] {
                    try database.cachedStatement(sql: "DELETE FROM \(table) WHERE device = ?")
                        .execute(arguments: [device.text])
                }
                for image in memory.images { try Self.insert(image, of: device, database) }
                for place in memory.uncovered {
                    try database.cachedStatement(sql: "INSERT INTO uncovered VALUES (?, ?, ?, ?)").execute(
                        arguments: [device.text, place.artifact.text, place.line, place.kind])
                }
            }
        }
    }

    private static func insert(_ image: DeviceMemory.Image, of device: DeviceID, _ database: Database) throws {
        // A device may name a path twice: the later word holds.
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                device.text, image.path, image.size, image.modified, image.digest.algorithm.rawValue,
                image.digest.value, Timestamp.rounded(image.taken).timeIntervalSince1970,
            ])
    }

    private static func image(_ row: Row) throws -> DeviceMemory.Image {
        let name: String = row[4]
        let value: String = row[5]
        guard let algorithm = DigestAlgorithm(rawValue: name), let digest = ImageDigest(algorithm, value) else {
            throw IndexFault.damaged("'\(name) \(value)' is no digest")
        }
        return DeviceMemory.Image(
            path: row[1], size: row[2], modified: row[3], digest: digest, taken: Date(timeIntervalSince1970: row[6]))
    }
}
