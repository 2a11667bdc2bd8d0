import FoundationEssentials
import SnapshotStore

/// The repositories below a path: one, or one for each of the tool's groups.
struct ImportSources: Sendable {
    struct Source: Sendable {
        var history: ForeignHistory
        /// The group that the repository is of, where there are several.
        var group: String?
    }

    let sources: [Source]

    private static let most = 2000

    /// - Parameter path: A repository; else a folder of repositories: `GROUP.git` of Oxidized, `GROUP/` of RANCID.
    static func open(_ path: String, groups: Set<String>) async throws(WorkflowError) -> ImportSources {
        do throws(ForeignHistoryFault) {
            do throws(ForeignHistoryFault) {
                return ImportSources(sources: [Source(history: try await .open(path), group: nil)])
            } catch .notARepository(let place, let remedy) {
                let found = try await several(below: path, groups: groups)
                guard !found.isEmpty else { throw .notARepository(path: place, remedy: remedy) }
                return ImportSources(sources: found)
            }
        } catch {
            throw .request("\(error)")
        }
    }

    private static func several(
        below path: String, groups: Set<String>
    ) async throws(ForeignHistoryFault) -> [Source] {
        var found: [Source] = []
        for name in FileTree.names(in: path).sorted().prefix(most) {
            let group = name.hasSuffix(".git") ? String(name.dropLast(4)) : name
            guard groups.isEmpty || groups.contains(group) else { continue }
            do throws(ForeignHistoryFault) {
                found.append(Source(history: try await .open("\(path)/\(name)"), group: group))
            } catch .notARepository {
                continue
            }
        }
        return found
    }
}
