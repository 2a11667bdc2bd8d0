import DeviceLab
import FoundationEssentials

/// The drifts made so far, kept so that a lab that is started again is as it was left.
struct DriftJournal: Codable {
    struct Entry: Codable {
        var device: String
        var drift: Drift
    }

    var entries: [Entry] = []

    private static let name = "drifts.json"

    /// - Throws: `stateUnusable` when the file is there and unreadable.
    init(in folder: StateFolder) throws(LabError) {
        guard let text = folder.read(Self.name) else { return }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch {
            throw .stateUnusable(path: folder.file(Self.name), reason: "it is not what the lab wrote; delete it")
        }
    }

    func save(in folder: StateFolder) throws(LabError) {
        let data: Data
        do {
            data = try JSONEncoder().encode(self)
        } catch {
            throw .stateUnusable(path: folder.file(Self.name), reason: "\(error)")
        }
        try folder.write(Self.name, String(decoding: data, as: UTF8.self))
    }

    /// Makes the drifts of each device on it.
    func apply(to devices: inout [LabDevice]) throws(LabError) {
        for index in devices.indices {
            for entry in entries where entry.device == devices[index].id {
                _ = try devices[index].drift(entry.drift)
            }
        }
    }
}
