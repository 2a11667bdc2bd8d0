import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("The net for secrets that no rule covers")
struct SecretNetTests {
    /// Lines of many vendors; S3cr3tV4lue and the like stand for secrets.
    static let secretLines: [(line: String, secret: String)] = [
        ("enable password 7 0822455D0A16", "0822455D0A16"),
        ("enable secret level 15 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "hx5rVt7rPNoS4wqbXKX7m0"),
        (
            "username admin privilege 15 secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfco",
            "2lFhcKvpghcyw8"
        ),
        (" password 7 070C285F4D06", "070C285F4D06"),
        ("username bob password 0 hunter2", "hunter2"),
        ("snmp-server community rogue RW", "rogue"),
        ("snmp-server host 10.1.1.5 version 2c trapword", "trapword"),
        ("snmp-server host 10.1.1.5 traps trapword", "trapword"),
        ("snmp-server user mon grp v3 auth sha Auth-Pw-1 priv aes 128 Priv-Pw-1", "Auth-Pw-1"),
        ("snmp-server user mon grp v3 auth sha Auth-Pw-1 priv aes 128 Priv-Pw-1", "Priv-Pw-1"),
        ("tacacs-server key 7 01100F175804", "01100F175804"),
        ("tacacs-server host 10.0.0.1 key TacKey99", "TacKey99"),
        ("radius-server host 10.0.0.1 auth-port 1812 key RadKey99", "RadKey99"),
        ("crypto isakmp key IsaKey99 address 10.9.9.9", "IsaKey99"),
        (" pre-shared-key address 10.9.9.9 key IkeKey99", "IkeKey99"),
        (" pre-shared-key local IkeLocal99", "IkeLocal99"),
        (" neighbor 10.0.0.2 password BgpPw99", "BgpPw99"),
        (" ip ospf message-digest-key 1 md5 OspfPw99", "OspfPw99"),
        (" ip ospf authentication-key OspfPw99", "OspfPw99"),
        ("ntp authentication-key 1 md5 NtpPw99 7", "NtpPw99"),
        ("  key-string 7 13061E010803", "13061E010803"),
        (" standby 1 authentication md5 key-string HsrpPw99", "HsrpPw99"),
        (" wpa-psk ascii 0 WifiPass99", "WifiPass99"),
        ("passwd 2KFQnbNIdI.2KYOU encrypted", "2KFQnbNIdI.2KYOU"),
        ("username netops password F3G4hhKJ/2j3k4l5 encrypted privilege 15", "F3G4hhKJ/2j3k4l5"),
        ("set password ENC SH2nXyaY9RkP0Pw3U7fvLxm1Pw8Q==", "SH2nXyaY9RkP0Pw3U7fvLxm1Pw8Q"),
        ("        set psksecret ENC a7Gd0/kMmx9fQ1r2Jkd8sXyZ", "a7Gd0/kMmx9fQ1r2Jkd8sXyZ"),
        ("    set auth-pwd ENC Kd8sXyZa7Gd0/kMmx9fQ1r2J", "Kd8sXyZa7Gd0/kMmx9fQ1r2J"),
        ("        encrypted-password \"$6$abcd$9f8e7d6c5b4a39281706\"; ## SECRET-DATA", "9f8e7d6c5b4a39281706"),
        ("        secret \"$9$wsgoGjkP5z39At0\"; ## SECRET-DATA", "wsgoGjkP5z39At0"),
        ("set snmp community \"JunComm99\" authorization read-only", "JunComm99"),
        ("    community JunComm99 {", "JunComm99"),
        (" authentication-mode password cipher $c$3$dPGg6ls1Nf2bN3hVkb5k", "dPGg6ls1Nf2bN3hVkb5k"),
        (" local-user ops password irreversible-cipher $1a$Xk9!abcd$efghijkl", "efghijkl"),
        (" password simple PlainPw99", "PlainPw99"),
        ("snmp-agent community read cipher HuaComm99Cipher", "HuaComm99Cipher"),
        ("set mgtconfig users admin phash $5$hzjeqlqm$9ZtLbQv1xyzABC", "9ZtLbQv1xyzABC"),
        ("/ppp secret add name=vpn1 password=MikroPw99 service=l2tp", "MikroPw99"),
        ("set wpa2-pre-shared-key=MikroWifi99 name=profile1", "MikroWifi99"),
        ("set vpn ipsec site-to-site peer 1.2.3.4 authentication pre-shared-secret VyosPw99", "VyosPw99"),
        ("password zebraPw99", "zebraPw99"),
        ("rocommunity SnmpdComm99 10.0.0.0/8", "SnmpdComm99"),
        ("com2sec readonly default SnmpdComm99", "SnmpdComm99"),
        ("createUser mon SHA \"CrAuth-99\" AES \"CrPriv-99\"", "CrAuth-99"),
        ("createUser mon SHA \"CrAuth-99\" AES \"CrPriv-99\"", "CrPriv-99"),
        ("PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", "yAnz5TF+lXXJte14tji3zlMNq"),
        ("PresharedKey = FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=", "FpCyhws9cxwWoV4xELtfJvjJN"),
        ("\tpsk=\"WpaSup99\"", "WpaSup99"),
        ("10.0.0.1 %any : PSK \"SwanPsk99\"", "SwanPsk99"),
        ("carol : EAP \"SwanEap99\"", "SwanEap99"),
        ("root:$6$Kq1Q4dJz$0a1b2c3d4e5f6g7h8i9j:19000:0:99999:7:::", "0a1b2c3d4e5f6g7h8i9j"),
        ("DB_PASSWORD=EnvPw99", "EnvPw99"),
        ("export API_KEY='EnvKey99abc'", "EnvKey99abc"),
        ("spring.datasource.password: YamlPw99", "YamlPw99"),
        ("passphrase = correct horse battery", "correct horse battery"),
        ("#password = OldPw99", "OldPw99"),
        ("; secret=IniOld99", "IniOld99"),
        ("bind_dn_pwd: \"Ldap,Pw;99\"", "Ldap,Pw;99"),
        ("url = ldaps://svc:UrlPw99@dc1.example.org/", "UrlPw99"),
        ("archive path ftp://backup:FtpPw99@10.0.0.9/cfg", "FtpPw99"),
        ("  <password>XmlPw99</password>", "XmlPw99"),
        ("  <dbPassword encrypted=\"false\">XmlPw99</dbPassword>", "XmlPw99"),
        ("  <property name=\"smtp.password\" value=\"XmlPw99\"/>", "XmlPw99"),
        ("  <entry key=\"keystore.password\">XmlPw99</entry>", "XmlPw99"),
        ("  \"Password\" : \"JsonPw99\",", "JsonPw99"),
        ("  \"apiKey\": \"JsonKey99\",", "JsonKey99"),
        ("{\"a\":{\"clientSecret\":\"JsonMin99\",\"b\":1}}", "JsonMin99"),
        ("cmd = \"{\\\"password\\\":\\\"EscPw99\\\"}\"", "EscPw99"),
        ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789abcdef"),
        ("jwt = eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        ("olcRootPW: {SSHA}q1w2e3r4t5y6u7i8", "q1w2e3r4t5y6u7i8"),
        ("user carol ssha secret HashPw99", "HashPw99"),
        ("key: 4f8a9b2c1d3e5f60718293a4b5c6d7e8 authentication", "nothing-to-see"),
    ].filter { $0.1 != "nothing-to-see" }

    /// Lines that say something about secrets and hold none.
    static let plainLines = [
        "# If set to DES, DES-based algorithm will be used for encrypting password (default)",
        "# This allows root to su without passwords (normal operation)",
        "# Change to yes to enable challenge-response passwords (beware issues with",
        "service password-encryption", "no ip http secure-server", "password required pam_unix.so",
        "PasswordAuthentication yes", "#PasswordAuthentication yes", "PermitEmptyPasswords no",
        "aaa authentication login default group tacacs+ local", "secret-key-length 2048", "no password",
        "security passwords min-length 8", "login block-for 60 attempts 3 within 60", "password strength-check",
        "no password strength-check", "userpassphrase min-length 8 max-length 127",
        "crypto pki token default removal timeout 0",
        "crypto key generate rsa", "key chain OSPF-KEYS", " key 1", "ntp trusted-key 1",
        "ip ssh rsa keypair-name sshkeys",
        "ip community-list standard CUST permit 65000:100", " set community 65000:100 additive", " match community 10",
        " neighbor 10.0.0.2 send-community both", "set policy-options community CUST members 65000:1",
        "snmp-server enable traps snmp authentication linkdown linkup",
        "snmp-server host 10.1.1.5 version 3 priv monuser",
        "passwd:         files systemd", "password\t[success=1 default=ignore]\tpam_unix.so obscure",
        "password include system-auth", "PASS_MAX_DAYS\t99999", "ssl_certificate_key /etc/ssl/private/site.pem",
        "private_key = /etc/ssl/private/site.pem", "password: ${DB_PASSWORD}", "token: null", "\"password\": \"\",",
        "\"passwordPolicy\": \"strict\",", "\"AuthenticationEnabled\" : true,", "ikev1 pre-shared-key *****",
        "description password for the ward switch is in the safe", "! the secret is kept elsewhere",
        "# enter the password: see the vault", "# password will be asked at login", "secretName: tls-cert",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIENMSOSMm83sqa/6ICdSMCoXpQvAkeUcbXMb3uH1M16b ops@site",
        "PublicKey = HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=", "ip route 0.0.0.0 0.0.0.0 10.0.0.1",
        "interface GigabitEthernet1/0/1", " switchport access vlan 20", "hostname sw-keyhole",
        "tokens enabled", "enable secret 9 <secret:password:0123456789abcdef>",
        "snmp-server community <secret:community:resalted> RO",
        "set security ike proposal P authentication-method pre-shared-keys", "authentication pre-share",
        "logging userinfo", "http://10.0.0.1:8080/path", "  <passwordPolicy>strict</passwordPolicy>",
    ]

    private static let bare = Platform(name: "bare")

    @Test("a secret is masked and reported", arguments: secretLines.indices)
    func masked(index: Int) throws {
        let (line, secret) = Self.secretLines[index]
        let result = try Samples.comparable(line + "\n", platform: Self.bare)
        #expect(!Samples.text(result.bytes).contains(secret), "\(line) became \(Samples.text(result.bytes))")
        #expect(result.uncovered.contains { $0.line == 1 })
        #expect(Samples.text(result.bytes).contains("<secret:uncovered:"))
    }

    @Test("a line without a secret stays as it is", arguments: plainLines)
    func plain(line: String) throws {
        let result = try Samples.comparable("x\n" + line + "\n", platform: Self.bare)
        #expect(Samples.text(result.bytes) == "x\n" + line + "\n")
        #expect(result.uncovered.isEmpty)
    }

    @Test("a private key is masked however it stands", arguments: ["\n", "\r\n"])
    func keyBlocks(end: String) throws {
        let body = ["MIIEowIBAAKCAQEAu1SU1LfVLPHCozMx", "H2Mo4lgOEePzNm0tRgeLezV6ffAt0gun"]
        let text = (["a", "-----BEGIN RSA PRIVATE KEY-----"] + body + ["-----END RSA PRIVATE KEY-----", "z", ""])
            .joined(separator: end)
        let result = try Samples.comparable(text, name: ArtifactName("/etc/key.pem"), platform: Self.bare)
        let lines = Samples.text(result.bytes).split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines.first == "a" && lines.last == "z")
        #expect(lines[2].hasPrefix("<secret:uncovered:"))
        #expect(result.uncovered == [UncoveredSecret(line: 3, kind: "private-key")])
        // How its lines end does not change a key's fingerprint.
        let unix = try Samples.comparable(
            text.replacing("\r\n", with: "\n"), name: ArtifactName("/etc/key.pem"), platform: Self.bare)
        #expect(unix.bytes == result.bytes)
    }

    @Test("a key within one string, a key cut short and PuTTY's keys are masked; certificates stay")
    func otherKeyBlocks() throws {
        let escaped = #"{"key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n"}"#
        let short = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\nb3BlbnNzaC1rZXktdjEB\nhostname sw 1\n"
        let putty = "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAAIGtleWtleWtleQ\nPrivate-MAC: 00ff\n"
        for (text, secrets) in [
            (escaped, ["MIIEvQIBADANBg"]), (short, ["b3BlbnNzaC1rZXktdjEA", "b3BlbnNzaC1rZXktdjEB"]),
            (putty, ["AAAAIGtleWtleWtleQ"]),
        ] {
            let result = Samples.text(try Samples.comparable(text, name: ArtifactName("/a"), platform: Self.bare).bytes)
            for secret in secrets { #expect(!result.contains(secret)) }
        }
        #expect(Samples.text(try Samples.comparable(short, platform: Self.bare).bytes).contains("hostname sw 1"))
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----\n"
        #expect(Samples.text(try Samples.comparable(certificate, platform: Self.bare).bytes) == certificate)
    }

    @Test("a secret on the line on which an earlier one ends is masked as well", arguments: ["\n", "\n\r"])
    func secretBehindAnEnd(end: String) throws {
        let text = ["<password>FirstPart99", "more99</password> snmp-server community Second99 RO", ""]
        let result = try Samples.comparable(
            text.joined(separator: end), name: ArtifactName("/a"), platform: Self.bare)
        let masked = Samples.text(result.bytes)
        for secret in ["FirstPart99", "more99", "Second99"] { #expect(!masked.contains(secret), "\(masked)") }
        #expect(masked.contains("</password> <secret:uncovered:"), "\(masked)")
    }

    @Test("values on the lines after a name are masked")
    func laterLines() throws {
        let xml = "<a>\n  <password>\n    XmlLater99\n  </password>\n  <b>x</b>\n</a>\n"
        let yaml = "db:\n  password: |\n    YamlLater99\n    YamlMore99\n  host: y\n"
        for text in [xml, yaml] {
            let result = try Samples.comparable(text, name: ArtifactName("/a"), platform: Self.bare)
            #expect(!Samples.text(result.bytes).contains("99"))
            #expect(!result.uncovered.isEmpty)
        }
        #expect(Samples.text(try Samples.comparable(yaml, platform: Self.bare).bytes).contains("  host: y\n"))
        #expect(Samples.text(try Samples.comparable(xml, platform: Self.bare).bytes).contains("  <b>x</b>\n"))
    }

    @Test("passwords that only the structure of JSON shows are masked")
    func structure() throws {
        let text = """
            /* a comment */
            {
              "Name" : "PACS-1", // not "password": this
              "RegisteredUsers" : {
                "alice" : "AlicePw99", "bob" : "BobPw99"
              },
              "DicomModalities" : { "PACS" : [ "PACS", "10.20.0.9", 104 ] },
              "OrthancPeers" : {
                "peer" : [ "http://10.0.0.5:8042/", "alice", "PeerPw99" ]
              },
              "tokens" : [
                "TokenA99",
                "TokenB99"
              ],
              "PostgreSQL" : { "Port" : 5432, "Password" : 12345678 }
            }

            """
        let result = try Samples.comparable(text, name: ArtifactName("/etc/orthanc.json"), platform: Samples.orthanc)
        let shown = Samples.text(result.bytes)
        for secret in ["AlicePw99", "BobPw99", "PeerPw99", "TokenA99", "TokenB99", "12345678"] {
            #expect(!shown.contains(secret))
        }
        for plain in ["alice", "PACS-1", "10.20.0.9", "5432", "http://10.0.0.5:8042/"] {
            #expect(shown.contains(plain))
        }
        #expect(result.uncovered.count == 6)
    }

    /// Texts whose secrets, all with 99 in them, only more than one line or the form of a language shows.
    static let texts: [(name: String, text: String, plain: [String])] = [
        ("/a.yaml", "tokens:\n  - TokA99x\n  - TokB99x\nhosts:\n  - plain1\n", ["plain1"]),
        ("/a.yaml", "env:\n  - name: DB_PASSWORD\n    value: Env99pw\n  - name: HOST\n    value: plain1\n", ["plain1"]),
        ("/a.reg", "\"DefaultPassword\"=hex:99,aa,\\\n  bb,99\n\"Shell\"=\"plain1\"\n", ["plain1"]),
        ("running-config", "    DefaultPassword    REG_SZ    Reg99pw\n    Shell    REG_SZ    plain1\n", ["plain1"]),
        ("/a.ps1", "ConvertTo-SecureString \"Pw99sh\" -AsPlainText -Force\n", ["-AsPlainText"]),
        ("/a.xml", "<Objs><SS N=\"Password\">0100990d08c9ddf</SS><S N=\"User\">plain1</S></Objs>\n", ["plain1"]),
        (
            "/a.xml", "<c>\n <entry>\n  <string>password</string>\n  <string>Map99pw</string>\n </entry>\n</c>\n",
            ["<string>password</string>"]
        ),
        ("/a.xml", "<c><p\n name=\"db.password\"\n value=\"Attr99pw\"/><q value=\"plain1\"/></c>\n", ["plain1"]),
        ("/a.xml", "<c><secret><enc>\nDeep99a\nDeep99b\n</enc></secret><type>pass</type><ip>inet</ip></c>\n", ["inet"]),
        ("/a.json", "{\"name\": \"password\",\n \"value\": \"Next99pw\", \"host\": \"plain1\"}\n", ["plain1"]),
        ("/a.json", "{\"password\": {\"value\": \"In99pw\", \"policy\": \"plain1\"}}\n", ["plain1"]),
        ("/a.json", "{\n // \"password\": \"Old99pw\",\n \"a\": \"plain1\"}\n", ["plain1"]),
        ("running-config", "community x99comm {\n  key \"k99\"; ## SECRET-DATA\n}\n", ["## SECRET-DATA"]),
        ("/a.conf", "data: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t99\ncert: LS0tLS1CRUdJTiBDRVJU\n", ["CRUdJTiBDRVJU"]),
        ("/a.conf", "password = <secret:password:0123456789abcdef> and99more words\n", ["<secret:password:0123"]),
    ]

    @Test("secrets that more than a line or the form of a language shows are masked", arguments: texts.indices)
    func languages(index: Int) throws {
        let (name, text, plain) = Self.texts[index]
        for end in ["\n", "\r\n", "\r\r\n"] {
            let result = try Samples.comparable(
                text.replacing("\n", with: end), name: ArtifactName(name), platform: Self.bare)
            let shown = Samples.text(result.bytes).replacing(/<secret:uncovered:[0-9a-f]{16}>/, with: "…")
            #expect(!shown.contains("99"), "\(shown)")
            #expect(plain.allSatisfy { shown.contains($0) }, "\(shown)")
            #expect(!result.uncovered.isEmpty)
        }
    }
}
