import ConfigModel
import DeviceInventory
import Foundation

extension Workspace {
    /// Of each device of which more than one person must approve the same, how many.
    func peopleNeeded() -> [DeviceID: Int] {
        var needed: [DeviceID: Int] = [:]
        for rule in settings.approvals where rule.people > 1 {
            for device in rule.selector.select(from: inventory).devices {
                for name in [device.id] + device.was { needed[name] = max(needed[name] ?? 1, rule.people) }
            }
        }
        return needed
    }

    /// The key that decisions are signed with, where one is named: relative to the workspace, `~` for the home folder.
    var signingKey: String? {
        settings.signingKey.map {
            WorkspaceLayout.absolute($0, workspace: root, home: ProcessInfo.processInfo.environment["HOME"])
        }
    }
}
