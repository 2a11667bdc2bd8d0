package import ConfigModel
import DeviceInventory

extension Workspace {
    /// The devices that a selector names.
    /// - Throws: `request` when a part of it fits no device: a typo is no silent pass.
    package func devices(_ words: [String]) throws(WorkflowError) -> [Device] {
        let selection: Selector.Selection
        do throws(SelectorError) {
            selection = try Selector(words).select(from: inventory)
        } catch {
            throw .request("\(error)")
        }
        guard selection.unmatched.isEmpty else {
            throw .request(selection.unmatched.map(\.description).joined(separator: "\n"))
        }
        guard !selection.devices.isEmpty else {
            throw .request("no device fits '\(words.joined(separator: " "))': words must all hold, a comma means or")
        }
        return selection.devices
    }
}
