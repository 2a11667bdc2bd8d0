import ConfigModel

/// The message of a commit that puts an image into the vault.
///
/// ```
/// Keep a spare copy of firmware/cisco_ios/15.2%287%29E3/c2960x.bin
///
/// Firmware: firmware/cisco_ios/15.2%287%29E3/c2960x.bin
/// Object: sha256:9f86d0…
/// Size: 27003904
/// Source: device sw-icu-a
/// Audit: 17 9f3a…
/// ```
/// Names are encoded as in the tree, so that none can begin a line of its own. Who added it stands in the record.
struct VaultMessage {
    let record: VaultRecord
    /// Where the audit log stood.
    let audit: AuditHead?

    var text: String {
        let path = record.address.text
        var text = "Keep a spare copy of \(path)\n\nFirmware: \(path)\n"
        if let digest = record.digest(.sha256) { text += "Object: sha256:\(digest.value)\n" }
        text += "Size: \(record.size)\n"
        switch record.source {
        case .file: text += "Source: file\n"
        case .device(let device, _): text += "Source: device \(device)\n"
        }
        if let audit { text += "Audit: \(audit)\n" }
        return text
    }
}
