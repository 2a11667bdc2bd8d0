import ConfigModel

/// How a shell on the device is asked for what a glob finds.
extension PathGlob {
    /// The path as one word for a POSIX shell. A plain one stays as it is: command lines that are no shell know no quotes.
    package static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == 0x2F || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D
        }
        if isPlain, path.utf8.first == 0x2F { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
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

    /// The same for a shell of any family, csh too, which knows neither `for` nor `test` so. Marks: `/` a directory, `|` a
    /// FIFO, `=` a socket, `*` an executable file.
    var typedListing: String { "ls -1dLF \(shellWord)" }

    var hasWildcard: Bool { components.contains { $0.hasWildcard } }

    /// Whether a name from a device is one path component, and nothing that a terminal or a shell would take amiss.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x2F } && name.utf8.count <= 255
    }
}
