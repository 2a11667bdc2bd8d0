/// The Linux-like devices of the demo hospital. Applications keep their files below `/opt`, as their vendors do.
extension DemoHospital {
    /// Old and small: no SFTP, no SCP, no `sha256sum`. Files come by `cat`.
    static var pumpGateway: LinuxSystem {
        var files = base(
            "pump-gw-icu-1", address: "10.20.2.21", release: "Buildroot 2021.02.4",
            accounts: ["root:x:0:0:root:/root:/bin/sh", "netbackup:x:1000:1000::/home/netbackup:/bin/sh"])
        files.write("/etc/default/dropbear", text: "DROPBEAR_EXTRA_ARGS=\"-s -g\"\n")
        files.write(
            "/opt/pumpgw/config/gateway.conf",
            text: """
                # Infusion pump gateway, intensive care
                listen_vlan = 20
                server = https://pumps.elsewhere.example:8443
                server_token = dEmOsEcReT-pump-token
                drug_library = 2027.02
                heartbeat_seconds = 15

                """)
        files.write("/opt/pumpgw/firmware/pumpgw-3.1.8.bin", image(seed: 31, size: 512 * 1024))
        files.write("/proc/device-tree/model", text: "Elsewhere Medical PG-200\n")
        return LinuxSystem(
            hostname: "pump-gw-icu-1", files: files, kernel: "4.19.94", machine: "armv7l", hasSFTP: false,
            hasSHA256Sum: false, hasSCP: false)
    }

    static var monitor: LinuxSystem {
        var files = base(
            "monitor-icu-1", address: "10.20.2.31", release: "Debian GNU/Linux 11 (bullseye)",
            accounts: [
                "root:x:0:0:root:/root:/bin/bash", "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
                "central:x:998:998:central station:/opt/centralstation:/usr/sbin/nologin",
                "netbackup:x:1000:1000::/home/netbackup:/bin/bash",
            ])
        files.write(
            "/opt/centralstation/config/station.json",
            text: """
                {
                  "station": "ICU central",
                  "beds": ["ICU-01", "ICU-02", "ICU-03", "ICU-04", "ICU-05", "ICU-06"],
                  "alarms": { "escalateAfterSeconds": 30, "nurseCall": true },
                  "hl7": { "host": "10.40.0.5", "port": 2575, "user": "icu", "password": "dEmOsEcReT-hl7" }
                }

                """)
        files.write("/opt/centralstation/firmware/bedside-7.4.img", image(seed: 74, size: 1024 * 1024))
        return LinuxSystem(hostname: "monitor-icu-1", files: files, kernel: "5.10.0-28-amd64")
    }

    static var imagingArchive: LinuxSystem {
        var files = base(
            "imaging-archive-1", address: "10.20.4.10", release: "Debian GNU/Linux 12 (bookworm)",
            accounts: [
                "root:x:0:0:root:/root:/bin/bash", "orthanc:x:997:997::/var/lib/orthanc:/usr/sbin/nologin",
                "netbackup:x:1000:1000::/home/netbackup:/bin/bash",
            ])
        files.write(
            "/opt/orthanc/config/orthanc.json",
            text: """
                {
                  "Name": "St. Elsewhere imaging archive",
                  "StorageDirectory": "/var/lib/orthanc/db",
                  "HttpPort": 8042,
                  "RemoteAccessAllowed": true,
                  "AuthenticationEnabled": true,
                  "RegisteredUsers": { "viewer": { "password": "dEmOsEcReT-orthanc-viewer" } },
                  "SslEnabled": true,
                  "SslCertificate": "/etc/ssl/private/orthanc.pem",
                  "DicomAet": "ELSEWHERE",
                  "DicomPort": 4242,
                  "DicomCheckCalledAet": true,
                  "DicomModalities": {
                    "ct-1": ["CT1", "10.20.4.21", 104],
                    "mr-1": ["MR1", "10.20.4.22", 104]
                  }
                }

                """)
        files.link("/etc/orthanc/orthanc.json", to: "/opt/orthanc/config/orthanc.json")
        files.write(firmwareImage, image(seed: 4_2, size: 8 * 1024 * 1024))
        return LinuxSystem(hostname: "imaging-archive-1", files: files)
    }

    /// The firmware image of the imaging archive, 8 MiB.
    package static let firmwareImage = "/opt/orthanc/firmware/modality-gateway-4.2.bin"

    private static func base(
        _ hostname: String, address: String, release: String, accounts: [String]
    ) -> FileTree {
        var files = FileTree()
        files.write("/etc/hostname", text: hostname + "\n")
        files.write("/etc/hosts", text: "127.0.0.1 localhost\n\(address) \(hostname).elsewhere.example \(hostname)\n")
        files.write(
            "/usr/lib/os-release",
            text: """
                PRETTY_NAME="\(release)"
                NAME="\(release.split(separator: " ").first ?? "")"
                HOME_URL="https://elsewhere.example/devices"

                """)
        files.link("/etc/os-release", to: "../usr/lib/os-release")
        files.write("/etc/passwd", text: accounts.map { $0 + "\n" }.joined())
        files.write("/etc/shadow", text: "root:$6$dEmOsEcReT$x:19000:0:99999:7:::\n", mode: 0o640)
        files.write("/etc/group", text: "root:x:0:\nnetbackup:x:1000:\n")
        files.write(
            "/etc/ssh/sshd_config",
            text: """
                Port 22
                Protocol 2
                PermitRootLogin no
                PasswordAuthentication yes
                PermitEmptyPasswords no
                X11Forwarding no
                AllowUsers netbackup

                """)
        files.write(
            "/etc/network/interfaces",
            text: """
                auto lo
                iface lo inet loopback

                auto eth0
                iface eth0 inet static
                    address \(address)/16
                    gateway 10.20.0.1

                """)
        files.write("/etc/resolv.conf", text: "search elsewhere.example\nnameserver 10.99.0.10\n")
        files.write(
            "/etc/chrony/chrony.conf",
            text: "server 10.99.0.10 iburst prefer\nserver 10.99.0.11 iburst\nmakestep 1.0 3\nrtcsync\n")
        files.write(
            "/etc/snmp/snmpd.conf",
            text: "agentaddress udp:161\nrocommunity dEmOsEcReT-\(hostname) 10.99.0.0/16\nsyslocation St. Elsewhere\n")
        files.makeDirectory("/home/netbackup")
        files.makeDirectory("/tmp")
        return files
    }

    /// Bytes that look like a compressed image and are the same each time (SplitMix64).
    package static func image(seed: UInt64, size: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            var state = seed
            var place = 0
            while place < size {
                state &+= 0x9e37_79b9_7f4a_7c15
                var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
                word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
                word ^= word >> 31
                withUnsafeBytes(of: word) { word in
                    let part = min(8, size - place)
                    let target = UnsafeMutableRawBufferPointer(bytes)[place..<(place + part)]
                    UnsafeMutableRawBufferPointer(rebasing: target)
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: word[..<part]))
                    place += part
                }
            }
            count = size
        }
    }
}
