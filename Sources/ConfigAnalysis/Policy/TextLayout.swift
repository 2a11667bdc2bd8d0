import ConfigModel

/// Whether a text is laid out as its platform's rules read it, line by line. A device can be told to answer in another form, and people
/// take in files that were made by something else: patterns would find nothing there, and what is forbidden would seem to be absent.
enum TextLayout {
    /// - Returns: In words what is unusual; nil where rules can be held against it, and for syntaxes with one layout alone.
    static func objection(to text: [UInt8], written syntax: Platform.Syntax) -> String? {
        switch syntax {
        case .xml: xml(text)
        case .set: sections(text) > 0 && commands(text) == 0 ? "it is written in braces, not as 'set' commands" : nil
        case .braces: sections(text) == 0 && commands(text) > 0 ? "it is written as 'set' commands, not in braces" : nil
        default: nil
        }
    }

    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(separator: 0x0A).map { line in
            let line = line.drop { $0 <= 0x20 }
            return line[..<(line.lastIndex { $0 > 0x20 } ?? line.startIndex - 1).advanced(by: 1)]
        }
    }

    private static func sections(_ text: [UInt8]) -> Int { lines(text).count { $0.last == UInt8(ascii: "{") } }

    private static func commands(_ text: [UInt8]) -> Int { lines(text).count { $0.starts(with: "set ".utf8) } }

    private static func xml(_ text: [UInt8]) -> String? {
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        if let index = lines.firstIndex(where: hasElementWithin) {
            return "line \(index + 1) holds several elements, not one"
        }
        // Sections are known by their indentation; old releases of PAN-OS write braces, which are indented, too.
        let isFlat = !lines.contains { $0.first == UInt8(ascii: " ") || $0.first == UInt8(ascii: "\t") }
        return isFlat && lines.count(where: { !$0.isEmpty }) > 3 ? "its lines are not indented" : nil
    }

    /// Whether an element with its text stands behind another tag: `<service><disable-telnet>no</disable-telnet></service>`.
    private static func hasElementWithin(_ line: ArraySlice<UInt8>) -> Bool {
        var isBehindTag = false
        var isOpen = false
        var index = line.startIndex
        while let start = line[index...].firstIndex(of: UInt8(ascii: "<")) {
            guard let end = line[start...].firstIndex(of: UInt8(ascii: ">")), start + 1 < end else { return false }
            let isClosing = line[start + 1] == UInt8(ascii: "/")
            if isClosing, isOpen { return true }
            let isMark = line[start + 1] == UInt8(ascii: "!") || line[start + 1] == UInt8(ascii: "?")
            isOpen = isBehindTag && !isClosing && !isMark && line[end - 1] != UInt8(ascii: "/")
            isBehindTag = true
            index = end + 1
        }
        return false
    }
}
