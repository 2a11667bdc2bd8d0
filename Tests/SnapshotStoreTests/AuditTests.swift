import ConfigModel
import Foundation
import Subprocess
import Testing

@testable import SnapshotStore

@Suite("The audit log")
struct AuditTests {
    private let fixture: StoreFixture
    private let log: AuditLog
    private let actor = AuditActor(uid: 990, user: "plumbline", sudoUser: "anna", command: "plumbline run --all")

    init() throws {
        fixture = try StoreFixture()
        try FileManager.default.createDirectory(atPath: fixture.variable, withIntermediateDirectories: true)
        log = AuditLog(directory: fixture.variable)
    }

    private func fill(_ count: Int) throws {
        for number in 0..<count {
            try log.append(
                "run", subject: "number \(number)", by: actor, at: StoreFixture.started + Double(number))
        }
    }

    private var lines: [String] {
        get throws {
            try String(contentsOfFile: log.path, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast().map(String.init)
        }
    }

    private func rewrite(_ change: (inout [String]) -> Void) throws {
        var all = try lines
        change(&all)
        try Data((all.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: log.path))
    }

    /// The loop that the documentation of `AuditLog` names, run by the shell.
    private func checkWithStockTools() async throws -> String {
        let script = """
            want=$(printf '%064d' 0); n=0
            while IFS= read -r line; do
                n=$((n + 1))
                case $line in '{"previous":"'"$want"'",'*) ;; *) echo "line $n does not follow the line before it" ;; esac
                want=$(printf %s "$line" | sha256sum | cut -d ' ' -f 1)
            done < "$1"; echo "$n lines, head $want"
            """
        return try await fixture.run("sh", "-c", script, "sh", log.path)
    }

    @Test("an entry says who, what, on which, when and why, in one line that sha256sum and sh can follow")
    func entries() async throws {
        try fill(2)
        let head = try log.append(
            "show collected", subject: "sw-1@3", reason: "restore after INC-7", details: ["artifact": "running-config"],
            by: actor, at: StoreFixture.started + 5)
        let last = try #require(try lines.last)
        #expect(last.hasPrefix(#"{"previous":""#))
        #expect(
            last.hasSuffix(
                #""sequence":3,"time":"2026-11-23T02:15:05Z","uid":990,"user":"plumbline","sudoUser":"anna","#
                    + #""command":"plumbline run --all","action":"show collected","subject":"sw-1@3","#
                    + #""reason":"restore after INC-7","details":{"artifact":"running-config"}}"#))
        #expect(try await checkWithStockTools() == "3 lines, head \(head.hash)\n")
        #expect(try log.head() == head)
        let report = try log.verify(anchors: [AuditAnchor(head: head, place: "here")])
        #expect(
            report
                == {
                    var all = AuditReport(); all.lines = 3; all.head = head; return all
                }())
        let mode = try FileManager.default.attributesOfItem(atPath: log.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("this process is known by uid, name and what it was asked to do")
    func current() throws {
        try log.append("init", subject: "x")
        let entry = try #require(AuditEntry(parsing: Array(try lines[0].utf8)))
        #expect(entry.uid == geteuid())
        #expect(entry.user == NSUserName())
        #expect(entry.command.hasPrefix("plumbline"))
    }

    @Test(
        "a hostile name forges no line, and nothing of it reaches a terminal as it is",
        arguments: [
            "a\nb", "\u{1B}[2J", "\"},{\"previous\":\"0\"", "\\", "\u{202E}txt", "\u{0}", "é😀", "\u{85}\u{2028}",
        ])
    func hostile(name: String) async throws {
        try log.append("run", subject: name, reason: name, details: [name: name], by: actor)
        let head = try log.append("run", subject: "after", by: actor)
        let bytes = try Data(contentsOf: URL(filePath: log.path))
        #expect(bytes.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
        #expect(try await checkWithStockTools() == "2 lines, head \(head.hash)\n")
        let entry = try #require(AuditEntry(parsing: Array(try lines[0].utf8)))
        #expect(entry.subject == name && entry.details == [name: name])
        #expect(try log.verify().faults.isEmpty)
    }

    @Test("endless texts are clipped, so that a line stays a line")
    func clipped() throws {
        let endless = String(repeating: "😀", count: 20_000)
        let details = Dictionary(uniqueKeysWithValues: (0..<40).map { ("\($0)" + endless, endless) })
        try log.append("run", subject: endless, reason: endless, details: details, by: actor)
        try log.append("run", subject: "next", by: actor)
        #expect(try lines.allSatisfy { $0.utf8.count <= AuditLog.longestLine })
        #expect(try log.verify().faults.isEmpty)
    }

    @Test("a changed line is named", arguments: 1...4)
    func changed(line: Int) async throws {
        try fill(5)
        try rewrite { $0[line - 1] = $0[line - 1].replacing("number", with: "nobody") }
        #expect(try log.verify().faults.map(\.line) == [line])
        #expect(try await checkWithStockTools().contains("line \(line + 1) does not follow"))
    }

    @Test("of a change in the last line a head that was recorded elsewhere knows")
    func lastChanged() throws {
        try fill(5)
        let anchor = AuditAnchor(head: try #require(try log.head()), place: "commit 3f0c")
        try rewrite { $0[4] = $0[4].replacing("number", with: "nobody") }
        let report = try log.verify(anchors: [anchor])
        #expect(report.faults.map(\.line) == [5])
        #expect(report.faults[0].reason.contains("commit 3f0c"))
    }

    @Test("a line that was damaged so that it is no entry is named", arguments: 1...5)
    func damaged(line: Int) throws {
        try fill(5)
        try rewrite { $0[line - 1] = String($0[line - 1].dropLast(9)) }
        #expect(try log.verify().faults.map(\.line) == [line])
    }

    @Test("every changed byte of the log is found", .timeLimit(.minutes(1)))
    func flips() throws {
        try fill(3)
        let anchor = AuditAnchor(head: try #require(try log.head()), place: "here")
        let sound = try Data(contentsOf: URL(filePath: log.path))
        for index in sound.indices {
            for bit in [0, 5] {
                var bytes = sound
                bytes[index] ^= 1 << bit
                try bytes.write(to: URL(filePath: log.path))
                let report = try log.verify(anchors: [anchor])
                let isLastEnd = index == sound.count - 1
                #expect(!report.faults.isEmpty || (isLastEnd && !report.remarks.isEmpty), "byte \(index) bit \(bit)")
            }
        }
    }

    @Test("removed lines are told by their numbers")
    func removed() throws {
        try fill(6)
        try rewrite { $0.removeSubrange(2...3) }
        let faults = try log.verify().faults
        #expect(faults.map(\.line) == [3])
        #expect(faults[0].reason.contains("entries 3 to 4"))
        try rewrite { $0.removeFirst(2) }
        #expect(try log.verify().faults.first == AuditFault(line: 1, reason: "entries 1 to 4 are missing before it"))
    }

    @Test("lines that changed places are told")
    func reordered() throws {
        try fill(6)
        try rewrite { $0.swapAt(2, 3) }
        #expect(try log.verify().faults.map(\.line) == [3, 4])
    }

    @Test("a line that was put in is told, though its hash fits")
    func inserted() throws {
        try fill(3)
        let copy = try lines[1]
        try rewrite { $0.insert(copy, at: 2) }
        #expect(try log.verify().faults.map(\.line) == [3])
    }

    @Test("a tail that was cut off is missed by whom had recorded the head, and so is the whole log")
    func truncated() throws {
        try fill(6)
        let anchor = AuditAnchor(head: try #require(try log.head()), place: "commit 3f0c")
        try rewrite { $0.removeLast(2) }
        #expect(try log.verify().faults.isEmpty)
        let faults = try log.verify(anchors: [anchor]).faults
        #expect(faults.map(\.line) == [5])
        #expect(faults[0].reason.contains("entries 5 to 6") && faults[0].reason.contains("commit 3f0c"))
        try FileManager.default.removeItem(atPath: log.path)
        #expect(try log.verify(anchors: [anchor]).faults.map(\.line) == [1])
    }

    @Test("half a line of a killed process is closed off, said, and the chain goes on", arguments: [1, 40, 150])
    func unfinished(kept: Int) async throws {
        try fill(3)
        let bytes = try Data(contentsOf: URL(filePath: log.path))
        let third = Array(try lines[2].utf8)
        try bytes.prefix(bytes.count - third.count - 1 + kept).write(to: URL(filePath: log.path))
        #expect(try log.verify().faults.isEmpty)
        #expect(try log.verify().remarks.map(\.line) == [3])
        #expect(try log.head() == nil)
        try log.append("run", subject: "next", by: actor, at: StoreFixture.started + 9)
        try log.append("run", subject: "and next", by: actor, at: StoreFixture.started + 10)
        let report = try log.verify()
        #expect(report.faults.isEmpty, "\(report.faults)")
        #expect(report.remarks.map(\.line) == [3])
        #expect(report.head?.sequence == 4)
        let entry = try #require(AuditEntry(parsing: Array(try lines[3].utf8)))
        #expect(entry.notes == [.unfinished] && entry.sequence == 3)
    }

    @Test("a whole line that only lacks its end is an entry")
    func noLineEnd() throws {
        try fill(3)
        try Data(contentsOf: URL(filePath: log.path)).dropLast().write(to: URL(filePath: log.path))
        try log.append("run", subject: "next", by: actor, at: StoreFixture.started + 9)
        let report = try log.verify()
        #expect(report.faults.isEmpty && report.remarks.isEmpty && report.lines == 4)
    }

    @Test("an unfinished line excuses no other: what was cut into one after the fact is a fault")
    func noExcuse() throws {
        try fill(4)
        try rewrite { $0[1] = String($0[1].prefix(50)) }
        #expect(try log.verify().faults.map(\.line) == [2])
    }

    @Test("a clock that went back is noted, and is no fault")
    func clock() throws {
        try log.append("run", subject: "late", by: actor, at: StoreFixture.started + 3600)
        try log.append("run", subject: "early", by: actor, at: StoreFixture.started)
        let report = try log.verify()
        #expect(report.faults.isEmpty)
        #expect(report.remarks == [AuditFault(line: 2, reason: "the clock went back")])
    }

    @Test("many at once make one chain")
    func concurrent() async throws {
        await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask { [log, actor] in
                    for number in 0..<25 { try log.append("run", subject: "\(writer) \(number)", by: actor) }
                }
            }
        }
        let report = try log.verify()
        #expect(report.faults.isEmpty && report.lines == 200 && report.head?.sequence == 200)
    }

    @Test("rubbish of megabytes without a line end is named, and the chain goes on behind it")
    func rubbish() throws {
        try fill(2)
        let handle = try FileHandle(forUpdating: URL(filePath: log.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(repeating: 0x78, count: 5 << 20) + [0x0A])
        try handle.close()
        try log.append("run", subject: "next", by: actor)
        try log.append("run", subject: "next", by: actor)
        let report = try log.verify()
        #expect(report.faults.map(\.line) == [3])
        #expect(report.head?.sequence == 4)
    }

    @Test("what is no plain file is refused", arguments: ["link", "folder", "pipe"])
    func notPlain(kind: String) throws {
        switch kind {
        case "link": symlink("/etc/passwd", log.path)
        case "folder": mkdir(log.path, 0o700)
        default: mkfifo(log.path, 0o600)
        }
        #expect(throws: StoreError.self) { try log.append("run", subject: "x") }
        #expect(throws: StoreError.self) { try log.verify() }
    }

    @Test("a run's commit and the index record the head, and both find a tail that was cut off")
    func anchored() async throws {
        try fill(2)
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "hostname a\n"])])
        let head = try #require(try log.head())
        #expect(try await fixture.git("log", "-1", "--format=%B").contains("\nAudit: \(head)\n"))
        try fill(1)
        try await store.recordRun(
            RunRecord(
                run: run(1), started: StoreFixture.started, finished: StoreFixture.started, exit: 0, command: "run",
                attempts: []))
        #expect(try await store.auditAnchors().map(\.head.sequence) == [3, 2])
        #expect(try await store.verifyAudit().faults.isEmpty)
        try rewrite { $0.removeLast() }
        #expect(try await store.verifyAudit().faults.map(\.line) == [3])
        try rewrite { $0.removeLast() }
        #expect(try await store.verifyAudit().faults[0].reason.contains("entries 2 to 3"))
    }
}
