import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials

/// Takes in a folder of golden configurations, one file a device, as templates of `Baselines/golden/`. Secrets do not come along:
/// they become `<secret>`.
package struct BaselineImport: Sendable {
    package struct Result: Sendable, Codable {
        package var imported: [DeviceID]
        /// Files that belong to no device, with the reasons.
        package var passedOver: [String: String]
        /// How many secrets were left out.
        package var secrets: Int
    }

    private let workspace: Workspace
    private let mode: GoldenTemplate.Mode
    private let replaces: Bool

    /// - Parameter replaces: Whether a template that is there already gives way.
    package init(workspace: Workspace, mode: GoldenTemplate.Mode, replaces: Bool) {
        self.workspace = workspace
        self.mode = mode
        self.replaces = replaces
    }

    package func take(folder: String) throws(WorkflowError) -> Result {
        let names = FileTree.names(in: folder).filter { !$0.hasPrefix(".") }
        guard !names.isEmpty else { throw .request("\(folder) has no files, or cannot be read") }
        var result = Result(imported: [], passedOver: [:], secrets: 0)
        var texts: [(Device, [UInt8])] = []
        for name in names {
            guard let device = device(named: name) else {
                result.passedOver[name] = "it is named after no device of the inventory"
                continue
            }
            guard let bytes = try? FileTree.bytes(of: folder + "/" + name), bytes.contains(where: { $0 > 0x20 }) else {
                result.passedOver[name] = "it is empty, or cannot be read"
                continue
            }
            let place = workspace.baselines + "/golden/\(device.id).yaml"
            guard replaces || !FileManager.default.fileExists(atPath: place) else {
                result.passedOver[name] = "Baselines/golden/\(device.id).yaml is there already: --force replaces it"
                continue
            }
            let (text, secrets) = try masked(bytes, device)
            texts.append((device, text))
            result.secrets += secrets
        }
        for (device, text) in texts {
            try write(text, of: device)
            result.imported.append(device.id)
        }
        return result
    }

    /// By the file's name, without what follows its last dot.
    private func device(named name: String) -> Device? {
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        for candidate in [name, stem] {
            if let id = DeviceID(candidate.lowercased()), let device = workspace.inventory.device(nowOrEarlier: id) {
                return device
            }
        }
        return nil
    }

    private func masked(_ bytes: [UInt8], _ device: Device) throws(WorkflowError) -> ([UInt8], Int) {
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .rules("the platform '\(device.platform)' is not known")
        }
        // A key of this moment alone: the digits are dropped.
        let key = FingerprintKey(epoch: 1, bytes: (0..<32).map { _ in UInt8.random(in: 0...255) })
        do throws(AnalysisError) {
            let text = try Normaliser(platform: platform).comparable(
                Artifact(name: .runningConfig, collected: bytes), device: device.id, key: key)
            let secrets = text.fingerprints.values.reduce(0, +) + text.uncovered.count
            return (withoutFingerprints(text.bytes), secrets)
        } catch {
            throw .rules("\(device.id): \(error)")
        }
    }

    private func write(_ text: [UInt8], of device: Device) throws(WorkflowError) {
        let folder = workspace.baselines + "/golden"
        let settings =
            "golden: \(YAMLScalar.quoted(device.id.text))\ndevices: \(YAMLScalar.quoted(device.id.text))\nmode: \(mode.rawValue)\n"
        // Braces of the configuration are none of Mustache's: other marks, which no configuration has, stand for tags.
        let template = Array("{{=<% %>=}}".utf8) + text
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileTree.write(template, to: "\(folder)/\(device.id).mustache")
            try FileTree.write(Array(settings.utf8), to: "\(folder)/\(device.id).yaml")
        } catch {
            throw .file(path: folder, reason: "\(error)")
        }
    }
}
