import ConfigModel

/// Where things lie in the repositories.
///
/// ```
/// devices/<group>/<id>/running-config.cfg   store.git: comparable text of a command
/// devices/<group>/<id>/files/etc/hosts      store.git: of a file
/// devices/<group>/<id>/facts.yaml           store.git
/// devices/<group>/<id>/running-config       collected-<year>.git: the exact bytes
/// ```
struct DeviceFolder: Sendable, Hashable {
    enum Kind: Sendable { case comparable, collected }

    static let root = "devices"
    static let factsFile = "facts.yaml"
    private static let files = "files"
    private static let textSuffix = ".cfg"
    private static let longestPath = 2048
    private static let mostParts = 128

    var group: String
    var device: DeviceID

    var path: [String] { [Self.root, PathComponent.encoded(group), device.text] }

    /// The path of each artifact below the device's folder.
    ///
    /// Where one file's path is the beginning of another's, which only a lying device shows, the shorter one gets a
    /// mark at its end, so that both can be kept.
    static func paths(
        of artifacts: some Collection<ArtifactName>, _ kind: Kind, device: DeviceID
    ) throws(StoreError) -> [(artifact: ArtifactName, path: [String])] {
        var paths: [(artifact: ArtifactName, path: [String])] = []
        var folders: Set<[String]> = []
        for artifact in artifacts {
            let path = plainPath(of: artifact, kind)
            paths.append((artifact, path))
            for length in 1..<max(2, path.count) where length < path.count {
                folders.insert(Array(path.prefix(length)))
            }
        }
        for index in paths.indices where folders.contains(paths[index].path) {
            paths[index].path[paths[index].path.count - 1] += PathComponent.mark
        }
        for (artifact, path) in paths {
            if let reason = objection(to: path) {
                throw .unstorableName(
                    device: device, artifact: String(PathComponent.encoded(artifact.text).prefix(80)), reason: reason)
            }
        }
        return paths
    }

    /// The artifact that lies at a path below the device's folder.
    /// - Returns: nil for `facts.yaml` and for what Plumbline did not put there.
    static func artifact(at path: [String], _ kind: Kind) -> ArtifactName? {
        guard let first = path.first, let last = path.last else { return nil }
        guard path.count == 1 else {
            guard first == files else { return nil }
            var text = ""
            for component in path[1..<(path.count - 1)] {
                guard let name = PathComponent.decoded(component) else { return nil }
                text += "/\(name)"
            }
            if let name = PathComponent.decoded(last) { return ArtifactName("\(text)/\(name)") }
            guard last.hasSuffix(PathComponent.mark), let name = PathComponent.decoded(last.dropLast()) else {
                return nil
            }
            return ArtifactName("\(text)/\(name)")
        }
        if kind == .collected { return name(ofCommand: first) }
        guard first.hasSuffix(textSuffix) else { return nil }
        return name(ofCommand: String(first.dropLast(textSuffix.count)))
    }

    private static func plainPath(of artifact: ArtifactName, _ kind: Kind) -> [String] {
        if artifact.isFile {
            let names = artifact.text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            return [files] + names.map { PathComponent.encoded(String($0)) }
        }
        // A command called `files` must not take the folder's name.
        let name = artifact.text == files ? "%66iles" : PathComponent.encoded(artifact.text)
        return [kind == .comparable ? name + textSuffix : name]
    }

    private static func name(ofCommand component: String) -> ArtifactName? {
        if component == "%66iles" { return ArtifactName(files) }
        guard let name = PathComponent.decoded(component), !name.hasPrefix("/") else { return nil }
        return ArtifactName(name)
    }

    private static func objection(to path: [String]) -> String? {
        if path.contains(where: { $0.utf8.count > PathComponent.limit }) {
            return "has a name of more than \(PathComponent.limit) bytes in its path"
        }
        if path.count > mostParts { return "lies more than \(mostParts) folders deep" }
        if path.reduce(0, { $0 + $1.utf8.count + 1 }) > longestPath {
            return "has a path of more than \(longestPath) bytes"
        }
        return nil
    }
}
