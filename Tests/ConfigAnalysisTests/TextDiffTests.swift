import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Text diff")
struct TextDiffTests {
    private func hunks(_ old: String, _ new: String, context: Int = 3, syntax: Platform.Syntax = .indented)
        -> [DiffHunk]
    {
        TextDiff.hunks(old: Array(old.utf8), new: Array(new.utf8), context: context, syntax: syntax)
    }

    private func shown(_ hunk: DiffHunk) -> [String] {
        hunk.lines.map { line in
            switch line.kind {
            case .context: " " + line.text
            case .removed: "-" + line.text
            case .added: "+" + line.text
            }
        }
    }

    @Test("a hunk has its lines, their numbers and the section they stand in")
    func oneHunk() {
        let old = "hostname a\nrouter bgp 1\n address-family ipv4\n  network 1\n  network 2\n  network 3\nend\n"
        let hunks = hunks(old, old.replacing("network 2", with: "network 9"), context: 1)
        #expect(hunks.count == 1)
        #expect(hunks.first.map(shown) == ["   network 1", "-  network 2", "+  network 9", "   network 3"])
        #expect(hunks.first?.section == ["router bgp 1", "address-family ipv4"])
        #expect(hunks.first.map { [$0.oldStart, $0.oldCount, $0.newStart, $0.newCount] } == [4, 3, 4, 3])
    }

    @Test("equal texts, and texts that differ in the final line end only, have no hunk")
    func equal() {
        #expect(hunks("a\n", "a\n").isEmpty)
        #expect(hunks("a\n", "a").isEmpty)
        #expect(hunks("", "").isEmpty)
    }

    @Test("nothing against something, without context lines", arguments: [("", "a\nb\n"), ("a\nb\n", "")])
    func emptySide(old: String, new: String) {
        let hunks = hunks(old, new)
        #expect(hunks.count == 1)
        #expect(
            hunks.first.map { [$0.oldStart, $0.oldCount, $0.newStart, $0.newCount] }
                == (old.isEmpty ? [0, 0, 1, 2] : [1, 2, 0, 0]))
    }

    @Test("changes whose contexts touch are one hunk, others are two")
    func grouping() {
        let old = (1...30).map { "line \($0)\n" }.joined()
        let near = old.replacing("line 5\n", with: "x\n").replacing("line 10\n", with: "y\n")
        #expect(hunks(old, near, context: 3).count == 1)
        #expect(hunks(old, near, context: 1).count == 2)
        #expect(hunks(old, near, context: 0).map(\.lines.count) == [2, 2])
    }

    @Test("the removed and added lines, applied to the old text, give the new one")
    func applies() {
        for seed in 0..<400 {
            var dice = Dice(seed)
            let words = (0...Int.random(in: 1...20, using: &dice)).map { "w\($0)" }
            let old = (0..<Int.random(in: 0...60, using: &dice)).compactMap { _ in words.randomElement(using: &dice) }
            var new = old
            for _ in 0..<Int.random(in: 0...12, using: &dice) {
                let place = Int.random(in: 0...new.count, using: &dice)
                if place < new.count, Bool.random(using: &dice) {
                    new.remove(at: place)
                } else {
                    new.insert("n\(place)", at: place)
                }
            }
            #expect(applied(to: old, new: new) == new, "seed \(seed)")
        }
    }

    private func applied(to old: [String], new: [String]) -> [String] {
        let text = { (lines: [String]) in lines.map { $0 + "\n" }.joined() }
        var result: [String] = []
        var position = 0
        for hunk in hunks(text(old), text(new), context: 2, syntax: .opaque) {
            let start = hunk.oldStart - (hunk.oldCount > 0 ? 1 : 0)
            result += old[position..<start]
            result += hunk.lines.filter { $0.kind != .removed }.map(\.text)
            #expect(hunk.lines.filter { $0.kind != .added }.map(\.text) == Array(old[start..<start + hunk.oldCount]))
            position = start + hunk.oldCount
        }
        return result + old[position...]
    }

    @Test("few changes are found as few even among equal lines")
    func minimal() {
        let old = Array(repeating: ["!", " shutdown"], count: 200).flatMap { $0 }
        var new = old
        new.insert("hostname x", at: 200)
        new.remove(at: 100)
        let diff = SequenceDiff(old: old.map(\.hashValue), new: new.map(\.hashValue))
        #expect(diff.removed.count { $0 } == 1)
        #expect(diff.added.count { $0 } == 1)
    }

    @Test("large texts are compared in time, alike or not")
    func large() {
        let old = (0..<20_000).map { "interface \($0 % 50) line number \($0)\n" }.joined()
        let clock = ContinuousClock()
        let began = clock.now
        #expect(hunks(old, old.replacing("number 500\n", with: "changed\n")).count == 1)
        _ = hunks(old, (0..<20_000).map { "other \($0 % 7)\n" }.joined())
        _ = hunks(String(repeating: "a\nb\n", count: 6_000), String(repeating: "b\nb\na\n", count: 4_000))
        #expect(clock.now - began < .seconds(60))
    }
}
