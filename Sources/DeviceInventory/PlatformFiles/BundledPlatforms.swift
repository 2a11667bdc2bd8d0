import ConfigModel

/// The platform files that are embedded in the binary.
///
/// The build makes a constant of each file of the folder `Platforms`; it cannot be asked which there are, so each is
/// listed here, and a test compares the list with the folder.
package enum BundledPlatforms {
    /// By file name, sorted.
    package static let files: [(name: String, bytes: [UInt8])] = [
        ("alcatel_aos.yaml", PackageResources.alcatel_aos_yaml),
        ("allied_telesis_awplus.yaml", PackageResources.allied_telesis_awplus_yaml),
        ("apc_aos.yaml", PackageResources.apc_aos_yaml),
        ("arista_eos.yaml", PackageResources.arista_eos_yaml),
        ("aruba_aoscx.yaml", PackageResources.aruba_aoscx_yaml),
        ("aruba_instant.yaml", PackageResources.aruba_instant_yaml),
        ("aruba_os.yaml", PackageResources.aruba_os_yaml),
        ("broadcom_icos.yaml", PackageResources.broadcom_icos_yaml),
        ("busybox_gateway.yaml", PackageResources.busybox_gateway_yaml),
        ("checkpoint_gaia.yaml", PackageResources.checkpoint_gaia_yaml),
        ("ciena_saos.yaml", PackageResources.ciena_saos_yaml),
        ("ciena_saos10.yaml", PackageResources.ciena_saos10_yaml),
        ("cisco_asa.yaml", PackageResources.cisco_asa_yaml),
        ("cisco_ftd.yaml", PackageResources.cisco_ftd_yaml),
        ("cisco_ios.yaml", PackageResources.cisco_ios_yaml),
        ("cisco_nxos.yaml", PackageResources.cisco_nxos_yaml),
        ("cisco_s300.yaml", PackageResources.cisco_s300_yaml),
        ("cisco_wlc.yaml", PackageResources.cisco_wlc_yaml),
        ("cisco_xr.yaml", PackageResources.cisco_xr_yaml),
        ("cumulus.yaml", PackageResources.cumulus_yaml),
        ("dell_os10.yaml", PackageResources.dell_os10_yaml),
        ("dell_powerconnect.yaml", PackageResources.dell_powerconnect_yaml),
        ("dicom_orthanc.yaml", PackageResources.dicom_orthanc_yaml),
        ("digi.yaml", PackageResources.digi_yaml),
        ("eaton_network.yaml", PackageResources.eaton_network_yaml),
        ("extreme_exos.yaml", PackageResources.extreme_exos_yaml),
        ("f5_tmsh.yaml", PackageResources.f5_tmsh_yaml),
        ("fortimanager.yaml", PackageResources.fortimanager_yaml),
        ("fortinet.yaml", PackageResources.fortinet_yaml),
        ("frr.yaml", PackageResources.frr_yaml),
        ("fs_fsos.yaml", PackageResources.fs_fsos_yaml),
        ("garderos.yaml", PackageResources.garderos_yaml),
        ("generic_cli.yaml", PackageResources.generic_cli_yaml),
        ("hl7_mirth.yaml", PackageResources.hl7_mirth_yaml),
        ("hp_comware.yaml", PackageResources.hp_comware_yaml),
        ("hp_procurve.yaml", PackageResources.hp_procurve_yaml),
        ("huawei_vrp.yaml", PackageResources.huawei_vrp_yaml),
        ("juniper_junos.yaml", PackageResources.juniper_junos_yaml),
        ("linux.yaml", PackageResources.linux_yaml),
        ("mellanox_mlnxos.yaml", PackageResources.mellanox_mlnxos_yaml),
        ("mikrotik_routeros.yaml", PackageResources.mikrotik_routeros_yaml),
        ("netgate_tnsr.yaml", PackageResources.netgate_tnsr_yaml),
        ("netgear_prosafe.yaml", PackageResources.netgear_prosafe_yaml),
        ("nokia_sros.yaml", PackageResources.nokia_sros_yaml),
        ("openwrt.yaml", PackageResources.openwrt_yaml),
        ("opnsense.yaml", PackageResources.opnsense_yaml),
        ("paloalto_panos.yaml", PackageResources.paloalto_panos_yaml),
        ("perle.yaml", PackageResources.perle_yaml),
        ("pfsense.yaml", PackageResources.pfsense_yaml),
        ("ruckus_fastiron.yaml", PackageResources.ruckus_fastiron_yaml),
        ("sonicwall.yaml", PackageResources.sonicwall_yaml),
        ("tplink_jetstream.yaml", PackageResources.tplink_jetstream_yaml),
        ("ubiquiti_edge.yaml", PackageResources.ubiquiti_edge_yaml),
        ("ubiquiti_edgerouter.yaml", PackageResources.ubiquiti_edgerouter_yaml),
        ("vsolution_olt.yaml", PackageResources.vsolution_olt_yaml),
        ("vyos.yaml", PackageResources.vyos_yaml),
        ("windows_openssh.yaml", PackageResources.windows_openssh_yaml),
    ]

    static var sources: [SourceFile] { files.map(source) }

    private static func source(_ file: (name: String, bytes: [UInt8])) -> SourceFile {
        SourceFile(name: "bundled/\(file.name)", bytes: file.bytes)
    }

    /// What each file is called by, without reading the files.
    static let headings: [(heading: BundledHeading, source: SourceFile)] = files.compactMap { file in
        BundledHeading(file.bytes).map { ($0, source(file)) }
    }
}
