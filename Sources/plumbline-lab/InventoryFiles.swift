import DeviceLab
import FoundationEssentials

/// Lines of `known_hosts` for a lab's devices.
struct KnownHosts {
    let text: String

    init(_ devices: [LabDevice]) {
        text = devices.map { device in
            let host = device.port == 22 ? device.address : "[\(device.address)]:\(device.port)"
            return "\(host) \(device.hostKey.publicLine)\n"
        }.joined()
    }

    func write(to folder: StateFolder) throws(LabError) { try folder.write("known_hosts", text) }
}

/// The inventory that matches a lab.
struct InventoryFiles {
    private static let mark = "# Written by plumbline-lab.\n"
    private let files: [(name: String, text: String)]

    init(_ devices: [LabDevice], in state: StateFolder) {
        files = [
            ("groups/lab.yaml", Self.mark + Self.group(devices)),
            ("credentials.yaml", Self.mark + Self.credentials(state)),
            ("known_hosts", Self.mark + KnownHosts(devices).text),
        ]
    }

    /// - Parameter force: Replace what the lab did not write.
    func write(to directory: String, force: Bool) throws {
        for file in files {
            let path = directory + "/Inventory/" + file.name
            if !force, let old = FileManager.default.contents(atPath: path), !old.isEmpty,
                !String(decoding: old, as: UTF8.self).hasPrefix(Self.mark)
            {
                throw Complaint(text: "\(path) is not of the lab's making: --force replaces it")
            }
        }
        for file in files {
            let path = directory + "/Inventory/" + file.name
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            do {
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: URL(filePath: path), options: .atomic)
            } catch {
                throw Complaint(text: "\(path) cannot be written (\(error))")
            }
        }
    }

    private static func group(_ devices: [LabDevice]) -> String {
        var text = "group: lab\ndefaults: { credential: lab, port: \(devices.first?.port ?? 2222) }\ndevices:\n"
        for device in devices {
            var line = "  - { id: \(device.id), address: \(device.address), platform: "
            switch device.system {
            case .ios: line += "cisco_ios"
            case .junos: line += "juniper_junos"
            case .linux: line += "linux"
            }
            if device.logins.contains(where: { !$0.privileged }) { line += ", credential: lab-enable" }
            text += line + " }\n"
        }
        return text
    }

    private static func credentials(_ state: StateFolder) -> String {
        let login = "user: \(DemoHospital.user), password: \"file:\(state.file(DemoHospital.user + ".password"))\""
        return """
            credentials:
              lab: { \(login) }
              lab-enable: { \(login), enable: "file:\(state.file("enable.password"))" }

            """
    }
}
