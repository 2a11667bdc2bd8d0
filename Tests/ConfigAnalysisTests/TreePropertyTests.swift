import ConfigModel
import Testing

@testable import ConfigAnalysis

/// Ten thousand generated configurations, in every syntax that has sections, and in flat ones.
@Suite("Trees hold in every syntax")
struct TreePropertyTests {
    /// A section of a made-up configuration, whatever its syntax.
    private struct Section {
        var name: String
        var leaves: [String]
        var sections: [Section]

        static func random(_ depth: Int, _ dice: inout Dice, _ number: inout Int) -> Section {
            number += 1
            let own = number
            let leaves = (0...Int.random(in: 0...3, using: &dice)).map { "leaf\(own)x\($0)" }
            let below = depth < 2 ? Int.random(in: 0...2, using: &dice) : 0
            return Section(
                name: "part\(own)", leaves: leaves, sections: (0..<below).map { _ in random(depth + 1, &dice, &number) }
            )
        }

        /// The same with the leaves, and the sections, in another order.
        func shuffled(_ dice: inout Dice) -> Section {
            var copy = self
            copy.leaves.shuffle(using: &dice)
            copy.sections = copy.sections.map { $0.shuffled(&dice) }.shuffled(using: &dice)
            return copy
        }

        var all: [Section] { [self] + sections.flatMap(\.all) }

        mutating func rename(leaf: String, to other: String) {
            leaves = leaves.map { $0 == leaf ? other : $0 }
            for index in sections.indices { sections[index].rename(leaf: leaf, to: other) }
        }

        mutating func rename(section: String, to other: String) {
            if name == section { name = other }
            for index in sections.indices { sections[index].rename(section: section, to: other) }
        }
    }

    static let syntaxes: [Platform.Syntax] = [.indented, .braces, .configEnd, .ini, .xml, .json, .set, .menu]

    private static func text(_ sections: [Section], _ syntax: Platform.Syntax) -> String {
        switch syntax {
        case .json: "{\n" + sections.map { json($0, 1) }.joined(separator: ",\n") + "\n}\n"
        case .set, .opaque: sections.flatMap { flat($0, ["set"]) }.map { $0 + "\n" }.joined()
        // These know one level.
        case .ini: sections.flatMap(\.all).map { "[\($0.name)]\n" + $0.leaves.map { "\($0) = 1\n" }.joined() }.joined()
        case .menu:
            sections.flatMap(\.all).map { "/\($0.name)\n" + $0.leaves.map { "set \($0)=1\n" }.joined() }.joined()
        default: sections.map { nested($0, 0, syntax) }.joined()
        }
    }

    private static func nested(_ section: Section, _ depth: Int, _ syntax: Platform.Syntax) -> String {
        let pad = String(repeating: " ", count: depth)
        let (open, leaf, close): (String, (String) -> String, String) =
            switch syntax {
            case .braces: ("\(section.name) {", { "\($0) 1;" }, pad + "}\n")
            case .configEnd:
                depth == 0
                    ? ("config \(section.name)", { "set \($0) 1" }, pad + "end\n")
                    : ("edit \(section.name)", { "set \($0) 1" }, pad + "next\n")
            case .xml: ("<\(section.name)>", { "<\($0)>1</\($0)>" }, pad + "</\(section.name)>\n")
            default: (section.name, { "\($0) 1" }, "")
            }
        return pad + open + "\n" + section.leaves.map { "\(pad) \(leaf($0))\n" }.joined()
            + section.sections.map { nested($0, depth + 1, syntax) }.joined() + close
    }

    private static func json(_ section: Section, _ depth: Int) -> String {
        let pad = String(repeating: "  ", count: depth)
        let members = section.leaves.map { "\(pad)  \"\($0)\": 1" } + section.sections.map { json($0, depth + 1) }
        return "\(pad)\"\(section.name)\": {\n" + members.joined(separator: ",\n") + "\n\(pad)}"
    }

    private static func flat(_ section: Section, _ above: [String]) -> [String] {
        let path = above + [section.name]
        return section.leaves.map { (path + [$0, "1"]).joined(separator: " ") }
            + section.sections.flatMap { flat($0, path) }
    }

    @Test(
        "printing gives the text back, shuffling is no drift, a leaf is one finding at its place, a header is what stands below it",
        arguments: syntaxes)
    func properties(syntax: Platform.Syntax) throws {
        let platform = Platform(name: "x", syntax: syntax)
        for seed in 0..<1_250 {
            var dice = Dice(seed)
            var number = 0
            let sections = (0...Int.random(in: 0...2, using: &dice)).map { _ in Section.random(0, &dice, &number) }
            let text = Self.text(sections, syntax)
            let tree = ConfigTree(Array(text.utf8), syntax: syntax)
            guard tree.printed == Array(text.utf8) else {
                Issue.record("seed \(seed): the text came back otherwise:\n\(text)")
                return
            }
            let shuffled = sections.map { $0.shuffled(&dice) }.shuffled(using: &dice)
            let moved = try Samples.drift(text, Self.text(shuffled, syntax), platform: platform)
            guard moved.isEmpty else {
                Issue.record("seed \(seed): \(moved)\n\(text)")
                return
            }
            let all = sections.flatMap(\.all)
            let leaf = try #require(all.flatMap(\.leaves).randomElement(using: &dice))
            var changed = shuffled
            for index in changed.indices { changed[index].rename(leaf: leaf, to: "other") }
            let found = try Samples.drift(text, Self.text(changed, syntax), platform: platform)
            let place = (found.first?.path.joined(separator: " ") ?? "") + (found.first?.missing.joined() ?? "")
            let home = try #require(all.first { $0.leaves.contains(leaf) })
            guard found.count == 1, found[0].class == .config, found[0].missing.count == 1, found[0].extra.count == 1,
                found[0].missing[0].contains(leaf), found[0].extra[0].contains("other"), place.contains(home.name)
            else {
                Issue.record("seed \(seed): \(leaf) gave \(found)\n\(text)")
                return
            }
            try checkHeader(sections, all, text, platform, &dice, seed)
        }
    }

    /// A header that changed concerns what stands below the old one and below the new one, and nothing else.
    private func checkHeader(
        _ sections: [Section], _ all: [Section], _ text: String, _ platform: Platform, _ dice: inout Dice, _ seed: Int
    ) throws {
        let section = try #require(all.randomElement(using: &dice))
        var changed = sections
        for index in changed.indices { changed[index].rename(section: section.name, to: "renamed") }
        let found = try Samples.drift(text, Self.text(changed, platform.syntax), platform: platform)
        let below = Set(section.all.flatMap(\.leaves) + section.all.map(\.name) + ["renamed"])
        #expect(!found.isEmpty)
        for line in found.flatMap({ $0.missing + $0.extra }) {
            let words = line.split { !$0.isLetter && !$0.isNumber }.map(String.init)
            let names = words.filter { $0.hasPrefix("leaf") }
            guard names.allSatisfy(below.contains) else {
                Issue.record("seed \(seed): \(section.name) gave \(found)\n\(text)")
                return
            }
        }
    }
}
