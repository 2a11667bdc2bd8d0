/// A configuration as an IOS-like device holds it: settings, and sections with settings of their own.
///
/// The same settings print the same text in whatever order they were entered. Only where IOS keeps an order itself (access
/// lists, classes of a policy, servers of a group) does the order of entering count.
package struct IOSConfiguration: Sendable {
    struct Line: Sendable {
        /// What another value of the same setting has too: words joined by one blank.
        let key: String
        var text: String
        var below: [Line] = []
        /// The text of a banner, line by line; empty for all else.
        var body: [String] = []

        init(key: String, text: String, body: [String] = []) {
            // Held once where both are the same: thousands of devices have thousands of lines.
            self.key = key == text ? text : key
            self.text = text
            self.body = body
        }

        /// The line and all below it, for comparison.
        var flat: [String] { [text] + body + below.flatMap(\.flat) }

        /// Takes another value; false when it says the same.
        mutating func take(_ text: String, _ body: [String]) -> Bool {
            guard !self.text.words.elementsEqual(text.words) || self.body != body else { return false }
            self.text = text
            self.body = body
            return true
        }
    }

    private(set) var lines: [Line] = []

    init() {}

    /// Reads a text in which sections are told by indentation. What IOS would not print goes; comments that say something stay,
    /// at the end.
    package init(_ text: some Sequence<String>) {
        enter(IOSText.read(text, isPrinted: true), at: [])
        for line in text where line.hasPrefix("! ") && !Self.isMark(line) {
            lines.append(Line(key: line, text: line))
        }
    }

    /// What a reading puts in by itself.
    private static func isMark(_ line: String) -> Bool {
        line.hasPrefix("! Last configuration change") || line.hasPrefix("! NVRAM config last updated")
    }

    /// Enters lines into the section of this path, which comes into being where it is missing.
    /// - Returns: Whether anything is different now.
    @discardableResult
    mutating func enter(_ entries: [IOSText.Entry], at path: [String]) -> Bool {
        var changed = false
        Self.change(&lines, path, in: nil) { changed = Self.merge(entries, into: &$0, of: $1) }
        return changed
    }

    /// Takes away what `no` before these words takes away.
    /// - Returns: Whether something was there.
    @discardableResult
    mutating func remove(_ words: [String], at path: [String]) -> Bool {
        guard path.isEmpty || section(path) != nil else { return false }
        var removed = false
        Self.change(&lines, path, in: nil) { removed = Self.remove(words, from: &$0, of: $1) }
        return removed
    }

    mutating func append(_ more: [Line]) { lines += more }

    /// Empties a section, which stays; false when it was empty or is missing.
    mutating func clear(_ path: [String]) -> Bool {
        guard section(path)?.isEmpty == false else { return false }
        Self.change(&lines, path, in: nil) { lines, _ in lines = [] }
        return true
    }

    /// The lines of a section; nil when there is none. The path's steps are keys.
    func section(_ path: [String]) -> [Line]? {
        var here = lines
        for step in path {
            guard let next = here.first(where: { $0.key == step }) else { return nil }
            here = next.below
        }
        return here
    }

    /// What follows the words in the first top-level line that begins with them; nil when none does.
    func value(_ words: String) -> String? {
        lines.first { $0.text == words || $0.text.hasPrefix(words + " ") }.map {
            String($0.text.dropFirst(words.count + 1))
        }
    }

    private static func change(
        _ lines: inout [Line], _ path: [String], in section: IOSSection?, _ edit: (inout [Line], IOSSection?) -> Void
    ) {
        guard let step = path.first else { return edit(&lines, section) }
        let next = IOSSection.opened(by: step.words, in: section)
        if !lines.contains(where: { $0.key == step }) { lines.append(Line(key: step, text: step)) }
        guard let place = lines.firstIndex(where: { $0.key == step }) else { return }
        change(&lines[place].below, Array(path.dropFirst()), in: next, edit)
    }

    private static func merge(
        _ entries: [IOSText.Entry], into lines: inout [Line], of section: IOSSection?
    ) -> Bool {
        // Made once for all entries: an access list may have thousands.
        var places = places(of: lines)
        var changed = false
        for entry in entries {
            switch IOSSetting(entry.text, in: section) {
            case .nothing: break
            case .remove(let words):
                guard remove(words, from: &lines, of: section) else { continue }
                places = Self.places(of: lines)
                changed = true
            case .set(let key, let text):
                let place = places[key] ?? lines.count
                if place == lines.count {
                    lines.append(Line(key: key, text: text, body: entry.body))
                    places[key] = place
                    changed = true
                } else {
                    changed = lines[place].take(text, entry.body) || changed
                }
                guard !entry.below.isEmpty else { continue }
                let inner = IOSSection.opened(by: text.words, in: section)
                changed = merge(entry.below, into: &lines[place].below, of: inner) || changed
            }
        }
        if section?.isInterface == true {
            if entries.contains(where: { $0.text.words == ["switchport"] }) {
                lines.removeAll { $0.text == "no ip address" || $0.key.hasPrefix("ip address") }
            }
            changed = settleAddresses(&lines) || changed
        }
        return changed
    }

    private static func places(of lines: [Line]) -> [String: Int] {
        Dictionary(lines.indices.map { (lines[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func remove(_ words: [String], from lines: inout [Line], of section: IOSSection?) -> Bool {
        let before = lines.count
        let whole = words.joined(separator: " ")
        let key = IOSSetting.key(words, in: section)
        lines.removeAll { $0.key == key || $0.key == whole }
        if let neighbor = IOSSetting.neighbor(takenBackBy: words) {
            removeNeighbor(neighbor, from: &lines)
        } else if lines.count == before, IOSSetting.isNamedByBeginning(words) {
            lines.removeAll { $0.key.hasPrefix(whole + " ") }
        }
        return lines.count < before
    }

    /// All that is said of a neighbour, also in the families of addresses.
    private static func removeNeighbor(_ neighbor: String, from lines: inout [Line]) {
        lines.removeAll { $0.key.hasPrefix(neighbor + " ") }
        for place in lines.indices where lines[place].key.hasPrefix("address-family ") {
            removeNeighbor(neighbor, from: &lines[place].below)
        }
    }

    /// A port of a switch has no address to tell of; without a first address there is no second one.
    private static func settleAddresses(_ lines: inout [Line]) -> Bool {
        guard lines.contains(where: { $0.text == "no ip address" }) else { return false }
        let before = lines.count
        lines.removeAll { $0.key.hasPrefix("ip address ") }
        if lines.contains(where: { $0.key.hasPrefix("switchport ") }) { lines.removeAll { $0.text == "no ip address" } }
        return lines.count < before
    }
}

extension StringProtocol {
    /// The words between blanks.
    var words: [String] {
        Array(utf8).split(whereSeparator: { $0 == 32 || $0 == 9 }).map { String(decoding: $0, as: UTF8.self) }
    }
}
