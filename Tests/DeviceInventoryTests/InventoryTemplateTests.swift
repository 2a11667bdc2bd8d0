import ConfigModel
import Foundation
import Testing

@testable import DeviceInventory

@Suite("New workspaces")
struct InventoryTemplateTests {
    @Test("a new workspace is faultless and empty", arguments: ["demo", "St. Elsewhere's \"best\""])
    func faultless(name: String) throws {
        let files = InventoryTemplate.files(workspace: name, onboardingEnd: "2026-12-31")
        let workspace = try TemporaryWorkspace(Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.text) }))
        let settings = try workspace.settings()
        let inventory = try workspace.inventory(settings: settings)
        #expect(inventory.devices.isEmpty && inventory.credentials.isEmpty)
        #expect(inventory.platforms.isEmpty, "platforms that no device uses are not read")
        #expect(name != "demo" || settings.workspace == "demo")
        #expect(files.first { $0.path == ".gitignore" }?.text == "var/\n")
    }

    /// What stands in the comments is what a new user will uncomment.
    @Test("the examples in the comments are faultless too")
    func examples() throws {
        let files = InventoryTemplate.files(workspace: "demo", onboardingEnd: "2026-12-31").map { file in
            (file.path, file.path.hasSuffix(".yaml") ? Self.uncommented(file.text) : file.text)
        }
        let workspace = try TemporaryWorkspace(Dictionary(uniqueKeysWithValues: files))
        let settings = try workspace.settings()
        let inventory = try workspace.inventory(settings: settings)
        #expect(inventory.devices.map(\.id.text) == ["pump-gw-1", "sw-ward-1"])
        #expect(inventory.credentials.count == 2 && settings.deadline == .seconds(4 * 3600))
    }

    /// The examples in place of the empty values before them.
    private static func uncommented(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "devices: []" || line == "credentials: {}" { continue }
            let trimmed = line.drop { $0 == " " }
            let indent = String(line.prefix(line.count - trimmed.count))
            let body = trimmed.hasPrefix("# ") ? String(trimmed.dropFirst(2)) : ""
            lines.append(
                body.firstMatch(of: #/^( *- )?( *)[a-zA-Z]+: /#) != nil || body.hasSuffix("s:")
                    ? indent + body : String(line))
        }
        return lines.joined(separator: "\n")
    }
}
