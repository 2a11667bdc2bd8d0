package import ConfigModel
import DeviceInventory
import FoundationEssentials

/// The platforms in force: those of a workspace and the bundled ones, or these alone.
package struct PlatformCatalogue: Sendable {
    /// How far a configuration of the platform can be put back.
    package enum Restorability: String, Sendable, Encodable, CaseIterable {
        case fully, partly
        case byHand = "by hand"
        case no
    }

    /// One line of `platform list`.
    package struct Row: Sendable, Encodable {
        package var platform: String
        package var title: String
        package var aliases: [String]
        package var evidence: Platform.Evidence
        package var phi: Bool
        /// `bundled`, or the file in the workspace.
        package var source: String
        package var restore: Restorability
    }

    /// Sorted by name.
    package let platforms: [Platform]
    private let files: [String: String]

    /// - Parameter folder: Where to look for a workspace from, upwards; without one the bundled platforms are all.
    /// - Throws: Every fault of the platform files, at once.
    package init(from folder: String) throws(WorkflowError) {
        let root = try? Workspace.find(from: folder)
        do throws(ConfigurationFaults) {
            platforms = try Inventory.readPlatforms(workspace: root)
        } catch {
            throw .configuration(error)
        }
        files = root.map { PlatformOrigin.files(workspace: $0) } ?? [:]
    }

    /// - Parameter name: A name or an alias.
    package func platform(named name: String) -> Platform? {
        platforms.first { $0.name == name } ?? platforms.first { $0.aliases.contains(name) }
    }

    /// - Throws: When there is none, naming one that may be meant.
    package func requiredPlatform(named name: String) throws(WorkflowError) -> Platform {
        if let platform = platform(named: name) { return platform }
        throw .request("there is no platform '\(name)': 'plumbline platform list' shows those that are there")
    }

    package var rows: [Row] { platforms.map(row) }

    package func row(_ platform: Platform) -> Row {
        Row(
            platform: platform.name, title: platform.title, aliases: platform.aliases, evidence: platform.evidence,
            phi: platform.phi, source: files[platform.name] ?? PlatformOrigin.bundled,
            restore: Self.restorability(of: platform))
    }

    /// What was never seen on a real device or in its vendor's words is not promised whole.
    private static func restorability(of platform: Platform) -> Restorability {
        switch platform.restore?.method {
        case nil: .no
        case .guided: .byHand
        case .replace, .lines, .files: platform.restoreEvidence == .assumed ? .partly : .fully
        }
    }
}
