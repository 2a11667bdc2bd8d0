import ConfigModel
import DeviceLab
import Foundation
import Testing

@testable import BackupWorkflow

/// The built program, killed by SIGKILL while it restores: what is left must be whole, and `resume` must know what to do.
@Suite("A restore whose process is killed", .serialized)
struct RestoreKillTests {
    @Test(
        "at any step it is finished or undone by resume, and nothing is left behind",
        arguments: [
            "storing what it has now", "checking what", "transferring", "writing", "collecting again", "confirming",
            "saving", "comparing what was saved", "cleaning up",
        ], [0, 150])
    func killed(words: String, after milliseconds: Int) async throws {
        let lab = try await RestoringLab(minute: .seconds(3))
        defer { lab.lab.stop() }
        try await lab.drifted()
        let before = lab.running
        let plan = try await lab.hospital.plan(["sw-a"])
        try KilledRestore.apply(lab.hospital, plan, device: "sw-a", at: words, after: milliseconds)

        let shelf = RestoreShelf(state: lab.hospital.root + "/var")
        let state = try #require(try shelf.states(of: plan).first)
        // It may have come to its end before the signal did.
        if state.state == "interrupted" {
            let results = try await lab.hospital.resume(plan)
            #expect([.restored, .undone].contains(results.first?.outcome), "\(results)")
        }
        let ended = try #require(try shelf.states(of: plan).first)
        #expect(ended.state == "restored" || ended.state == "undone" || ended.state == "planned", "\(ended)")
        if ended.state == "restored" {
            #expect(lab.running == lab.startup && lab.running.contains(" description pump"))
            #expect(try await lab.hospital.run().exit == .clean)
        } else {
            #expect(lab.running == before && !lab.startup.contains(" description changed by hand"))
        }
        #expect(lab.leftovers.isEmpty)
    }
}

/// A restore in a process of its own, which is killed.
enum KilledRestore {
    /// Applies the plan in a process of its own, and kills that when it says what it is about to do.
    static func apply(
        _ hospital: TestHospital, _ plan: RestorePlan, device: String, at words: String, after milliseconds: Int
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "plumbline")
        process.arguments = ["restore", "apply", plan.id, "--yes", "--reason", "a test"]
        process.currentDirectoryURL = URL(filePath: hospital.root)
        process.environment = ProcessInfo.processInfo.environment.merging(hospital.environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var said = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        // Not by FileHandle, which waits for all that it is asked for.
        while true {
            let count = read(errors.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            said += String(decoding: buffer[..<count], as: UTF8.self)
            if said.contains("\(device): \(words)") { break }
        }
        #expect(said.contains("\(device): \(words)"), "\(said)")
        if milliseconds > 0 { usleep(UInt32(milliseconds) * 1000) }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
