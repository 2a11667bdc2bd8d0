/// Lines of a configuration as a text holds them: what is indented deeper belongs to the line above.
enum IOSText {
    struct Entry: Sendable {
        /// Without its indentation, and without the text of a banner.
        var text: String
        var below: [Entry] = []
        var body: [String] = []
        /// The number of its line in the text, from 1.
        var number = 0
    }

    /// Reads up to `end`. Empty lines and comments are no entries.
    /// - Parameter isPrinted: A banner's `^C` is the one character Ctrl-C, as `show running-config` prints it.
    static func read(_ text: some Sequence<String>, isPrinted: Bool) -> [Entry] {
        var root: [Entry] = []
        // Entries that are open, each with its indentation; the deepest comes last.
        var open: [(indent: Int, entry: Entry)] = []
        func close(to indent: Int) {
            while let last = open.last, last.indent >= indent {
                open.removeLast()
                if open.isEmpty { root.append(last.entry) } else { open[open.count - 1].entry.below.append(last.entry) }
            }
        }
        var banner: IOSBanner?
        for (index, raw) in text.enumerated() {
            let line = raw.hasSuffix("\r") ? raw.dropLast() : raw[...]
            if var open = banner {
                banner = open.take(String(line)) ? nil : open
                if banner == nil { root.append(Entry(text: open.command, body: open.lines, number: index + 1)) }
                continue
            }
            let indent = line.utf8.prefix { $0 == 32 || $0 == 9 }.count
            let content = line.utf8.dropFirst(indent)
            guard let first = content.first, first != UInt8(ascii: "!") else { continue }
            let text = String(Substring(content)).trimmingEnd
            if indent == 0, text == "end" { break }
            close(to: indent)
            if indent == 0, let opened = IOSBanner(text, isPrinted: isPrinted) {
                if opened.isWhole {
                    root.append(Entry(text: opened.command, body: opened.lines, number: index + 1))
                } else {
                    banner = opened
                }
                continue
            }
            open.append((indent, Entry(text: text, number: index + 1)))
        }
        close(to: 0)
        return root
    }
}

/// A banner as it is entered: the command, a character that ends the text, and the text over many lines.
///
/// The configuration keeps Ctrl-C for that character and shows it as `^C`. A device that is given those two characters takes
/// `^` for the end mark and `C` for text: https://github.com/napalm-automation/napalm-ios/issues/23. Such devices then show
/// `banner motd ^CC`.
struct IOSBanner: Sendable {
    /// Such as `banner login`.
    let command: String
    /// What ends the text, such as `#`.
    let delimiter: String
    private(set) var lines: [String]
    private(set) var isWhole = false

    /// Nil when the line begins no banner.
    /// - Parameter isPrinted: `^C` stands for Ctrl-C.
    init?(_ line: String, isPrinted: Bool) {
        let words = line.words
        guard words.count >= 3, words[0] == "banner", let third = words[2].first,
            let start = line.range(of: third, after: words[1])
        else { return nil }
        command = "banner \(words[1])"
        delimiter = isPrinted && words[2].hasPrefix("^C") ? "^C" : String(third)
        lines = []
        isWhole = take(String(line[start...].dropFirst(delimiter.count)))
    }

    /// Takes one more line of the text; true when it was the last.
    mutating func take(_ line: String) -> Bool {
        guard let end = line.firstRange(of: delimiter) else {
            lines.append(line)
            return false
        }
        lines.append(String(line[..<end.lowerBound]))
        isWhole = true
        return true
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        let kept = utf8.reversed().drop { $0 == 32 || $0 == 9 }.count
        return kept == utf8.count ? self : String(Substring(utf8.prefix(kept)))
    }

    /// Where the character first stands behind the second word.
    fileprivate func range(of character: Character, after word: String) -> String.Index? {
        firstRange(of: " \(word) ").flatMap { self[$0.upperBound...].firstIndex(of: character) }
    }
}
