/// `.gitattributes` of an encrypted repository: it tells git-crypt what to do, and people which key they need.
///
/// The file itself stays in clear. `-text` keeps git from changing line ends on machines where it would: the bytes are exact.
enum CollectedAttributes {
    static let file = ".gitattributes"
    private static let mark = "# key "

    static func text(for key: GitCryptKey) -> [UInt8] {
        Array(
            """
            # Exact bytes, encrypted in the format of git-crypt: 'git-crypt unlock KEYFILE' in a clone opens them.
            \(mark)\(key.name)
            * filter=git-crypt diff=git-crypt -text
            \(file) !filter !diff

            """.utf8)
    }

    /// Whether a repository with this file is encrypted.
    static func isEncrypting(_ bytes: [UInt8]) -> Bool {
        lines(bytes).contains { $0.hasPrefix("* ") && $0.contains("filter=git-crypt") }
    }

    /// The name of the key that opens it; nil where it does not say.
    static func keyName(_ bytes: [UInt8]) -> String? {
        lines(bytes).first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    }

    private static func lines(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    }
}
