package import ConfigModel

/// In which syntax an artifact is written: files of one device have many.
package enum ArtifactSyntax {
    /// What the artifact's rule says, else what its name and its text show, else that of the platform.
    /// - Parameter text: The comparable text.
    package static func syntax(of artifact: ArtifactName, text: [UInt8], platform: Platform) -> Platform.Syntax {
        if let said = said(of: artifact, platform: platform) { return said }
        guard artifact.isFile || platform.syntax == .json else { return platform.syntax }
        if isJSON(artifact, text) { return .json }
        if artifact.text.hasSuffix(".ini") { return .ini }
        if artifact.text.hasSuffix(".xml") || text.starts(with: "<?xml ".utf8) { return .xml }
        return platform.syntax == .json ? .opaque : platform.syntax
    }

    private static func said(of artifact: ArtifactName, platform: Platform) -> Platform.Syntax? {
        guard platform.collect.contains(where: { $0.syntax != nil }) else { return nil }
        // A pattern that does not compile is a fault of whoever reads the text; here the platform's syntax stands.
        guard let rules = try? ArtifactRules(platform: platform), let rule = rules.rule(of: artifact) else {
            return nil
        }
        return platform.collect[rule].syntax
    }

    private static func isJSON(_ artifact: ArtifactName, _ text: [UInt8]) -> Bool {
        let first = text.first { $0 > 0x20 }
        let last = text.last { $0 > 0x20 }
        let isBracketed =
            (first == UInt8(ascii: "{") && last == UInt8(ascii: "}"))
            || (first == UInt8(ascii: "[") && last == UInt8(ascii: "]") && !TextLines.beginsWithSection(text))
        return isBracketed
            || (artifact.text.hasSuffix(".json") && (first == UInt8(ascii: "/") || first == UInt8(ascii: "{")))
    }
}

extension TextLines {
    /// Whether the first line is `[name]`, as in INI files and never in a JSON array.
    static func beginsWithSection(_ text: [UInt8]) -> Bool {
        let line = text.drop { $0 <= 0x20 }.prefix { $0 != 0x0A }
        let name = line.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        return line.last == UInt8(ascii: "]") && !name.isEmpty
            && name.allSatisfy { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "{") }
            && !name.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x20 }
    }
}
