import Patterns
import Testing

@Suite("Patterns")
struct PatternTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("a match says where each group is, and which took no part")
    func groups() throws {
        let pattern = try Pattern(#"user (?<name>\w+)(?: level (\d+))?"#)
        let match = try #require(try pattern.firstMatch(in: bytes("x user bob")))
        #expect(match.range == 2..<10)
        #expect(match.groups == [2..<10, 7..<10, nil])
        #expect(pattern.groupNames == ["name"])
        #expect(pattern.groupNumbers(named: "name") == [1])
        #expect(pattern.groupCount == 2)
    }

    @Test("a faulty pattern names the place of its fault")
    func faulty() {
        #expect {
            try Pattern("ab(c")
        } throws: { error in
            guard case .invalid("ab(c", 4, let reason)? = error as? PatternError else { return false }
            return !reason.isEmpty
        }
        #expect(throws: PatternError.self) { try Pattern("(*UTF)a") }
    }

    @Test("a pattern that runs away is stopped", arguments: ["(a+)+$", "(a|aa)+$", #"^(\w|a)+$"#])
    func runaway(text: String) throws {
        let pattern = try Pattern(text)
        let subject = [UInt8](repeating: 0x61, count: 40) + [0x21]
        let clock = ContinuousClock()
        let began = clock.now
        #expect(throws: PatternError.runaway(pattern: text)) { try pattern.firstMatch(in: subject) }
        // Some milliseconds; without the limit it would be hours.
        #expect(clock.now - began < .seconds(5))
    }

    @Test("empty matches do not loop, and a line end counts as one place")
    func emptyMatches() throws {
        let ranges = try Pattern("b*").allMatches(in: bytes("abba")).map(\.range)
        #expect(ranges == [0..<0, 1..<3, 3..<3, 4..<4])
        #expect(try Pattern("").allMatches(in: []).count == 1)
        #expect(
            try Pattern("$", options: .multiline).allMatches(in: bytes("a\r\nb\n")).map(\.range.lowerBound) == [
                1, 4, 5,
            ])
    }

    @Test("line anchors know CR LF and LF", arguments: ["one\ntwo\nthree", "one\r\ntwo\r\nthree"])
    func newlines(text: String) throws {
        let found = try Pattern("^(t.*)$", options: .multiline).allMatches(in: bytes(text))
        #expect(found.compactMap { $0.groups[1].map(\.count) } == [3, 5])
        #expect(try Pattern("^one$").matches(bytes("one\r\n")))
    }

    @Test("bytes that are no UTF-8 match as bytes")
    func invalidBytes() throws {
        let subject: [UInt8] = [0xFF, 0xC3, 0x28, 0x00, 0x61, 0xFE]
        #expect(try Pattern("a.").firstMatch(in: subject)?.range == 4..<6)
        #expect(try Pattern("ü").firstMatch(in: bytes("xüy"))?.range == 1..<3)
        #expect(try Pattern(#"\x00a"#).firstMatch(in: subject)?.range == 3..<5)
    }

    @Test("a search from an offset sees what stands before, and never leaves the subject")
    func offsets() throws {
        let pattern = try Pattern("(?<=a)b")
        #expect(try pattern.firstMatch(in: bytes("ab"), from: 1)?.range == 1..<2)
        #expect(try pattern.firstMatch(in: bytes("ab"), from: 3) == nil)
        #expect(try pattern.firstMatch(in: bytes("ab"), from: -1) == nil)
    }

    @Test("options change what matches")
    func options() throws {
        #expect(try Pattern("AB", options: .caseInsensitive).matches("xab"))
        #expect(try !Pattern("a.b").matches("a\nb"))
        #expect(try Pattern("a.b", options: .dotMatchesNewlines).matches("a\nb"))
        #expect(try Pattern("a.b", options: [.literal, .multiline]).matches("xa.by"))
        #expect(try !Pattern("a.b", options: .literal).matches("axb"))
        #expect(try !Pattern("b", options: .anchored).matches("ab"))
    }

    @Test("a deep match has stack enough")
    func deepMatch() throws {
        let subject = [UInt8](repeating: 0x61, count: 20_000) + [0x62]
        #expect(try Pattern("^(?:(a)|(c))*b$").matches(subject))
    }

    @Test("one pattern serves many tasks at once")
    func concurrent() async throws {
        let pattern = try Pattern(#"line (\d+) end"#)
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<16 {
                group.addTask {
                    var count = 0
                    for number in 0..<500 {
                        let text = Array("xx line \(task * 1_000 + number) end".utf8)
                        guard let range = try pattern.firstMatch(in: text)?.groups[1] else { continue }
                        if String(decoding: text[range], as: UTF8.self) == "\(task * 1_000 + number)" { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sums == 8_000)
    }

    @Test("a pattern with too many groups is refused, not cut short")
    func manyGroups() throws {
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "(a)", count: 300)) }
        #expect(try Pattern(String(repeating: "(a)", count: 200)).groupCount == 200)
    }

    /// Patterns whose work grows with the square of a text, or worse, each with texts that make it so.
    static let catastrophes: [(pattern: String, text: String)] = [
        (#"^(\w+\s?)*$"#, String(repeating: "word ", count: 30) + "!"),
        (#"(x+x+)+y"#, String(repeating: "x", count: 200)),
        (#"(.*)*(.*)*z\d"#, String(repeating: "z", count: 300)),
        (#"x.*y\d"#, String(repeating: "xy", count: 150_000)),
        (#"(?:a|b|ab)*c\d"#, String(repeating: "ab", count: 100_000) + "c"),
        (#"\w+\d;"#, String(repeating: "a1", count: 300_000)),
    ]

    @Test("a catastrophic pattern ends soon, with an answer or as a runaway", arguments: catastrophes.indices)
    func catastrophe(index: Int) throws {
        let (text, subject) = Self.catastrophes[index]
        let pattern = try Pattern(text)
        let bytes = bytes(subject)
        let clock = ContinuousClock()
        let began = clock.now
        do { _ = try pattern.allMatches(in: bytes) } catch { #expect(error == .runaway(pattern: text)) }
        #expect(clock.now - began < .seconds(3))
    }

    @Test("many matches that are each dear are stopped as one")
    func dearMatches() throws {
        let text = String(repeating: "password x ", count: 40_000)
        let clock = ContinuousClock()
        let began = clock.now
        #expect(throws: PatternError.self) { try Pattern(#"password (\S+)(?!.*nowhere)"#).allMatches(in: bytes(text)) }
        #expect(clock.now - began < .seconds(3))
    }

    @Test(
        "an honest pattern reads a text of many megabytes",
        arguments: [#"password (\S+)"#, #"^(?:a|b)\S* x$"#, "(?i)KEY-\\d+"])
    func largeText(text: String) throws {
        let subject = bytes(String(repeating: "lorem ipsum dolor key-x password abc ", count: 200_000))
        let expected = text.hasPrefix("password") ? 200_000 : 0
        #expect(try Pattern(text, options: .multiline).allMatches(in: subject).count == expected)
    }

    @Test(
        "what no limit holds is refused before it is compiled",
        arguments: [
            "(?R)", "(a(?1))", "(?<x>a(?&x))", "(?P>x)(?<x>a)", "(a)(?-1)", "(a)(?+1)(b)", "(?C1)a", "(*COMMIT)a",
            "(*LIMIT_MATCH=1)a", String(repeating: "a", count: 9_000), "(?<=a{300})b",
            String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60),
        ])
    func refused(text: String) {
        #expect {
            try Pattern(text)
        } throws: { error in
            guard case .invalid(_, _, let reason)? = error as? PatternError else { return false }
            return !reason.isEmpty
        }
    }

    @Test(
        "what only looks like it is a pattern",
        arguments: [#"\(\?R"#, "[(*]a", #"\Q(?R)\E"#, "(?-i)a", "[]((?R]", "[[:alpha:](*]", "(?=a)a", "(?<!b)a"])
    func allowed(text: String) throws { _ = try Pattern(text) }

    @Test("a search may go on within a match")
    func goingOn() throws {
        var found: [Int] = []
        try bytes("aaaa").withUnsafeBufferPointer { buffer in
            try Pattern("aa").forEachMatch(in: buffer) { match in
                found.append(match.range.lowerBound)
                return match.range.lowerBound + 1
            }
        }
        #expect(found == [0, 1, 2])
    }
}
