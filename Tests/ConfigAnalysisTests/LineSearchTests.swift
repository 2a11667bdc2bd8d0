import ConfigModel
import Patterns
import Testing

@testable import ConfigAnalysis

@Suite("Search in a text")
struct LineSearchTests {
    private let text = Array(
        """
        hostname sw
        interface Vlan1
         ip address 10.0.0.1 255.0.0.0
         description telnet
        line vty 0 4
         transport input ssh telnet telnet

        """.utf8)

    private func hits(
        _ pattern: String, isLiteral: Bool = false, ignoresCase: Bool = false, most: Int = .max
    ) throws -> [SearchHit] {
        try LineSearch(LineSearch.Query(pattern, isLiteral: isLiteral, ignoresCase: ignoresCase)).hits(
            in: text, most: most, syntax: .indented)
    }

    @Test("a hit has its line number, its sections, and every match of the line")
    func sections() throws {
        let found = try hits("telnet")
        #expect(found.map(\.line) == [4, 6])
        #expect(found.map(\.section) == [["interface Vlan1"], ["line vty 0 4"]])
        #expect(found[1].text == " transport input ssh telnet telnet")
        #expect(found[1].matches == [21..<27, 28..<34])
        #expect(found[1].pieces.map(\.text) == [" transport input ssh ", "telnet", " ", "telnet"])
        #expect(try hits("hostname")[0].section == [])
    }

    @Test("a pattern is held against one line at a time")
    func lines() throws {
        #expect(try hits(#"^hostname sw$"#).map(\.line) == [1])
        #expect(try hits(#"sw\s+interface"#).isEmpty)
        #expect(try hits("^ip").isEmpty)
        #expect(try hits("HOSTNAME").isEmpty)
        #expect(try hits("HOSTNAME", ignoresCase: true).count == 1)
        #expect(try hits("10.0.0.1", isLiteral: true).count == 1)
        #expect(try hits("10.0.0..", isLiteral: true).isEmpty)
        #expect(try hits("(?=telnet)", most: 1).map(\.line) == [4])
    }

    @Test("a bad pattern is refused with its place, and one that runs away is stopped")
    func badPatterns() throws {
        #expect(throws: PatternError.self) { try LineSearch(LineSearch.Query("a(b")) }
        #expect(throws: PatternError.self) { try LineSearch(LineSearch.Query("(?R)")) }
        let line = Array(String(repeating: "a", count: 60).utf8) + [0x21, 0x0A]
        let search = try LineSearch(LineSearch.Query(#"^(?:(a+)\1?)+(?:b|c)\1$"#))
        #expect(throws: PatternError.self) { try search.hits(in: line + line, syntax: .opaque) }
    }

    @Test("bytes that are no text are found and shown without an end of the program")
    func noText() throws {
        let bytes: [UInt8] = [0xFF, 0x61, 0xC3, 0x0A, 0x00, 0x61, 0x0D, 0x0A]
        let found = try LineSearch(LineSearch.Query("a")).hits(in: bytes, syntax: .opaque)
        #expect(found.map(\.line) == [1, 2])
        #expect(found[0].pieces.map(\.isMatch) == [false, true, false])
        #expect(try LineSearch(LineSearch.Query("a")).hits(in: [], syntax: .indented) == [])
    }
}
