package import ConfigModel
import Patterns

/// Our own way to a device as its running configuration has it, by the platform's `access` rules: what a restore must not
/// take away.
package struct AccessPath: Sendable {
    /// Something of it that another configuration lacks, or has besides.
    package struct Cut: Sendable, Hashable {
        /// What the rule calls it.
        package var name: String
        package var line: String
    }

    private struct Rule: Sendable {
        var name: String
        var line: PlacedPattern
        var under: PlacedPattern?
        var isSection: Bool
        var isAny: Bool
        var countsAdded: Bool
        var follow: [PatternText]
    }

    private struct HeaderMatch {
        /// What its pattern captures.
        var name: String?
    }

    private let platform: Platform
    private let rules: [Rule]

    /// - Parameters:
    ///   - addresses: Those that the device may have in its text for the one that we use; rules about an address that is not
    ///     known find nothing.
    ///   - users: Those that we log in as.
    package init(platform: Platform, addresses: [String], users: [String]) throws(AnalysisError) {
        self.platform = platform
        var rules: [Rule] = []
        for rule in platform.restore?.access ?? [] {
            if rule.line.text.contains("{address}"), addresses.isEmpty { continue }
            if rule.line.text.contains("{user}"), users.isEmpty { continue }
            let values = ["address": Self.alternatives(addresses), "user": Self.alternatives(users)]
            rules.append(
                Rule(
                    name: rule.name, line: try PlacedPattern(Self.filled(rule.line, values), of: platform),
                    under: try rule.under.map { under throws(AnalysisError) in try PlacedPattern(under, of: platform) },
                    isSection: rule.section, isAny: rule.any, countsAdded: rule.added,
                    follow: rule.follow))
        }
        self.rules = rules
    }

    /// What the running configuration lets us in by, and the target does not have as it is there.
    /// - Parameters: comparable texts of one artifact: a changed secret of our account is a cut, too.
    /// - Returns: Each once, in the order of the rules.
    package func cuts(
        of artifact: ArtifactName, running: [UInt8], target: [UInt8]
    ) throws(AnalysisError) -> [Cut] {
        guard !rules.isEmpty, running != target else { return [] }
        let syntax = ArtifactSyntax.syntax(of: artifact, text: running, platform: platform)
        let now = Lines(ConfigTree(running, syntax: syntax))
        let then = Lines(ConfigTree(target, syntax: syntax))
        var cuts: [Cut] = []
        do throws(PatternFault) {
            for rule in rules {
                for cut in try self.cuts(rule, now, then) where !cuts.contains(cut) { cuts.append(cut) }
            }
        } catch {
            throw .unmatchable(
                platform: platform.name, location: error.location, artifact: "\(artifact)", fault: error.fault)
        }
        return cuts
    }

    private func cuts(_ rule: Rule, _ now: Lines, _ then: Lines) throws(PatternFault) -> [Cut] {
        var cuts: [Cut] = []
        for index in now.all.indices {
            guard
                let match = try rule.line.placed({ pattern throws(PatternError) in
                    try pattern.firstMatch(in: now.all[index].content)
                }), let header = try header(of: now.all[index], by: rule.under)
            else { continue }
            if rule.isSection {
                cuts += changes(in: now.section(around: index), now, then).map { Cut(name: rule.name, line: $0) }
            } else if !then.has(now.all[index]) {
                if rule.isAny, try isReplaced(now.all[index], by: rule, then) { continue }
                cuts.append(Cut(name: rule.name, line: now.all[index].text))
            }
            guard !rule.follow.isEmpty else { continue }
            let group = match.groups.count > 1 ? match.groups[1] : nil
            guard let name = group.map({ String(decoding: now.all[index].content[$0], as: UTF8.self) }) ?? header.name
            else { continue }
            for text in rule.follow {
                for place in try places(of: Self.filled(text, ["name": Self.alternatives([name])]), now) {
                    cuts += changes(in: place, now, then).map { Cut(name: rule.name, line: $0) }
                }
            }
        }
        guard rule.countsAdded else { return cuts }
        // What comes besides may shut us out as well: a list of who may log in, another route.
        for line in then.all where !now.has(line) {
            let fits = try rule.line.placed { pattern throws(PatternError) in try pattern.matches(line.content) }
            guard fits, try header(of: line, by: rule.under) != nil else { continue }
            cuts.append(Cut(name: rule.name, line: "+ \(line.text)"))
        }
        return cuts
    }

    /// Whether another line in the same place does as well.
    private func isReplaced(_ line: Lines.Line, by rule: Rule, _ then: Lines) throws(PatternFault) -> Bool {
        for other in then.all where other.path == line.path {
            let fits = try rule.line.placed { pattern throws(PatternError) in try pattern.matches(other.content) }
            if fits { return true }
        }
        return false
    }

    /// The section that a rule wants around a line, with what its pattern captures; nil where the line is in no such.
    private func header(
        of line: Lines.Line, by pattern: PlacedPattern?
    ) throws(PatternFault) -> HeaderMatch? {
        guard let pattern else { return HeaderMatch(name: nil) }
        for label in line.path {
            let bytes = Array(label.utf8)
            guard let match = try pattern.placed({ pattern throws(PatternError) in try pattern.firstMatch(in: bytes) })
            else { continue }
            let group = match.groups.count > 1 ? match.groups[1] : nil
            return HeaderMatch(name: group.map { String(decoding: bytes[$0], as: UTF8.self) })
        }
        return nil
    }

    private func places(of text: PatternText, _ lines: Lines) throws(PatternFault) -> [Int] {
        let pattern: Pattern
        do throws(PatternError) { pattern = try Pattern(text.text) } catch {
            throw PatternFault(location: text.location, fault: error)
        }
        var places: [Int] = []
        for (index, line) in lines.all.enumerated() {
            do throws(PatternError) { if try pattern.matches(line.content) { places.append(index) } } catch {
                throw PatternFault(location: text.location, fault: error)
            }
        }
        return places
    }

    /// Lines of a section that the other text lacks, and those that it has besides: a `shutdown` or a `deny` cuts as well.
    private func changes(in header: Int, _ now: Lines, _ then: Lines) -> [String] {
        let mine = now.subtree(of: header)
        guard let place = then.place(of: now.all[header]) else { return [now.all[header].text] }
        let theirs = then.subtree(of: place)
        let (old, new) = (mine.map { now.all[$0] }, theirs.map { then.all[$0] })
        guard old != new else { return [] }
        let gone = old.filter { !new.contains($0) }.map(\.text)
        let came = new.filter { !old.contains($0) }.map { "+ \($0.text)" }
        // The same lines in another order.
        return gone + came.prefix(gone.isEmpty ? 3 : 2) + (gone.isEmpty && came.isEmpty ? [now.all[header].text] : [])
    }

    private static func filled(_ text: PatternText, _ values: [String: String]) -> PatternText {
        var filled = text
        for (name, value) in values { filled.text = filled.text.replacing("{\(name)}", with: value) }
        return filled
    }

    /// A group that matches each of the texts as it stands.
    private static func alternatives(_ texts: [String]) -> String {
        let escaped = texts.map { text in
            text.map { $0.isLetter || $0.isNumber || $0 == "_" ? String($0) : "\\\($0)" }.joined()
        }
        return "(?:" + escaped.joined(separator: "|") + ")"
    }
}

/// The lines of a tree, each with the sections that it stands in.
private struct Lines {
    struct Line: Hashable {
        var path: [String]
        var content: [UInt8]

        var text: String { (path + [String(decoding: content, as: UTF8.self)]).joined(separator: " › ") }
    }

    private(set) var all: [Line] = []
    /// Of each line its header; -1 at top level.
    private var parents: [Int] = []
    private let places: [Line: Int]

    init(_ tree: ConfigTree) {
        var numbers: [Int: Int] = [:]
        for (index, node) in tree.nodes.enumerated() where node.kind == .entry || node.kind == .atom {
            numbers[index] = all.count
            all.append(Line(path: tree.path(above: index), content: Array(tree.bytes[node.content])))
            parents.append(node.parent < 0 ? -1 : numbers[node.parent] ?? -1)
        }
        places = Dictionary(all.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func has(_ line: Line) -> Bool { places[line] != nil }
    func place(of line: Line) -> Int? { places[line] }

    /// The header of the section that a line stands in; the line itself where it is one, or stands at top level.
    func section(around index: Int) -> Int {
        let isHeader = index + 1 < parents.count && parents[index + 1] == index
        return isHeader || parents[index] < 0 ? index : parents[index]
    }

    /// A line and all below it, in order.
    func subtree(of index: Int) -> [Int] {
        var inside: Set<Int> = [index]
        var lines = [index]
        for place in all.indices.dropFirst(index + 1) {
            guard inside.contains(parents[place]) else { break }
            inside.insert(place)
            lines.append(place)
        }
        return lines
    }
}
