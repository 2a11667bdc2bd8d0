/// What other tools call the platforms, beyond the aliases that the platforms themselves have.
enum ForeignPlatformNames {
    /// The name or alias that a word means; nil where none is known.
    /// - Parameter known: Names and aliases of the platforms in force.
    static func platform(_ word: String, known: Set<String>) -> String? {
        let lower = word.lowercased()
        let slug = lower.replacing("_", with: "-")
        let candidates = [word, lower, lower.replacing("-", with: "_"), slug, full[lower] ?? "", full[slug] ?? ""]
        if let found = candidates.first(where: known.contains) { return found }
        // Ansible's collections: 'cisco.ios.ios', 'junipernetworks.junos.junos'.
        let parts = lower.split(separator: ".").map(String.init)
        guard parts.count == 3 else { return nil }
        return full[parts[0] + "." + parts[1]].flatMap { known.contains($0) ? $0 : nil }
            ?? [parts[2], "\(parts[0])_\(parts[2])", parts[1]].first(where: known.contains)
    }

    private static let full = [
        "arubanetworks.aoscx": "aruba_aoscx", "arubanetworks.aos-switch": "hp_procurve", "cisco.asa": "cisco_asa",
        "cisco.ios": "cisco_ios", "cisco.iosxr": "cisco_xr", "cisco.nxos": "cisco_nxos", "arista.eos": "arista_eos",
        "junipernetworks.junos": "juniper_junos", "dellemc.os10": "dell_os10", "vyos.vyos": "vyos",
        "fortinet.fortios": "fortinet", "community.routeros": "mikrotik_routeros", "nvidia.nvue": "cumulus",
        "cisco-ios": "cisco_ios", "cisco-ios-xe": "cisco_ios", "ios-xe": "cisco_ios", "cisco-nx-os": "cisco_nxos",
        "cisco-ios-xr": "cisco_xr", "junos-os": "juniper_junos", "comware": "hp_comware",
        "routeros": "mikrotik_routeros",
        "pan-os": "paloalto_panos",
    ]
}
