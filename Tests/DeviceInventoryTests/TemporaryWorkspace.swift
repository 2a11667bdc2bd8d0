import ConfigModel
import Foundation
import Testing

@testable import DeviceInventory

/// A workspace in a temporary folder, removed with the value that owns it.
final class TemporaryWorkspace {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.path + "/plumbline-inventory-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/Inventory/groups", withIntermediateDirectories: true)
        for (name, text) in files { try write(name, Data(text.utf8)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: Data) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: file)
    }

    func faults() -> [String] { withExtendedLifetime(self) { Self.faults(in: path) } }

    func settings(environment: [String: String] = [:]) throws(ConfigurationFaults) -> Settings {
        // Read within a method: else the folder could be gone, with the last use of the value, before it is read.
        defer { withExtendedLifetime(self) {} }
        return try Settings.read(workspace: path, environment: environment)
    }

    func inventory(settings: Settings = .defaults) throws(ConfigurationFaults) -> Inventory {
        defer { withExtendedLifetime(self) {} }
        return try Inventory.read(workspace: path, settings: settings)
    }

    func platforms() throws(ConfigurationFaults) -> [Platform] {
        defer { withExtendedLifetime(self) {} }
        return try Inventory.readPlatforms(workspace: path)
    }

    func run(_ program: String, _ arguments: [String]) throws -> ProgramRun? {
        defer { withExtendedLifetime(self) {} }
        return try ProgramRun.run(program, arguments)
    }

    func read(_ name: String) throws -> [UInt8] {
        defer { withExtendedLifetime(self) {} }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    /// The faults of the settings and the inventory, as a person would see them.
    static func faults(in path: String) -> [String] {
        var faults: [Fault] = []
        do throws(ConfigurationFaults) { _ = try Settings.read(workspace: path, environment: [:]) } catch {
            faults += error.faults
        }
        do throws(ConfigurationFaults) { _ = try Inventory.read(workspace: path) } catch { faults += error.faults }
        return faults.sorted().map(\.description)
    }
}

/// A program and what it printed.
struct ProgramRun {
    var status: Int32
    var output: String

    /// - Returns: nil where there is no such program.
    static func run(_ path: String, _ arguments: [String], input: String? = nil) throws -> ProgramRun? {
        guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let stdin = Pipe()
        process.standardInput = stdin
        try process.run()
        if let input { try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try stdin.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return ProgramRun(status: process.terminationStatus, output: text)
    }
}
