package import ConfigModel
import DeviceInventory

extension Workspace {
    /// The variables that credentials name: they are for logins, and for no hook.
    var secretVariables: Set<String> {
        var names: Set<String> = []
        func note(_ reference: SecretReference?) {
            if case .environment(let name)? = reference { names.insert(name) }
        }
        for credential in inventory.credentials.values {
            note(credential.enable)
            switch credential.method {
            case .password(let reference): note(reference)
            case .keyFile(_, let passphrase): note(passphrase)
            case .agentKey: break
            }
        }
        return names
    }

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
