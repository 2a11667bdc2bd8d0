package import ConfigModel
package import FoundationEssentials

/// What is known of a spare copy, in a YAML file beside its pointer.
package struct VaultRecord: Sendable, Hashable {
    /// Where the bytes came from.
    package enum Source: Sendable, Hashable {
        /// A file of this name, without its folder.
        case file(String)
        case device(DeviceID, path: String)
    }

    package var address: ImageAddress
    package var size: Int
    /// The strongest first.
    package var digests: [ImageDigest]
    package var source: Source
    package var added: Date
    package var by: String
    /// The digests that the vendor (of a file) or the device gave, and that the bytes were found to have.
    package var expected: [ImageDigest]
    package var note: String?

    /// Of an image that was staged.
    package init(
        _ image: StagedImage, at address: ImageAddress, from source: Source, added: Date, by: String,
        expected: [ImageDigest] = [], note: String? = nil
    ) {
        self.init(
            address: address, size: image.size, digests: image.digests, source: source, added: added, by: by,
            expected: expected, note: note)
    }

    private init(
        address: ImageAddress, size: Int, digests: [ImageDigest], source: Source, added: Date, by: String,
        expected: [ImageDigest], note: String?
    ) {
        self.address = address
        self.size = size
        self.digests = digests
        self.source = source
        self.added = Timestamp.rounded(added)
        self.by = by
        self.expected = expected
        self.note = note
    }

    package func digest(_ algorithm: DigestAlgorithm) -> ImageDigest? { digests.first { $0.algorithm == algorithm } }

    // MARK: - As YAML

    static let limit = 64 << 10

    /// The same value gives the same bytes.
    var serialised: [UInt8] {
        var text = "platform: \(YAMLScalar.text(address.platform))\n"
        text += "version: \(YAMLScalar.text(address.version))\n"
        text += "image: \(YAMLScalar.text(address.image))\n"
        text += "size: \(size)\n"
        for digest in digests { text += "\(digest.algorithm.rawValue): \(YAMLScalar.quoted(digest.value))\n" }
        switch source {
        case .file(let name): text += "source: file\nfile: \(YAMLScalar.text(name))\n"
        case .device(let device, let path):
            text += "source: device\ndevice: \(YAMLScalar.text(device.text))\npath: \(YAMLScalar.text(path))\n"
        }
        text += "added: \(YAMLScalar.quoted(Timestamp.text(of: added)))\n"
        text += "by: \(YAMLScalar.text(by))\n"
        if !expected.isEmpty { text += "expected:\n" }
        for digest in expected { text += "  \(digest.algorithm.rawValue): \(YAMLScalar.quoted(digest.value))\n" }
        if let note { text += "note: \(YAMLScalar.text(note))\n" }
        return Array(text.utf8)
    }

    /// Reads back what `serialised` writes, and no other YAML.
    /// - Returns: nil when it has another form.
    init?(parsing bytes: [UInt8]) {
        guard bytes.count <= Self.limit else { return nil }
        var values: [String: String] = [:]
        var digests: [ImageDigest] = []
        var expected: [ImageDigest] = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line != "expected:" {
            let isExpected = line.hasPrefix("  ")
            let rest = isExpected ? line.dropFirst(2) : line
            guard let colon = rest.firstIndex(of: ":"), let value = YAMLScalar.value(rest[colon...].dropFirst(2)) else {
                return nil
            }
            let key = String(rest[..<colon])
            if let algorithm = DigestAlgorithm(rawValue: key) {
                guard let digest = ImageDigest(algorithm, value) else { return nil }
                if isExpected { expected.append(digest) } else { digests.append(digest) }
            } else if isExpected || values.updateValue(value, forKey: key) != nil {
                return nil
            }
        }
        guard let platform = values["platform"], let version = values["version"], let image = values["image"],
            let address = try? ImageAddress(platform: platform, version: version, image: image),
            let size = values["size"].flatMap({ Int($0) }), size >= 0, let source = Self.source(values),
            let added = values["added"].flatMap({ Timestamp.date($0) }), let by = values["by"]
        else { return nil }
        self.init(
            address: address, size: size, digests: digests, source: source, added: added, by: by, expected: expected,
            note: values["note"])
    }

    private static func source(_ values: [String: String]) -> Source? {
        switch values["source"] {
        case "file": values["file"].map { .file($0) }
        case "device":
            if let device = values["device"].flatMap({ DeviceID($0) }), let path = values["path"] {
                .device(device, path: path)
            } else {
                nil
            }
        default: nil
        }
    }
}
