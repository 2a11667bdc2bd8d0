import ConfigModel
import Foundation
import Testing

@testable import ConfigAnalysis

/// What the net alone masks in the lines that recordings of real devices must store. The recordings are no part of the
/// repository: where they are absent nothing is tested.
@Suite("The net on recorded configurations")
struct RecordedLinesTests {
    private struct Expected: Decodable {
        var must_be_stored: [String]
        var secrets: [String]
    }

    static let recordings: [URL] = {
        let root = URL(filePath: #filePath).appending(path: "../../../../shared/recordings").standardizedFileURL
        let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects as? [URL]
        return (found ?? []).filter { $0.lastPathComponent == "expected.json" }.sorted { $0.path < $1.path }
    }()

    @Test("what is masked is a secret", arguments: recordings)
    func masked(file: URL) throws {
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
        let lines = expected.must_be_stored
        let bare = Platform(name: "bare")
        let text = Array(lines.joined(separator: "\n").utf8)
        let result = try Samples.comparable(text, platform: bare)
        let stored = Samples.text(result.bytes).split(separator: "\n", omittingEmptySubsequences: false)
        for secret in expected.secrets {
            #expect(!stored.contains { $0.contains(secret) }, "the net lets a secret of \(file.path) through")
        }
        for place in Set(result.uncovered.map(\.line)).sorted() {
            let line = stored[place - 1].replacing(/<secret:uncovered:[0-9a-f]{16}>/, with: "…")
            #expect(try Self.judged.contains { line.firstMatch(of: try Regex($0)) != nil }, "is it a secret? \(line)")
        }
    }

    /// The forms of what the net masks in them, each looked at: passwords, hashes, communities, keys, addresses.
    private static let judged = [
        #"\b(enable|username|user) .*(password|secret)( \d| ciphertext)? …"#, #"^passwd … encrypted"#,
        #"snmp-server community …"#, #"snmp-server host \S+( vrf \S+)?( informs| traps)?( version \w+)? …"#,
        #"^ *(client \S+ )?(server-)?key( \d)? …"#, #"tacacs-server key \d …"#, #"^ *set [\w-]+ ENC …$"#,
        #"^ *encrypted-password "…"; ## SECRET-DATA$"#, #"://\w+:…@"#, #" password "…"; ## SECRET-DATA$"#,
        #" password=… "#, #" trap-community=…$"#, #"<\w*([Pp]assword|community)>…</"#, #"<prv>…</prv>"#, #"^…$"#,
    ]
}
