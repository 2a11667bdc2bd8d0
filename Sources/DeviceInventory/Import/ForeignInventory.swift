package import ConfigModel

/// Another tool whose list of devices can be imported.
package enum InventorySource: String, Sendable, CaseIterable, Codable {
    case oxidized, rancid, ansible, netbox, csv
}

/// A device as another tool's inventory has it; nothing is held against our forms yet.
package struct ForeignDevice: Sendable, Hashable {
    package var name: String
    /// Where none is given the name is used, as those tools do.
    package var address = ""
    /// The tool's own word for the platform.
    package var platform = ""
    package var group = ""
    package var port = ""
    package var user = ""
    package var state: Device.State = .active
    package var tags: [String] = []
    package var location: SourceLocation

    package init(name: String, location: SourceLocation) {
        self.name = name
        self.location = location
    }
}

/// Another tool's inventory, read.
package struct ForeignInventory: Sendable {
    /// What a source cannot tell by itself.
    package struct Options: Sendable {
        /// The columns of a `router.db` or a table without header, such as `name`, `model`, `ip`.
        package var columns: [String] = []
        package var delimiter: String?
        /// The path of Oxidized's own configuration.
        package var oxidizedConfig: String?
        /// Which key of NetBox becomes the group.
        package var groupBy = "site"

        package init() {}
    }

    package var devices: [ForeignDevice] = []
    /// What a person should know, each `file:line: …`; never the value of a secret.
    package var notes: [String] = []
    var faults: [Fault] = []

    mutating func note(_ place: SourceLocation, _ text: String) { notes.append("\(place.file):\(place.line): \(text)") }

    mutating func foundSecret(_ place: SourceLocation, _ what: String) {
        note(place, "a \(what) stands here in plain text; it was not copied")
    }

    mutating func fault(_ file: String, _ line: Int, _ what: String, _ remedy: String) {
        faults.append(Fault(at: SourceLocation(file: file, line: line, column: 1), what, remedy: remedy))
    }

    /// - Parameter path: A file; for RANCID also a folder with a `router.db` for each group.
    /// - Throws: Every fault of the source, at once.
    package static func read(
        _ source: InventorySource, path: String, options: Options = Options()
    ) throws(ConfigurationFaults) -> ForeignInventory {
        var result = ForeignInventory()
        result.read(source, path, options)
        if result.devices.isEmpty, result.faults.isEmpty {
            result.fault(path, 0, "no device stands in it", "check the file, and that it is one of \(source.rawValue)")
        }
        if let faults = ConfigurationFaults(result.faults) { throw faults }
        return result
    }

    private mutating func read(_ source: InventorySource, _ path: String, _ options: Options) {
        switch source {
        case .oxidized: readOxidized(path, options)
        case .rancid: readRancid(path)
        case .ansible: readAnsible(path)
        case .netbox: readNetBox(path, options)
        case .csv: readTable(path, options, aliases: Self.plainAliases)
        }
    }

    /// The bytes of a file; nil where it cannot be read, which is a fault unless it is optional.
    mutating func file(_ path: String, optional: Bool = false) -> SourceFile? {
        do throws(SourceFile.Failure) {
            return try SourceFile.read(path, named: path)
        } catch {
            switch error {
            case .missing: if !optional { fault(path, 0, "there is no such file", "name the file as it is called") }
            case .fault(let found): faults.append(found)
            }
            return nil
        }
    }

    /// The text of a file, without the byte order mark.
    mutating func text(_ path: String) -> String? {
        guard let source = file(path) else { return nil }
        let bytes = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? source.bytes[3...] : source.bytes[...]
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            fault(path, 1, "it is no UTF-8 text", "save it as UTF-8")
            return nil
        }
        return text
    }

    /// The root of a YAML or JSON file, and what stands in it under a tag such as `!vault`.
    mutating func document(_ path: String, optional: Bool = false) -> YAMLValue? {
        guard let source = file(path, optional: optional) else { return nil }
        var found: [Fault] = []
        let root = YAMLDocument.read(source, faults: &found)
        faults += found.filter { !$0.what.hasPrefix("a YAML tag") }
        return root
    }

    /// The lines that say something: without blanks around them, numbered from 1.
    static func lines(_ text: String, comments: String = "#") -> [(number: Int, text: String)] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
            index, line in
            let line = trimmed(line)
            guard let first = line.first, !comments.contains(first) else { return nil }
            return (index + 1, line)
        }
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
