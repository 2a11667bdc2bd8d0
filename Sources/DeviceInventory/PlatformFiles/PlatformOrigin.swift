/// Where the platforms in force were written.
package enum PlatformOrigin {
    /// What bundled platforms are said to come from.
    package static let bundled = "bundled"

    /// The file of each of a workspace's own platforms by the platform's name, relative to the workspace. What is not in it
    /// is bundled. Files with faults are left out.
    package static func files(workspace: String) -> [String: String] {
        let folder = WorkspaceLayout.platforms
        let names = (try? SourceFile.names(in: workspace + "/" + folder, named: folder)) ?? nil
        var files: [String: String] = [:]
        for name in names ?? [] where name.hasSuffix(".yaml") {
            let path = "\(folder)/\(name)"
            var faults: [Fault] = []
            guard let source = try? SourceFile.read(workspace + "/" + path, named: path),
                let platform = YAMLDocument.read(source, faults: &faults)?["platform"]?.text
            else { continue }
            files[platform] = files[platform] ?? path
        }
        return files
    }
}

extension PlatformOrigin {
    /// Every name and alias that a device of a workspace may name as its platform. Files with faults are left out.
    package static func names(workspace: String) -> Set<String> {
        var set = PlatformSet()
        set.offer(BundledPlatforms.headings)
        var faults: [Fault] = []
        for file in files(workspace: workspace).values.sorted() {
            guard let source = try? SourceFile.read(workspace + "/" + file, named: file) else { continue }
            set.add(source, bundled: false, faults: &faults)
        }
        return set.names ?? []
    }
}
