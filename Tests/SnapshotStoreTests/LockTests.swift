import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Locks")
struct LockTests {
    @Test("a second run is told which process runs, and may run after it")
    func run() throws {
        let fixture = try StoreFixture()
        let locks = try WorkspaceLocks(directory: fixture.variable, command: "plumbline run --all")
        let lock = try locks.run(now: StoreFixture.started)
        let holder = LockHolder(
            process: ProcessInfo.processInfo.processIdentifier, command: "plumbline run --all",
            since: StoreFixture.started)
        #expect(throws: StoreError.locked(what: "another run", holder: holder)) { try locks.run() }
        #expect("\(StoreError.locked(what: "another run", holder: holder))".contains("process \(holder.process ?? 0)"))
        lock.release()
        try locks.run().release()
    }

    @Test("sessions with different devices do not exclude each other")
    func devices() throws {
        let fixture = try StoreFixture()
        let locks = try WorkspaceLocks(directory: fixture.variable, command: "run")
        let first = try locks.device(id("sw-a"))
        let second = try locks.device(id("sw-b"))
        #expect(throws: StoreError.self) { try locks.device(id("sw-a")) }
        first.release()
        second.release()
    }

    @Test("a process that was killed leaves no lock behind, only its name in the file")
    func killed() throws {
        let fixture = try StoreFixture()
        let locks = try WorkspaceLocks(directory: fixture.variable, command: "run")
        let path = "\(fixture.variable)/locks/run.lock"
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        child.arguments = [
            "-c",
            """
            import fcntl, os, sys
            file = open(sys.argv[1], 'w')
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(f'{os.getpid()}\\n2026-11-23T02:15:00Z\\nplumbline run\\n')
            file.flush()
            print('locked', flush=True)
            sys.stdin.read()
            """, path,
        ]
        let (input, output) = (Pipe(), Pipe())
        child.standardInput = input
        child.standardOutput = output
        try child.run()
        #expect(!output.fileHandleForReading.availableData.isEmpty)
        let holder = LockHolder(
            process: child.processIdentifier, command: "plumbline run", since: StoreFixture.started)
        #expect(throws: StoreError.locked(what: "another run", holder: holder)) { try locks.run() }
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        try locks.run().release()
    }
}
