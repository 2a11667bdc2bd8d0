/// Where in a workspace the files of the inventory are.
package enum WorkspaceLayout {
    /// Relative to the workspace.
    package static let settings = "plumbline.yaml"
    package static let groups = "Inventory/groups"
    package static let credentials = "Inventory/credentials.yaml"
    package static let knownHosts = "Inventory/known_hosts"
    package static let platforms = "Inventory/platforms"

    /// A path as the inventory writes it, made absolute: `~` is the home folder, anything relative is in the workspace.
    package static func absolute(_ path: String, workspace: String, home: String?) -> String {
        if path == "~", let home { return home }
        if let rest = path.without(prefix: "~/"), let home { return home + "/" + rest }
        return path.hasPrefix("/") ? path : workspace + "/" + path
    }
}
