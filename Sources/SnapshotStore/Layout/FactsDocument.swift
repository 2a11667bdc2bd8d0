import ConfigModel

/// The contents of `facts.yaml`: what a device is, and where its exact bytes are. Nothing in it changes unless a version
/// is stored: when a file was last written is left out, for a file that was put back as it was is no other firmware.
struct FactsDocument: Sendable, Hashable {
    var platform: String
    var facts: Facts
    var collected: [ArtifactName: CollectedReference]
    /// Nil for what Plumbline collected itself.
    var imported: ImportMark?

    /// The same value gives the same bytes.
    var serialised: [UInt8] {
        var text = "platform: \(YAMLScalar.text(platform))\n"
        if let imported {
            text += "imported: \(YAMLScalar.text(imported.tool))\n"
            if imported.lacksSecrets { text += "lacks: secrets\n" }
        }
        for (key, value) in scalars { if let value { text += "\(key): \(YAMLScalar.text(value))\n" } }
        for (key, values) in [("serials", facts.serials), ("boot", facts.boot)] where !values.isEmpty {
            text += "\(key):\n"
            for value in values { text += "  - \(YAMLScalar.text(value))\n" }
        }
        if !facts.images.isEmpty { text += "images:\n" }
        for image in facts.images {
            text += "  - path: \(YAMLScalar.text(image.path))\n"
            if let size = image.size { text += "    size: \(size)\n" }
            if let digest = image.digest {
                text += "    \(digest.algorithm.rawValue): \(YAMLScalar.quoted(digest.value))\n"
            }
            if let note = image.note { text += "    note: \(YAMLScalar.text(note))\n" }
        }
        if !collected.isEmpty { text += "collected:\n" }
        for (artifact, reference) in collected.sorted(by: { $0.key < $1.key }) {
            text += "  - artifact: \(YAMLScalar.text(artifact.text))\n"
            text += "    repository: \(YAMLScalar.text(reference.repository))\n"
            text += "    blob: \(YAMLScalar.quoted("\(reference.blob)"))\n"
        }
        return Array(text.utf8)
    }

    private var scalars: [(String, String?)] {
        [
            ("hostname", facts.hostname), ("vendor", facts.vendor), ("model", facts.model), ("version", facts.version),
        ]
    }
}

extension FactsDocument {
    private static let section = Array("collected:\n".utf8)

    /// Whether this, without `collected`, is all that such a file says besides where exact bytes are.
    func isSame(as file: [UInt8]) -> Bool {
        let own = serialised
        return file.starts(with: own) && (file.count == own.count || file[own.count...].starts(with: Self.section))
    }

    /// The exact bytes that such a file names, without reading the rest of it.
    static func references(in file: [UInt8]) -> [CollectedReference] {
        var references: [CollectedReference] = []
        var repository: String?
        for line in file.split(separator: 0x0A) {
            if let name = value(of: "    repository: ", in: line) {
                repository = name
            } else if let blob = value(of: "    blob: ", in: line).flatMap({ ObjectID(hexadecimal: $0) }),
                let name = repository
            {
                references.append(CollectedReference(repository: name, blob: blob))
            }
        }
        return references
    }

    private static func value(of mark: StaticString, in line: ArraySlice<UInt8>) -> String? {
        guard line.starts(with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)) else {
            return nil
        }
        return YAMLScalar.value(Substring(String(decoding: line.dropFirst(mark.utf8CodeUnitCount), as: UTF8.self)))
    }

    /// Reads back what `serialised` writes, and no other YAML.
    /// - Returns: nil when it has another form.
    init?(parsing bytes: [UInt8]) {
        self.init(platform: "", facts: Facts(), collected: [:])
        var section = ""
        var artifact: ArtifactName?
        var repository: String?
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let indent = line.prefix { $0 == " " }.count
            var rest = line.dropFirst(indent)
            let startsItem = indent == 2 && rest.hasPrefix("- ")
            if startsItem { rest = rest.dropFirst(2) }
            if indent == 0, rest.hasSuffix(":") {
                section = String(rest.dropLast())
                continue
            }
            if section == "serials" || section == "boot", startsItem {
                guard let value = YAMLScalar.value(rest) else { return nil }
                if section == "boot" { facts.boot.append(value) } else { facts.serials.append(value) }
                continue
            }
            guard let colon = rest.range(of: ": "), let value = YAMLScalar.value(rest[colon.upperBound...]) else {
                return nil
            }
            let key = rest[..<colon.lowerBound]
            switch (indent == 0 ? "" : section, key) {
            case ("", "platform"): platform = value
            case ("", "imported"): imported = ImportMark(tool: value)
            case ("", "lacks"): imported?.lacksSecrets = value == "secrets"
            case ("", "hostname"): facts.hostname = value
            case ("", "vendor"): facts.vendor = value
            case ("", "model"): facts.model = value
            case ("", "version"): facts.version = value
            case ("images", "path") where startsItem: facts.images.append(FirmwareImage(path: value))
            case ("images", _) where !facts.images.isEmpty:
                guard facts.images[facts.images.count - 1].take(value, for: key) else { return nil }
            case ("collected", "artifact") where startsItem: artifact = ArtifactName(value)
            case ("collected", "repository"): repository = value
            case ("collected", "blob"):
                guard let artifact, let repository, let blob = ObjectID(hexadecimal: value) else { return nil }
                collected[artifact] = CollectedReference(repository: repository, blob: blob)
            default: return nil
            }
        }
    }
}

extension FirmwareImage {
    fileprivate mutating func take(_ value: String, for key: Substring) -> Bool {
        switch key {
        case "size":
            guard let number = Int(value) else { return false }
            size = number
        case "note": note = value
        default:
            guard let algorithm = DigestAlgorithm(rawValue: String(key)), let digest = ImageDigest(algorithm, value)
            else {
                return false
            }
            self.digest = digest
        }
        return true
    }
}

extension Substring {
    fileprivate func range(of separator: String) -> Range<Index>? {
        guard let first = firstIndex(of: ":") else { return nil }
        let end = index(after: first)
        return self[first...].hasPrefix(separator) ? first..<index(after: end) : nil
    }
}
