import ConfigModel

/// How a shell on the device is asked for what a glob finds.
extension PathGlob {
    /// The path as one word for a POSIX shell.
    package static func quoted(_ path: String) -> String {
        "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The glob as one word for a POSIX shell: wildcards work, all else stands for itself.
    var shellWord: String {
        var word = ""
        for character in text {
            if character.isASCII, character.isLetter || character.isNumber || "/._-*?[]!".contains(character) {
                word.append(character)
            } else {
                word += Self.quoted(String(character))
            }
        }
        return word
    }

    /// Prints, one a line, the paths of regular files that match, links followed. A FIFO must not be opened: it would hang.
    package var listingCommand: String {
        "for f in \(shellWord); do if test -f \"$f\"; then printf '%s\\n' \"$f\"; fi; done"
    }

    /// Whether a name from a device is one path component, and nothing that a terminal or a shell would take amiss.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x2F } && name.utf8.count <= 255
    }
}
