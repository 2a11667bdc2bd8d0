import FoundationEssentials

/// A tool whose git history can be imported, and what is peculiar to the texts that it keeps.
package enum ForeignTool: String, Sendable, CaseIterable, Codable {
    case oxidized, rancid

    /// A file of a repository that is the configuration of one device.
    struct DeviceFile: Sendable, Hashable {
        /// As the tool calls the device.
        var name: String
        /// The tool's own group, where the path tells one.
        var group: String?
    }

    /// Which device a path belongs to.
    /// - Oxidized: `NAME`, or `GROUP/NAME` (`single_repo: true`). A `--` in the name is an output of another type.
    /// - RANCID: `configs/NAME`, or `GROUP/configs/NAME`.
    /// - Returns: nil for what is no configuration, such as `router.db` or `.gitattributes`.
    func deviceFile(at path: [String]) -> DeviceFile? {
        guard let name = path.last, !name.isEmpty, !path.contains(where: { $0.hasPrefix(".") }) else { return nil }
        switch self {
        case .oxidized:
            guard path.count <= 2, !name.contains("--") else { return nil }
            return DeviceFile(name: name, group: path.count == 2 ? path[0] : nil)
        case .rancid:
            guard path.count == 2 || path.count == 3, path[path.count - 2] == "configs", name != "CVS" else {
                return nil
            }
            return DeviceFile(name: name, group: path.count == 3 ? path[0] : nil)
        }
    }

    /// The configuration itself: without what the tool has put before it as comments, such as the answer to `show version`.
    ///
    /// Only what stands before the first line of another kind is taken off; a text that is nothing else stays whole.
    func configuration(in text: [UInt8]) -> ArraySlice<UInt8> {
        var rest = text[...]
        guard let first = Self.firstLine(of: rest), let mark = commentMark(first) else { return rest }
        while let line = Self.firstLine(of: rest) {
            guard isRemark(line, mark) else { return rest }
            rest = rest[line.endIndex...].dropFirst()
        }
        return text[...]
    }

    /// What begins the comment lines of a text whose first line this is; nil where the tool has put none before it.
    private func commentMark(_ first: ArraySlice<UInt8>) -> UInt8? {
        guard let mark = first.first, Self.marks.contains(mark) else { return nil }
        switch self {
        case .oxidized: return first.count == 1 || first.dropFirst().first == 0x20 ? mark : nil
        case .rancid: return first.dropFirst().starts(with: Self.rancidHeading) ? mark : nil
        }
    }

    private func isRemark(_ line: ArraySlice<UInt8>, _ mark: UInt8) -> Bool {
        let line = line.last == 0x0D ? line.dropLast() : line
        guard line.first == mark else { return line.isEmpty }
        // FortiOS begins its configuration with lines such as '#config-version=…', which are part of it.
        let rest = line.dropFirst()
        let isAssignment = rest.contains(UInt8(ascii: "=")) && !rest.contains(0x20) && mark == UInt8(ascii: "#")
        // Devices write comments of their own with a blank too, and a heading says whose they are.
        return !isAssignment && !Self.ownRemarks.contains { rest.starts(with: $0) }
    }

    private static let marks: [UInt8] = Array("!#;*".utf8)
    private static let rancidHeading = Array("RANCID-CONTENT-TYPE:".utf8)
    /// With which configurations of devices themselves begin.
    private static let ownRemarks = [" Last configuration change", "! IOS XR", "Command: ", "Time: ", " Chassis type="]
        .map { Array($0.utf8) }

    private static func firstLine(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !text.isEmpty else { return nil }
        return text[..<(text.firstIndex(of: 0x0A) ?? text.endIndex)]
    }

    /// Whether the tool has taken secrets out of a text before it kept it.
    func lacksSecrets(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { bytes in
            // Every one of the marks has a '<': one search tells for most texts.
            var start = 0
            while let place = bytes[start...].firstIndex(of: UInt8(ascii: "<")) {
                if Self.redactions.contains(where: { bytes[place...].starts(with: $0) }) { return true }
                start = place + 1
            }
            return false
        }
    }

    /// What Oxidized's models with `remove_secret` and RANCID's `FILTER_PWDS` put in the place of a secret.
    private static let redactions = [
        "<removed>", "<configuration removed>", "<secret hidden>", "<secret removed>", "<hidden>", "<key removed>",
        "<password removed>", "<community removed>", "<omitted>", "<stripped>",
    ].map { Array($0.utf8) }
}
