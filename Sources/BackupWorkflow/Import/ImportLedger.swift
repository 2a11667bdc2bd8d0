import ConfigModel
import FoundationEssentials
import SnapshotStore

/// What an import knows of each device on its way: where its file lies, how far earlier imports came, what was found.
struct ImportLedger {
    /// A file in one of the repositories.
    struct Place: Hashable {
        var source: Int
        var path: [String]
        var text: String { path.joined(separator: "/") }
    }

    enum Standing: Hashable {
        case open
        /// An earlier import has all up to this commit.
        case until(ObjectID)
        case refused
    }

    struct Entry {
        var row: HistoryImportReport.Row
        var standing: Standing
        /// Where the file lies at the last commit; nil where it is there no more.
        var home: Place?
        /// When the version before was taken.
        var latest: Date?
        var uncovered: [DeviceMemory.Uncovered] = []
        var datesBack = 0
        var datesAhead = 0
        var removals = 0
        var tooLarge = 0
        var encrypted = 0
        var empty = 0
        var elsewhere: [String: Int] = [:]
        /// Changes after the last imported one that cannot follow what was collected since.
        var late = 0
    }

    private(set) var entries: [DeviceID: Entry] = [:]
    private(set) var unmatched: [String: Int] = [:]
    private(set) var moreUnmatched = 0
    /// Where files of devices lie at the last commits.
    private let latestPlaces: Set<Place>
    private let homes: [DeviceID: Place]
    private let earlier: [DeviceID: ImportOrigin]
    private let stored: [DeviceID: StoredVersion]
    private let tool: ForeignTool

    private static let mostUnmatched = 10_000

    init(
        tool: ForeignTool, places: Set<Place>, homes: [DeviceID: Place], earlier: [DeviceID: ImportOrigin],
        stored: [DeviceID: StoredVersion]
    ) {
        self.tool = tool
        latestPlaces = places
        self.homes = homes
        self.earlier = earlier
        self.stored = stored
    }

    mutating func unmatched(_ path: String) {
        if unmatched[path] != nil || unmatched.count < Self.mostUnmatched {
            unmatched[path, default: 0] += 1
        } else {
            moreUnmatched += 1
        }
    }

    /// Whether this change of a device's file is to be imported. What is not is counted.
    mutating func takes(_ device: DeviceID, at place: Place, of commit: ObjectID) -> Bool {
        var entry = entries[device] ?? newEntry(device, at: place)
        defer { entries[device] = entry }
        // A file that lies elsewhere at the end and is not the device's own is another's history under the same name.
        if let home = entry.home, place != home, latestPlaces.contains(place) {
            entry.elsewhere[place.text, default: 0] += 1
            return false
        }
        switch entry.standing {
        case .open: return true
        case .until(let last):
            if commit == last { entry.standing = isCollectedSince(device) ? .refused : .open }
            return false
        case .refused:
            if earlier[device] != nil { entry.late += 1 }
            return false
        }
    }

    private func isCollectedSince(_ device: DeviceID) -> Bool { stored[device].map { $0.imported == nil } ?? false }

    private func newEntry(_ device: DeviceID, at place: Place) -> Entry {
        var row = HistoryImportReport.Row(device: device, path: (homes[device] ?? place).text)
        var standing = Standing.open
        if let version = stored[device] {
            if let origin = earlier[device], origin.tool == tool.rawValue {
                standing = .until(origin.commit)
            } else if let origin = earlier[device] {
                standing = .refused
                row.refused = "a history of \(origin.tool) was imported already, and two cannot follow each other"
            } else {
                standing = .refused
                row.refused =
                    "the store has \(Wording.count(version.number, "version")) of it already, and history is only ever "
                    + "added to at its end: import into a fresh workspace before its first run"
            }
        }
        return Entry(row: row, standing: standing, home: homes[device], latest: stored[device]?.taken)
    }

    mutating func note(_ device: DeviceID, _ change: (inout Entry) -> Void) {
        guard var entry = entries[device] else { return }
        entries[device] = nil
        change(&entry)
        entries[device] = entry
    }

    /// The time as which a version is taken: the original one, but never before that of the version before it, and never
    /// in the future. The commit's author line keeps the original in any case.
    mutating func taken(_ device: DeviceID, original: Date, now: Date) -> Date {
        guard var entry = entries[device] else { return min(original, now) }
        var taken = original
        if taken > now {
            entry.datesAhead += 1
            taken = now
        }
        if let latest = entry.latest, taken < latest {
            entry.datesBack += 1
            taken = latest
        }
        entries[device] = entry
        return taken
    }

    /// The rows for people, each with what was noted.
    func rows() -> [HistoryImportReport.Row] {
        entries.values.map { entry in
            var row = entry.row
            if case .until(let commit) = entry.standing {
                row.refused =
                    "the commit up to which it was imported before (\(commit)) is not in this repository: it is another "
                    + "one, or its history was rewritten"
            }
            if entry.late > 0 {
                row.refused =
                    "\(Wording.count(entry.late, "later change")) left out: since its import it was collected by Plumbline"
            }
            row.uncovered = entry.uncovered.count
            row.notes = Self.notes(entry)
            return row
        }.sorted { $0.device < $1.device }
    }

    private static func notes(_ entry: Entry) -> [String] {
        var notes: [String] = []
        func add(_ count: Int, _ one: String, _ many: String? = nil, _ rest: String) {
            if count > 0 { notes.append("\(Wording.count(count, one, many)) \(rest)") }
        }
        add(entry.datesBack, "date", nil, "went back and counted as that of the version before")
        add(entry.datesAhead, "date", nil, "lay in the future and counted as today")
        add(entry.removals, "time", nil, "the file was removed there")
        add(entry.tooLarge, "version", nil, "too large and passed over (setting artifactLimit)")
        add(entry.empty, "empty version", nil, "passed over")
        add(
            entry.encrypted, "version", nil,
            "encrypted with git-crypt and passed over: import a history of decrypted files")
        for (path, count) in entry.elsewhere.sorted(by: { $0.key < $1.key }).prefix(5) {
            notes.append("\(Wording.count(count, "change")) of '\(printable(path))' passed over: it has the same name")
        }
        return notes
    }

    var memories: [DeviceID: DeviceMemory] {
        entries.filter { $0.value.row.versions > 0 }.mapValues { DeviceMemory(uncovered: $0.uncovered) }
    }
}
