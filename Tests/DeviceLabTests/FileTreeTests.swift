import Testing

@testable import DeviceLab

@Suite("The file tree")
struct FileTreeTests {
    @Test("links are followed, also relative ones; loops and gaps lead nowhere")
    func links() {
        var files = FileTree()
        files.write("/usr/lib/os-release", text: "x")
        files.link("/etc/os-release", to: "../usr/lib/os-release")
        files.link("/a", to: "/b")
        files.link("/b", to: "a")
        #expect(files.resolve("/etc/os-release") == "/usr/lib/os-release")
        #expect(files.resolve("/etc/../etc/./os-release") == "/usr/lib/os-release")
        #expect(files.resolve("/a") == nil)
        #expect(files.resolve("/usr/lib/os-release/x") == nil)
        #expect(files.names(in: "/") == ["a", "b", "etc", "usr"])
    }

    @Test("SFTP answers any cut of its packets, and ends on nonsense", arguments: [1, 3, 1000])
    func packets(cut: Int) throws {
        let device = SimulatedDevice(
            LabDevice(id: "a", hostKey: try .generate(), logins: [], system: FileTests.machine()))
        var server = SFTPServer(device: device, mayWrite: false)
        let requests: [UInt8] =
            [0, 0, 0, 5, 1, 0, 0, 0, 3] + [0, 0, 0, 18, 17, 0, 0, 0, 9, 0, 0, 0, 9] + Array("/etc/host".utf8)
        var answers: [UInt8] = []
        var rest = requests[...]
        while !rest.isEmpty {
            for case .write(let bytes) in server.receive(rest.prefix(cut)) { answers += bytes }
            rest = rest.dropFirst(cut)
        }
        #expect(answers.starts(with: [0, 0, 0, 64, 2, 0, 0, 0, 3]))
        #expect(answers.dropFirst(72).starts(with: [101, 0, 0, 0, 9, 0, 0, 0, 2]))
        #expect(server.receive([0xff, 0xff, 0xff, 0xff]) == [.finish(status: 1)])
    }
}
