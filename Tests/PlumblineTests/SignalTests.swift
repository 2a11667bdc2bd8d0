import Foundation
import Testing

@Suite("Told to end", .serialized)
struct SignalTests {
    private func hospital() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        _ = try CommandLineTool(["init", "."], in: folder.path)
        try folder.write("timeout: 20s\ngrace: 1s\nonboarding: until 2099-01-01\n", to: "plumbline.yaml")
        try folder.write(
            "#!/bin/sh\nsleep 0.$(($(date +%N | cut -c1 ) % 4))\necho version 15.2; echo hostname $PLUMBLINE_DEVICE; date +%N; echo a; echo b; echo end\n",
            to: "fetch")
        let devices = (1...12).map { "  - { id: d-\($0), platform: cisco_ios, method: { command: [./fetch] } }\n" }
        try folder.write("group: ward\ndevices:\n" + devices.joined(), to: "Inventory/groups/example.yaml")
        for path in ["", "/fetch"] { chmod(folder.path + path, 0o755) }
        return folder
    }

    @Test(
        "SIGTERM at any moment of a run: it stores what came, ends by its result, and the store and the next run are sound"
    )
    func anyMoment() throws {
        let folder = try hospital()
        let built = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "plumbline")
        for milliseconds in [20, 60, 120, 200, 300, 400, 600, 900] {
            let run = Process()
            run.executableURL = built
            run.arguments = ["run", "--all", "--format", "json"]
            run.currentDirectoryURL = URL(filePath: folder.path)
            let pipe = Pipe()
            run.standardOutput = pipe
            run.standardError = FileHandle.nullDevice
            try run.run()
            usleep(UInt32(milliseconds * 1000))
            run.terminate()
            let output = pipe.fileHandleForReading.readDataToEndOfFile()
            run.waitUntilExit()
            // Before the handler is there, the signal itself ends it.
            if run.terminationReason == .uncaughtSignal {
                #expect(milliseconds < 100 && output.isEmpty)
            } else {
                #expect(run.terminationStatus <= 2, "\(milliseconds) ms: \(run.terminationStatus)")
                #expect((try? JSONSerialization.jsonObject(with: output)) is [String: Any])
            }
            #expect(try CommandLineTool(["store", "verify"], in: folder.path).status == 0, "\(milliseconds) ms")
        }
        let last = try CommandLineTool(["run", "--all"], in: folder.path)
        #expect(last.status <= 1 && last.output.contains("12 devices"), "\(last)")
    }
}
