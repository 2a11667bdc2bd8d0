package import ConfigAnalysis
package import ConfigModel
import DeviceInventory
package import FoundationEssentials
import Patterns
package import SnapshotStore

/// Searches the comparable texts of the fleet, one device after the other: only one device's texts are in memory.
package struct TextSearch: Sendable {
    package struct Request: Sendable {
        package var query: LineSearch.Query
        /// Words of a selector; none: everything that is stored.
        package var selector: [String]
        /// Versions as of before this instant; nil: the latest.
        package var before: Date?
        /// A glob of artifact names; nil: all of them.
        package var artifact: String?
        /// Lines of one text after which its rest is not looked at.
        package var most: Int

        package init(
            query: LineSearch.Query, selector: [String] = [], before: Date? = nil, artifact: String? = nil,
            most: Int = .max
        ) {
            self.query = query
            self.selector = selector
            self.before = before
            self.artifact = artifact
            self.most = most
        }
    }

    /// One text in which something was found.
    package struct Found: Sendable {
        package var version: StoredVersion
        package var artifact: ArtifactName
        package var hits: [SearchHit]
    }

    /// What came of it, besides what was found.
    package struct Outcome: Sendable {
        package struct Unread: Sendable, Encodable {
            package var device: DeviceID
            package var reason: String

            package init(device: DeviceID, reason: String) {
                self.device = device
                self.reason = reason
            }
        }

        /// How many devices' texts were looked at.
        package var devices = 0
        package var texts = 0
        package var hits = 0
        /// Devices of whose texts only digests are kept: they were not searched.
        package var digestOnly: [DeviceID] = []
        /// Searched, or asked for, although the inventory does not have them any more.
        package var notInInventory: [DeviceID] = []
        /// Asked for, with nothing stored (at that time).
        package var nothingStored: [DeviceID] = []
        /// Devices whose texts could not be read.
        package var unread: [Unread] = []
        /// What ended the search before its end.
        package var failure: String?
    }

    private let workspace: Workspace
    private let store: SnapshotStore

    package init(workspace: Workspace, store: SnapshotStore) {
        self.workspace = workspace
        self.store = store
    }

    /// - Parameter found: Called for each text with hits, by device and artifact.
    /// - Throws: for a bad pattern or selector. What cannot be read of single devices is in the outcome.
    package func run(_ request: Request, found: (Found) throws -> Void) async throws -> Outcome {
        let search = try lineSearch(request.query)
        let scope = try await scope(request)
        var outcome = Outcome()
        outcome.notInInventory = scope.versions.map(\.device).filter { workspace.inventory.device($0) == nil }
        outcome.nothingStored = scope.nothingStored
        let artifacts = request.artifact.map { Glob($0, brackets: true) }
        for version in scope.versions {
            if isDigestOnly(version) {
                outcome.digestOnly.append(version.device)
                continue
            }
            outcome.devices += 1
            let texts: [ArtifactName: [UInt8]]
            do throws(StoreError) {
                texts = try await store.comparableTexts(of: version)
            } catch {
                outcome.unread.append(Outcome.Unread(device: version.device, reason: "\(error)"))
                continue
            }
            for (artifact, text) in texts.sorted(by: { $0.key < $1.key }) {
                if let artifacts, !artifacts.matches(artifact.text) { continue }
                outcome.texts += 1
                let hits: [SearchHit]
                do throws(PatternError) {
                    hits = try search.hits(in: text, most: request.most, syntax: syntax(of: artifact, text, version))
                } catch {
                    outcome.failure = "\(version.device) \(artifact.text): \(error)"
                    return outcome
                }
                guard !hits.isEmpty else { continue }
                outcome.hits += hits.count
                try found(Found(version: version, artifact: artifact, hits: hits))
            }
        }
        return outcome
    }

    private func lineSearch(_ query: LineSearch.Query) throws(WorkflowError) -> LineSearch {
        // An empty pattern would find every line of every device.
        guard !query.pattern.isEmpty else { throw .request("the pattern is empty: say what to look for") }
        do throws(PatternError) {
            return try LineSearch(query)
        } catch {
            throw .request("\(error); '--fixed' searches for a text as it is")
        }
    }

    // MARK: Which versions

    /// Selects among the devices of the inventory and those that are stored and gone from it: an incident asks for either.
    private func scope(
        _ request: Request
    ) async throws(WorkflowError) -> (versions: [StoredVersion], nothingStored: [DeviceID]) {
        let stored = try await workspace.asking { () throws(StoreError) in
            try await store.latestVersions(before: request.before)
        }
        guard !request.selector.isEmpty else { return (stored, []) }
        let gone = try await goneDevices()
        let selection: Selector.Selection
        do throws(SelectorError) {
            selection = try Selector(request.selector).select(from: workspace.inventory.devices + gone) {
                workspace.inventory.platform(named: $0)?.name
            }
        } catch {
            throw .request("\(error)")
        }
        guard selection.unmatched.isEmpty else {
            throw .request(selection.unmatched.map(\.description).joined(separator: "\n"))
        }
        guard !selection.devices.isEmpty else {
            throw .request(
                "no device fits '\(request.selector.joined(separator: " "))': words must all hold, a comma means or")
        }
        let wanted = Set(selection.devices.map(\.id))
        let versions = stored.filter { wanted.contains($0.device) }
        let missing = wanted.subtracting(versions.map(\.device))
        return (versions, missing.sorted { $0.text < $1.text })
    }

    /// What the store has of devices that the inventory does not name any more, with the group they had last.
    private func goneDevices() async throws(WorkflowError) -> [Device] {
        let latest = try await workspace.asking { () throws(StoreError) in
            try await store.latestVersions(before: nil)
        }
        return latest.filter { workspace.inventory.device($0.device) == nil }.map {
            Device(id: $0.device, group: $0.group, address: "", platform: $0.platform, state: .retired)
        }
    }

    // MARK: Platforms

    /// A platform that may hold patient data now does so for versions from before it said so, too.
    private func isDigestOnly(_ version: StoredVersion) -> Bool {
        let names = [version.platform, workspace.inventory.device(version.device)?.platform].compactMap { $0 }
        return names.contains { workspace.inventory.platform(named: $0)?.phi == true }
    }

    private func syntax(of artifact: ArtifactName, _ text: [UInt8], _ version: StoredVersion) -> Platform.Syntax {
        guard
            let platform = workspace.inventory.platform(named: version.platform)
                ?? workspace.inventory.device(version.device).flatMap({
                    workspace.inventory.platform(named: $0.platform)
                })
        else { return .indented }
        return ArtifactSyntax.syntax(of: artifact, text: text, platform: platform)
    }
}
