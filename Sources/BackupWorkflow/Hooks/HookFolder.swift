import FoundationEssentials
import Glibc

/// `Hooks/<event>.d/`: programs that are run for an event, in the order of their names.
package struct HookFolder: Sendable {
    /// One of them.
    package struct Hook: Sendable, Hashable, Codable {
        package var event: String
        package var name: String
        package var path: String
        /// Why it is not run; nil when it is.
        package var objection: String?
    }

    /// `Hooks`, absolute.
    let folder: String

    package init(workspace root: String) { folder = root + "/Hooks" }

    /// The hooks of an event. Names that begin with a dot or end in `~`, `.bak` or `.disabled` are no hooks.
    package func hooks(for kind: HookEvent.Kind) -> [Hook] {
        let place = "\(folder)/\(kind.rawValue).d"
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: place)
        } catch {
            // What is there and cannot be looked into may hold a veto.
            var status = stat()
            guard stat(place, &status) != 0, errno == ENOENT else {
                return [Hook(event: kind.rawValue, name: "*", path: place, objection: "\(place) cannot be read")]
            }
            return []
        }
        return names.filter(Self.isHook).sorted().compactMap { name in
            var status = stat()
            let path = "\(place)/\(name)"
            // What is no file is a folder of notes, or a link that leads nowhere, which is told.
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return nil }
            return Hook(event: kind.rawValue, name: name, path: path, objection: objection(to: path, in: place))
        }
    }

    package func all() -> [Hook] { HookEvent.Kind.allCases.flatMap { hooks(for: $0) } }

    /// Folders of no event: a name that was typed wrongly would else be silent for ever.
    package func unknownFolders() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let right = Set(HookEvent.Kind.allCases.map { "\($0.rawValue).d" })
        let events = Set(HookEvent.Kind.allCases.map { Self.letters(of: $0.rawValue) })
        return names.filter { name in
            guard !right.contains(name) else { return false }
            return name.hasSuffix(".d") || events.contains(Self.letters(of: name))
        }.sorted()
    }

    private static func letters(of name: String) -> String { name.lowercased().filter(\.isLetter) }

    private static func isHook(_ name: String) -> Bool {
        !name.hasPrefix(".") && !["~", ".bak", ".disabled", ".md"].contains { name.hasSuffix($0) }
    }

    /// The folders too must be nobody else's: whoever writes there adds hooks.
    private func objection(to path: String, in place: String) -> String? {
        ProgramFile.objection(to: path) ?? ProgramFile.objection(toFolder: place)
            ?? ProgramFile.objection(toFolder: folder)
    }
}
