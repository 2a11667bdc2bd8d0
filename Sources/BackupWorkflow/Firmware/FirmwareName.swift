import ConfigModel
import DeviceInventory

/// How images and platforms are called.
enum FirmwareName {
    /// `c2960x.bin` of `flash:/c2960x.bin` or `flash:c2960x.bin`; the whole text where that would be nothing.
    static func last(of path: String) -> String {
        let parts = path.split { $0 == "/" || $0 == ":" }
        return parts.last.map(String.init) ?? path
    }

    /// Whether what a device says that it boots is this image: its path, its name, or, as of a kernel, what its name ends
    /// with (`vmlinuz-6.1.0-13-amd64` and `6.1.0-13-amd64`).
    static func isBooted(_ image: String, as boot: String) -> Bool {
        if image == boot { return true }
        let (image, boot) = (last(of: image), last(of: boot))
        return image == boot || image.hasSuffix("-" + boot)
    }

    /// The platform behind a name or an alias, also one that no device of the inventory has.
    static func platform(_ name: String, in workspace: Workspace) throws(WorkflowError) -> Platform {
        if let platform = workspace.inventory.platform(named: name) { return platform }
        return try PlatformCatalogue(from: workspace.root).requiredPlatform(named: name)
    }
}
