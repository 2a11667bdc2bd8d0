import Foundation
import Testing

/// The built programs, run as a person would.
struct CommandLineTool {
    let status: Int32
    let output: String
    let errors: String

    /// - Parameters:
    ///   - name: `plumbline` or `plumbline-lab`, beside the test bundle.
    ///   - folder: Where it is run.
    init(
        _ arguments: [String], of name: String = "plumbline", in folder: String, environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: name)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, for two pipes could fill up one after the other.
        let place = folder + "/.output-\(UInt64.random(in: 0 ... .max))"
        for suffix in ["1", "2"] { _ = FileManager.default.createFile(atPath: place + suffix, contents: nil) }
        defer { for suffix in ["1", "2"] { try? FileManager.default.removeItem(atPath: place + suffix) } }
        process.standardOutput = FileHandle(forWritingAtPath: place + "1")
        process.standardError = FileHandle(forWritingAtPath: place + "2")
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        output = try String(contentsOfFile: place + "1", encoding: .utf8)
        errors = try String(contentsOfFile: place + "2", encoding: .utf8)
    }
}

/// A folder of its own for a test, gone when the test is.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/plumbline-cli-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// Runs lines of shell, which must succeed.
    /// - Parameter place: The folder; nil for this one.
    @discardableResult
    func shell(_ script: String, in place: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(filePath: place ?? path)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script): \(output)")
        return output
    }
}
