/// Puts entries into the text of `credentials.yaml` without touching what stands there.
package enum CredentialsAddition {
    /// - Parameters:
    ///   - entries: Lines without indentation.
    ///   - text: The file as it is; nil where there is none.
    /// - Returns: nil where the file has a form into which nothing can be put safely.
    package static func text(adding entries: [String], to text: String?) -> String? {
        guard let text else { return "credentials:\n" + entries.map { "  \($0)\n" }.joined() }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let place = lines.firstIndex(where: { $0.hasPrefix("credentials:") }) else { return nil }
        let rest = ForeignInventory.trimmed(lines[place].dropFirst("credentials:".count).prefix { $0 != "#" })
        guard rest.isEmpty || rest == "{}" else { return nil }
        let next = lines[(place + 1)...].first { line in
            let line = ForeignInventory.trimmed(line)
            return !line.isEmpty && !line.hasPrefix("#")
        }
        let indent = rest.isEmpty ? next.map { String($0.prefix { $0 == " " }) } ?? "  " : "  "
        guard !indent.isEmpty else { return nil }
        lines[place] = "credentials:"
        lines.insert(contentsOf: entries.map { indent + $0 }, at: place + 1)
        return lines.joined(separator: "\n")
    }
}
