import Foundation
import RealServers
import Testing

/// Whether this run may skip nothing for want of privilege or packages: `.ci/run` says so.
private let isStrict = ProcessInfo.processInfo.environment["PLUMBLINE_TESTS_MUST_RUN"] == "1"

@Suite("Where tests must run", .enabled(if: isStrict, "only where PLUMBLINE_TESTS_MUST_RUN is 1, as in CI"))
struct NothingSkippedTests {
    @Test("no test against a real server is skipped")
    func realServers() {
        #expect(RealSSHServer.hindrance == nil)
        #expect(FRRouting.isAvailable)
        for program in ["/usr/sbin/dropbear", "/usr/bin/dropbearconvert", "/usr/bin/vtysh", "/usr/bin/ssh-agent"] {
            #expect(FileManager.default.isExecutableFile(atPath: program), "\(program): run Scripts/bootstrap")
        }
    }
}
