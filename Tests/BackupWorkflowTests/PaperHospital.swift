import ConfigModel
import DeviceInventory
import Foundation
import SnapshotStore

@testable import BackupWorkflow

/// A hospital whose devices are files that a program prints: quick, and changed by writing a file.
struct PaperHospital {
    let hospital: TestHospital

    static let config = """
        version 15.2
        hostname pump-1
        service password-encryption
        username netadmin privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
        interface GigabitEthernet0/1
         description bed 40
        line vty 0 4
         transport input ssh
        end

        """

    /// - Parameter devices: Ids with their platforms.
    init(
        _ devices: [String: String] = ["pump-1": "cisco_ios"], settings: String = "", files: [String: String] = [:]
    ) async throws {
        hospital = try await TestHospital([], settings: settings, files: files)
        chmod(hospital.root, 0o755)
        try hospital.folder.write("#!/bin/sh\nexec cat \"texts/$PLUMBLINE_DEVICE\"\n", to: "fetch")
        chmod(hospital.root + "/fetch", 0o755)
        let lines = devices.sorted { $0.key < $1.key }.map {
            "  - { id: \($0.key), platform: \($0.value), tags: [paper], method: { command: [./fetch] } }"
        }
        try hospital.folder.write(
            "group: ward\ndevices:\n\(lines.joined(separator: "\n"))\n", to: "Inventory/groups/ward.yaml")
        for (name, platform) in devices where platform == "cisco_ios" { try write(Self.config, to: name) }
    }

    func write(_ text: String, to device: String) throws { try hospital.folder.write(text, to: "texts/\(device)") }

    func change(_ old: String, _ new: String, of device: String = "pump-1") throws {
        let path = hospital.root + "/texts/\(device)"
        try write(try String(contentsOfFile: path, encoding: .utf8).replacing(old, with: new), to: device)
    }

    var workspace: Workspace { get throws { try hospital.workspace() } }

    @discardableResult
    func decide(_ decision: ApprovalWorkflow.Decision) async throws -> ApprovalWorkflow.Result {
        let workspace = try workspace
        return try await ApprovalWorkflow(workspace: workspace, store: try await workspace.storeForReading())
            .decide(decision)
    }

    @discardableResult
    func approve(
        by: String = "ada", key: String? = nil, reason: String? = nil, adopted: Bool = false, expires: Day? = nil
    ) async throws -> ApprovalWorkflow.Result {
        try await decide(
            .init(
                approve: try workspace.inventory.devices.map { .init(device: $0, version: .latest) }, by: by,
                reason: reason, isAdopted: adopted, expires: expires, key: key))
    }

    func standing(at now: Date = Date()) async throws -> Standing {
        let workspace = try workspace
        let store = try await workspace.storeForReading()
        return try await StandingCheck(workspace: workspace, store: store, now: now)
            .standings(of: [workspace.inventory.devices[0]])[0]
    }

    func exit(_ standing: Standing, onboarding: Bool = false) -> BackupWorkflow.ExitStatus {
        .of([standing], failOn: .any, onboarding: onboarding)
    }
}
