package import ConfigModel

/// A transcript and the file that it was read from.
package struct TranscriptFile: Sendable, Hashable {
    package var path: String
    package var transcript: Transcript
    /// Names under which a platform may be known, where the transcript names none: the folders that it lies in, the
    /// innermost first.
    package var folders: [String]

    package init(path: String, transcript: Transcript, folders: [String] = []) {
        self.path = path
        self.transcript = transcript
        self.folders = folders
    }
}

extension TranscriptFile {
    /// Reads transcripts and recordings.
    /// - Parameter paths: Files (`*.yaml`, `session.json`), or folders, of which every such file is read.
    /// - Returns: In the order of the paths, those of a folder sorted.
    /// - Throws: Every fault of every file, at once. A path that leads nowhere, or to nothing, is one too.
    package static func read(_ paths: [String]) throws(ConfigurationFaults) -> [TranscriptFile] {
        var faults: [Fault] = []
        var files: [TranscriptFile] = []
        for path in paths {
            let found = Self.found(at: path, depth: 0, faults: &faults)
            if found.isEmpty {
                faults.append(
                    Fault(
                        at: SourceLocation(file: path, line: 0, column: 0),
                        "there is no such file, or no transcript in it",
                        remedy: "name a transcript (*.yaml), a recording (session.json), or a folder of them"))
            }
            for file in found { if let read = Self.read(file, faults: &faults) { files.append(read) } }
        }
        if let faults = ConfigurationFaults(faults) { throw faults }
        return files
    }

    private static let deepest = 12

    private static func found(at path: String, depth: Int, faults: inout [Fault]) -> [String] {
        let names: [String]?
        do {
            names = try SourceFile.names(in: path, named: path)
        } catch {
            // Not a folder.
            return [path]
        }
        guard let names, depth < deepest else { return [] }
        var found: [String] = []
        for name in names {
            if name.hasSuffix(".yaml") || name == "session.json" {
                found.append(path + "/" + name)
            } else if !name.contains(".json"), (try? SourceFile.names(in: path + "/" + name, named: name)) != nil {
                found += Self.found(at: path + "/" + name, depth: depth + 1, faults: &faults)
            }
        }
        return found
    }

    private static func read(_ path: String, faults: inout [Fault]) -> TranscriptFile? {
        guard let source = source(path, isOptional: false, faults: &faults) else { return nil }
        let folders = Array(path.split(separator: "/").dropLast().reversed().map(String.init))
        let read = path.hasSuffix(".json") ? recording(source, faults: &faults) : transcript(source, faults: &faults)
        return read.map { TranscriptFile(path: path, transcript: $0, folders: folders) }
    }

    private static func source(_ path: String, isOptional: Bool, faults: inout [Fault]) -> SourceFile? {
        do {
            return try SourceFile.read(path, named: path)
        } catch {
            switch error {
            case .missing where isOptional: return nil
            case .missing:
                let place = SourceLocation(file: path, line: 0, column: 0)
                faults.append(Fault(at: place, "there is no such file", remedy: "name a transcript"))
            case .fault(let fault): faults.append(fault)
            }
            return nil
        }
    }

    private static func transcript(_ source: SourceFile, faults: inout [Fault]) -> Transcript? {
        let before = faults.count
        guard let root = YAMLDocument.read(source, faults: &faults) else {
            if faults.count == before { faults.append(.nothing(in: source.name, expected: "a transcript")) }
            return nil
        }
        guard ShapeCheck.check(root, .object(.transcript), faults: &faults), faults.count == before else { return nil }
        let transcript = TranscriptDocument.transcript(root)
        if transcript.channels.contains(.shell), transcript.prompt.isEmpty {
            faults.append(
                Fault(
                    at: root.location, "a transcript of a shell without 'prompt'",
                    remedy: "add 'prompt:' as the device shows it, or 'recorded: exec'"))
            return nil
        }
        return transcript
    }

    private static func recording(_ source: SourceFile, faults: inout [Fault]) -> Transcript? {
        let folder = source.name.lastIndex(of: "/").map { String(source.name[..<$0]) } ?? "."
        let above = folder == "." ? ".." : folder + "/.."
        let document = RecordingDocument(
            session: source, expected: Self.source(folder + "/expected.json", isOptional: true, faults: &faults),
            prompts: Self.source(above + "/prompts.json", isOptional: true, faults: &faults), faults: &faults)
        return document?.transcript(title: folder.split(separator: "/").suffix(2).joined(separator: "/"))
    }
}
