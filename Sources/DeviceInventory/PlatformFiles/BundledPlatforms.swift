import ConfigModel

/// The platform files that are embedded in the binary.
///
/// The build makes a constant of each file of the folder `Platforms`; it cannot be asked which there are, so each is
/// listed here, and a test compares the list with the folder.
package enum BundledPlatforms {
    /// By file name, sorted.
    package static let files: [(name: String, bytes: [UInt8])] = [
        ("cisco_ios.yaml", PackageResources.cisco_ios_yaml),
        ("frr.yaml", PackageResources.frr_yaml),
        ("linux.yaml", PackageResources.linux_yaml),
    ]

    static var sources: [SourceFile] {
        files.map { SourceFile(name: "bundled/\($0.name)", bytes: $0.bytes) }
    }

    /// Their names in words for a fault: `cisco_ios, frr, linux`.
    static var names: String { files.map { $0.name.replacing(".yaml", with: "") }.joined(separator: ", ") }
}
