import ConfigModel

extension PrivateKeyText {
    /// The same key in lines of at most 64 letters that end with a newline.
    ///
    /// libssh2 1.10 reads a key line by line into a buffer of 128 bytes (`LINE_SIZE` of its pem.c) and takes a longer line for
    /// damage; libssh writes the whole of the base64 as one line.
    static func rewrapped(_ key: Secret) -> Secret {
        var lines: [Substring] = []
        for line in key.exposed.split(whereSeparator: \.isNewline) {
            var rest = line
            while rest.count > 64, !rest.contains(":"), !rest.hasPrefix("-----") {
                lines.append(rest.prefix(64))
                rest = rest.dropFirst(64)
            }
            lines.append(rest)
        }
        return Secret(lines.joined(separator: "\n") + "\n")
    }
}
