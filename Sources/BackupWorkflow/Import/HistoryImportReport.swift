package import ConfigModel
package import FoundationEssentials

/// What an import of another tool's history came to.
package struct HistoryImportReport: Sendable, Codable {
    package struct Row: Sendable, Codable {
        package var device: DeviceID
        /// Where its file lies in the other repository.
        package var path: String
        /// Versions that this import has added.
        package var versions = 0
        /// Changes there that make no difference in comparable text.
        package var unchanged = 0
        package var first: Date?
        package var last: Date?
        /// Versions that look cut short or otherwise unsound, and why the newest of them does.
        package var doubtful = 0
        package var doubt: String?
        /// Versions from which the tool had taken secrets out: they can be put back only in part.
        package var withoutSecrets = 0
        /// Lines of the newest version that look like secrets and that no rule of the platform covers: masked.
        package var uncovered = 0
        /// What else is to be known, such as files that were passed over.
        package var notes: [String] = []
        /// Why nothing was, or nothing more could be, imported; nil where all was.
        package var refused: String?
    }

    package struct Unmatched: Sendable, Codable {
        /// As in the other repository.
        package var path: String
        package var changes: Int
    }

    package var tool: ForeignTool
    package var commits = 0
    /// Sorted by device.
    package var devices: [Row] = []
    /// Files of devices that the inventory does not have, sorted.
    package var unmatched: [Unmatched] = []
    /// More of them than are listed.
    package var moreUnmatched = 0
    /// Files that are no configurations of devices.
    package var otherFiles = 0
    package var isDryRun = false
    /// The last commit of `store.git` that it made.
    package var commit: String?
    package var notices: [String] = []

    package var versions: Int { devices.reduce(0) { $0 + $1.versions } }
}
