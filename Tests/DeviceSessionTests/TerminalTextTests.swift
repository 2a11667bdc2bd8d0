import Testing

@testable import DeviceSession

@Suite("What a terminal would show")
struct TerminalTextTests {
    @Test(
        "controls are obeyed, at every cut",
        arguments: [
            ("plain\n", "plain\n"),
            ("cr lf\r\nlf cr\n\rcr cr lf\r\r\n", "cr lf\nlf cr\ncr cr lf\n"),
            ("tab\tand \u{C} and \u{1} stay\n", "tab\tand \u{C} and \u{1} stay\n"),
            ("nul\0 and bell\u{7} go\n", "nul and bell go\n"),
            ("abcdef\rxy\n", "xycdef\n"),
            ("abc\u{8} \u{8}d\n", "abd\n"),
            ("a mark\u{8}\u{8}\u{8}\u{8}    \u{8}\u{8}\u{8}\u{8}b\n", "a b\n"),
            ("--More-- \r         \rend\n", "end\n"),
            ("--More--\r        \r\n", "\n"),
            ("   blank ends stay   \n   \n", "   blank ends stay   \n   \n"),
            ("gr\u{1B}[31mee\u{1B}[0;1mn\u{1B}[K\n", "green\n"),
            ("x\u{1B}[2Ky\u{1B}[1Gz\n", "zy\n"),
            ("abc\u{1B}[2DX\n", "aXc\n"),
            ("abc\u{1B}[3GX\u{1B}[KY\n", "abXY\n"),
            ("\u{1B}]0;title\u{7}a\u{1B}]0;t\u{1B}\\b\u{1B}(Bc\u{1B}7d\n", "abcd\n"),
            ("broken \u{1B}[12\nline\u{1B}]never ended\nnext\n", "broken \nline\nnext\n"),
            ("one\u{1B}Etwo\n", "one\ntwo\n"),
            ("\u{1B}[1;1Hone\u{1B}[2;1Htwo\n", "one\ntwo\n"),
            ("ä\u{8} \u{8}b ü\n", "b ü\n"),
            ("a\u{1B}[9999999999999999999C\n", "a\n"),
        ])
    func shown(sent: String, expected: String) {
        let bytes = Array(sent.utf8)
        for cut in 0...bytes.count {
            var terminal = TerminalText()
            terminal.feed(bytes[..<cut])
            terminal.feed(bytes[cut...])
            #expect(terminal.text == Array(expected.utf8), "cut after \(cut)")
        }
    }

    @Test("bytes that are no UTF-8 stay exactly as they are")
    func invalid() {
        let bytes: [UInt8] = [0x80, 0xFF, 0xC3, 0x28, 0xF0, 0x9F, 0x9B, 0x0A]
        var terminal = TerminalText()
        terminal.feed(bytes)
        #expect(terminal.text == bytes)
    }

    @Test("a pager's mark goes, whether the device erases it, overwrites it or leaves it")
    func marks() {
        for (after, expected) in [
            ("\nnext\n", "before\nnext\n"), ("\rnext\n", "before\nnext\n"),
            ("\r\u{1B}[Ka longer line\n", "before\na longer line\n"),
            ("\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}next\n", "before\nnext\n"), ("next\n", "before\nnext\n"),
            ("\r        \r\nx\n", "before\n\nx\n"),
        ] {
            var terminal = TerminalText()
            terminal.feed(Array("before\n--More--".utf8))
            terminal.treatAsMark(0..<8)
            terminal.feed(Array(after.utf8))
            #expect(String(decoding: terminal.text, as: UTF8.self) == expected, "\(after.debugDescription)")
        }
    }
}
