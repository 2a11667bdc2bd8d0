import ConfigModel
import Foundation
import Testing

@testable import DeviceSession

@Suite("Globs")
struct GlobTests {
    @Test(
        "match as a shell would",
        arguments: [
            ("/etc/*.conf", "/etc/a.conf", true), ("/etc/*.conf", "/etc/sub/a.conf", false),
            ("/etc/*.conf", "/etc/.a.conf", false), ("/etc/.*", "/etc/.a", true), ("/etc/?b", "/etc/ab", true),
            ("/etc/[a-c]x", "/etc/bx", true), ("/etc/[!a-c]x", "/etc/bx", false), ("/etc/[^a-c]x", "/etc/dx", true),
            ("/etc/[]]x", "/etc/]x", true), ("/etc/[ab", "/etc/[ab", true), ("/a/*/c", "/a/b/c", true),
            ("/a/*/c", "/a/../c", false), ("/a*b*c", "/aXbYbZc", true), ("/a*b*c", "/aXbYbZ", false),
            ("/etc/a", "/etc/a", true),
            ("/etc/a", "/etc//a", false), ("/etc/a", "etc/a", false),
        ])
    func matches(glob: String, path: String, expected: Bool) throws {
        #expect(try #require(PathGlob(glob)).matches(path: path) == expected)
    }

    @Test(
        "that are no path of a file are refused",
        arguments: ["", "/", "etc/x", "/etc/", "/etc/../x", "/a/./b", "/a\nb", "/a\0"])
    func refused(text: String) {
        #expect(PathGlob(text) == nil)
    }

    @Test("a star after a star takes no exponential time")
    func adversarial() throws {
        let glob = try #require(PathGlob("/" + String(repeating: "*a", count: 60) + "b"))
        #expect(!glob.matches(path: "/" + String(repeating: "a", count: 4000)))
    }

    @Test("a real shell lists regular files only, whatever their names are")
    func realShell() throws {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appending(path: "plumbline glob '\(UUID().uuidString)")
        try manager.createDirectory(at: folder.appending(path: "sub.conf"), withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: folder) }
        for name in ["a.conf", "it's $(x) `y` ;z.conf", "b.txt", ".hidden.conf"] {
            try Data("x".utf8).write(to: folder.appending(path: name))
        }
        try manager.createSymbolicLink(
            at: folder.appending(path: "link.conf"), withDestinationURL: folder.appending(path: "b.txt"))
        #expect(mkfifo(folder.appending(path: "pipe.conf").path(percentEncoded: false), 0o600) == 0)

        let path = folder.path(percentEncoded: false)
        let glob = try #require(PathGlob((path.hasSuffix("/") ? String(path.dropLast()) : path) + "/*.conf"))
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", glob.listingCommand]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let listed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        let names = listed.split(separator: "\n").compactMap { $0.split(separator: "/").last.map(String.init) }
        #expect(names.sorted() == ["a.conf", "it's $(x) `y` ;z.conf", "link.conf"])
        #expect(listed.split(separator: "\n").allSatisfy { glob.matches(path: String($0)) })
    }
}
