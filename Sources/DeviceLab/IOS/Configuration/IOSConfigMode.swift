/// Where in the configuration mode a session stands, and what a typed line means there.
struct IOSConfigMode: Sendable {
    enum Step {
        /// Back to the commands.
        case end
        /// Nothing but another place.
        case moved
        /// To be entered at this path.
        case edit(IOSText.Entry, path: [String])
        /// The lines that follow are a banner's.
        case banner(IOSBanner)
        /// A command behind `do`.
        case command(String)
    }

    private var path: [String] = []
    private var sections: [IOSSection] = []
    private let takesPrintedBanners: Bool

    init(takesPrintedBanners: Bool) { self.takesPrintedBanners = takesPrintedBanners }

    /// The mode as the prompt shows it.
    var name: String { sections.last?.mode ?? "config" }

    /// What a line does. IOS looks for a command in the section first and then, leaving it, at the top level.
    mutating func read(_ line: String) throws(IOSCommand.Failure) -> Step? {
        var words = line.words
        guard let first = words.first, !first.hasPrefix("!") else { return nil }
        if sections.last?.isRaw == true { return raw(line.words.joined(separator: " ")) }
        switch first {
        case "end": return .end
        case "exit": return leave()
        case "do": return .command(words.dropFirst().joined(separator: " "))
        default: break
        }
        let isNegated = first == "no" || first == "default"
        if isNegated { words.removeFirst() }
        guard let subject = words.first else { throw .incomplete }
        let offset = line.utf8.count - Substring(line.utf8.drop { $0 == 32 }).utf8.count
        words[0] = try expanded(subject, at: offset + (isNegated ? first.utf8.count + 1 : 0))
        let depth = try depth(words, at: offset + (isNegated ? first.utf8.count + 1 : 0))
        return enter(words, line, isNegated: isNegated, depth: depth)
    }

    private mutating func enter(_ words: [String], _ line: String, isNegated: Bool, depth: Int) -> Step {
        path.removeLast(path.count - depth)
        sections.removeLast(sections.count - depth)
        let here = path
        if !isNegated, let banner = IOSBanner(line, isPrinted: takesPrintedBanners), depth == 0 {
            return banner.isWhole
                ? .edit(IOSText.Entry(text: banner.command, body: banner.lines), path: here) : .banner(banner)
        }
        if !isNegated, let section = IOSSection.opened(by: words, in: sections.last) {
            let isSplit = section.isInterface && words.count == 3 && words[2].first?.isNumber == true
            let header = isSplit ? "interface " + words[1] + words[2] : words.joined(separator: " ")
            path.append(header)
            sections.append(section)
            return .edit(IOSText.Entry(text: header), path: here)
        }
        // As typed, but for the first word: the blanks inside a description are its own.
        let rest = line.words.dropFirst(isNegated ? 2 : 1).first.flatMap { word in
            line.firstRange(of: " " + word).map { String(line[line.index(after: $0.lowerBound)...]) }
        }
        let text = (isNegated ? "no " : "") + words[0] + (words.count > 1 ? " " + (rest ?? "") : "")
        return .edit(IOSText.Entry(text: text), path: here)
    }

    /// Out of every section.
    mutating func toTop() { (path, sections) = ([], []) }

    private mutating func raw(_ line: String) -> Step {
        let here = path
        if line == "quit" {
            path.removeLast()
            sections.removeLast()
        }
        return .edit(IOSText.Entry(text: line), path: here)
    }

    private mutating func leave() -> Step {
        guard !path.isEmpty else { return .end }
        path.removeLast()
        sections.removeLast()
        return .moved
    }

    /// In how many sections the line still stands.
    private func depth(_ words: [String], at offset: Int) throws(IOSCommand.Failure) -> Int {
        for depth in stride(from: sections.count, to: 0, by: -1) {
            // `class` inside a class opens the next one: what opens a section further out ends the inner one.
            let opensOuter = sections.prefix(depth - 1).contains { IOSSection.opened(by: words, in: $0) != nil }
            if words == ["exit-address-family"], sections[depth - 1].opening == "address-family" { return depth - 1 }
            if sections[depth - 1].takes(words), !opensOuter { return depth }
        }
        guard IOSVocabulary.top.contains(words[0]) else { throw .invalid(at: offset) }
        return 0
    }

    /// A first word may be cut short as long as it means one thing here.
    private func expanded(_ word: String, at offset: Int) throws(IOSCommand.Failure) -> String {
        var known = IOSVocabulary.top
        if !sections.isEmpty { known.formUnion(IOSVocabulary.inSections) }
        let lower = word.lowercased()
        if known.contains(lower) || lower.allSatisfy(\.isNumber) { return lower }
        if lower == "exit-address-family" { return lower }
        let found = known.filter { $0.hasPrefix(lower) }
        if found.count > 1 { throw .ambiguous }
        guard let only = found.first else { throw .invalid(at: offset) }
        return only
    }
}

extension IOSText {
    /// The lines of a text that the device does not know where they stand, as written, in their order.
    static func unknown(_ entries: [Entry], in section: IOSSection? = nil, rejecting pattern: String?) -> [Entry] {
        entries.flatMap { entry -> [Entry] in
            let words = entry.text.words
            let subject = words.count > 1 && words[0] == "no" ? Array(words.dropFirst()) : words
            let isKnown =
                section.map { $0.takes(subject) || words == ["exit-address-family"] }
                ?? IOSVocabulary.top.contains(subject[0])
            let isRejected = pattern.map { entry.text.contains($0) } ?? false
            guard isKnown, !isRejected else { return [entry] }
            guard let inner = IOSSection.opened(by: words, in: section) else { return entry.below }
            return unknown(entry.below, in: inner, rejecting: pattern)
        }
    }
}
