import Foundation

/// Texts as devices give them, of some 50 kB, or of as many bytes as `BYTES` says.
enum ConfigurationTexts {
    static let size = ProcessInfo.processInfo.environment["BYTES"].flatMap { Int($0) } ?? 50_000

    /// Repeats `section` with a number until the text is long enough.
    private static func text(_ head: String, _ tail: String, _ section: (Int) -> String) -> [UInt8] {
        var body = head
        var number = 0
        while body.utf8.count + tail.utf8.count < size {
            number += 1
            body += section(number)
        }
        return Array((body + tail).replacing("\n", with: "\r\n").utf8)
    }

    /// Sixteen hexadecimal digits that differ from number to number.
    private static func digits(_ number: Int) -> String {
        let value = String(UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        return String(repeating: "0", count: 16 - value.count) + value
    }

    static let ios = text(
        """
        Building configuration...

        Current configuration : 51234 bytes
        !
        ! Last configuration change at 10:12:31 UTC Mon Nov 23 2026 by ops
        !
        version 17.9
        service timestamps log datetime msec
        service password-encryption
        !
        hostname ward-4-sw-1
        !
        enable secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM
        aaa new-model
        aaa authentication login default group tacacs+ local
        username ops privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKN
        ip domain name ward.example
        spanning-tree mode rapid-pvst
        !

        """,
        """
        ip access-list extended MGMT
         permit tcp 10.0.0.0 0.255.255.255 any eq 22
         deny ip any any log
        snmp-server community ward-read RO 10
        snmp-server host 10.20.0.9 version 2c ward-trap
        tacacs server T1
         address ipv4 10.20.0.5
         key 7 0822455D0A16544541
        ntp server 10.20.0.1
        line con 0
         password 7 070C285F4D06
        line vty 0 4
         access-class MGMT in
         transport input ssh
        !
        ntp clock-period 36029056
        end

        """
    ) { number in
        """
        interface GigabitEthernet1/0/\(number)
         description uplink \(number) to room \(number * 7 % 400), bed \(number % 4)
         switchport access vlan \(number % 90 + 10)
         switchport mode access
         switchport port-security maximum 3
         switchport port-security
         ip access-group WARD-IN in
         storm-control broadcast level 1.00
         spanning-tree portfast
         spanning-tree bpduguard enable
         no cdp enable
        !

        """
    }

    static let junos = text(
        """
        ## Last commit: 2026-11-23 10:12:31 UTC by ops
        version 22.4R3.25;
        system {
            host-name ward-fw-1;
            root-authentication {
                encrypted-password "$6$aBcDeFgH$0123456789abcdefghijklmnopqrstuvwxyz"; ## SECRET-DATA
            }
            radius-server {
                10.20.0.5 {
                    secret "$9$wsgoGjkP5z39At0OREyLxNVwY"; ## SECRET-DATA
                }
            }
        }
        snmp {
            community ward-read {
                authorization read-only;
            }
        }

        """,
        """
        security {
            ike {
                policy WARD {
                    mode main;
                    pre-shared-key ascii-text "$9$wsgoGjkP5z39At0OREyLxNVwYx"; ## SECRET-DATA
                }
            }
        }

        """
    ) { number in
        """
        interfaces {
            ge-0/0/\(number) {
                description "uplink \(number) to room \(number * 7 % 400)";
                unit 0 {
                    family inet {
                        filter {
                            input WARD-IN;
                        }
                        address 10.\(number % 200).0.1/24;
                    }
                    family inet6 {
                        address 2001:db8:\(number)::1/64;
                    }
                }
            }
        }

        """
    }

    static let fortinet = text(
        """
        #config-version=FG100F-7.4.8-FW-build2795-250523:opmode=0:vdom=0:user=ops
        #conf_file_ver=440000000000001
        #buildno=2795
        #global_vdom=1
        config system global
            set alias "ward-fw-1"
            set hostname "ward-fw-1"
            set timezone "Europe/Berlin"
        end
        config system admin
            edit "ops"
                set accprofile "super_admin"
                set password ENC SH2nXyaY9RkP0Pw3U7fvLxm1Pw8QxyzabcdEFGHijklMNOP=
            next
        end
        config vpn ipsec phase1-interface
            edit "ward"
                set psksecret ENC a7Gd0/kMmx9fQ1r2Jkd8sXyZa7Gd0/kMmx9fQ1r2Jkd8sXyZ==
            next
        end
        config vpn certificate local
            edit "ward"
                set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI0pJlq0nFJkQCAggA
        MAwGCCqGSIb3DQIJBQAwFAYIKoZIhvcNAwcECKx5C2GXJmRuBIIEyLJx5Qy0Y6kX
        -----END ENCRYPTED PRIVATE KEY-----"
            next
        end
        config firewall address

        """,
        """
        end
        config firewall policy
            edit 1
                set name "ward"
                set action accept
            next
        end

        """
    ) { number in
        """
            edit "bed-\(number)"
                set uuid \(digits(number).prefix(8))-\(digits(number).suffix(4))-51ee-\(digits(number).prefix(4))-000000000000
                set associated-interface "ward-\(number % 9)"
                set comment "uplink \(number) to room \(number * 7 % 400)"
                set subnet 10.\(number % 200).\(number % 250).0 255.255.255.0
            next

        """
    }
}
