import Patterns

/// One way in which texts of all vendors write a secret.
struct SecretNetRule: Sendable {
    /// What a find of the rule is judged by.
    enum Check: Sendable {
        /// After a word and a sign (`=`, `:`), or inside an element.
        case assignment
        /// After a word and a space.
        case word
        /// After a mere `key`.
        case key
        /// What matched is a secret by its form.
        case form
    }

    /// Lower-case texts of which one stands in every line that can match.
    let triggers: [String]
    let check: Check
    /// Where the pattern has no group `word`.
    let kind: String
    /// The group `value` is the secret; the group `word`, if there is one, says of what kind.
    let pattern: String
}

extension SecretNetRule {
    /// The end of a name that says that a secret follows. What may stand before it is not looked at: `dbPassword`.
    private static let word = #"""
        (?<word>pass(?:word|wd|phrase|code|key|-phrase)|pwd|secret|psk|pre[-_ ]?shared[-_ ]?key|communit(?:y|ies)\
        |token|credential|(?:api|private|secret|shared|access|encrypt|encryption|auth|authentication|master|signing|\
        session|wep|wpa|priv)[-_ ]?key|(?<!global )server[-_ ]?key|md5[-_]key)
        """#.split(separator: "\\\n").joined()

    private static let wordTriggers = [
        "pass", "pwd", "secret", "psk", "share", "communit", "token", "credential", "key",
    ]

    /// The words and numbers that say how the value after them is written.
    private static let form = #"""
        (?:(?:[0-9]|1[0-5]|encrypted|enc|clear|cleartext|clear-text|plain|plaintext|plain-text|unencrypted|simple|cipher|ciphertext|reg_sz|reg_binary|\
        reg_expand_sz|reg_multi_sz|\
        irreversible-cipher|ascii|ascii-text|hex|hexadecimal|hexa|hash|hashed|crypt|sha|md5|sha1|sha256|sha512|sha-?256|\
        sha-?512|scrypt|pbkdf2|localized|localizedkey|text|string|local|remote|level|vrf|value|password|secret|key|\
        encryption-type|address|hmac-\S+|cmac-\S+|aes-\S+)[ \t]++)*+
        """#.split(separator: "\\\n").joined()

    /// A quoted text, one whose quotes are escaped, or anything up to a space.
    private static let quoted =
        #"(?|\\"(?<value>(?:[^"\\]|\\[^"])++)|"(?<value>(?:[^"\\]|\\.)++)|'(?<value>(?:[^'\\]|\\.)++)|(?<value>[^\s"']\S*+))"#

    static let all: [SecretNetRule] = assignments + words + forms
}

extension SecretNetRule {
    private static let assignments = [
        // password = v, "password": "v", PASSWORD=v, password => v
        SecretNetRule(
            triggers: wordTriggers, check: .assignment, kind: "secret",
            pattern: #"(?i)"# + word + #"s?(?:\\?["'])?(?:\]|\))?\s*+(?:=>|:=|[:=])\s*+(?:ENC\s++)?"# + quoted),
        // pass: v; only as a whole word, or as the end of a compound
        SecretNetRule(
            triggers: ["pass", "pw"], check: .assignment, kind: "password",
            pattern: #"(?i)(?<![a-z0-9])(?:pass|passw|pw|userpw|authpw)["']?\s*+(?:=>|:=|[:=])\s*+"# + quoted),
        // <password>v</password>, <entry key="db.password">v</entry>
        SecretNetRule(
            triggers: wordTriggers, check: .assignment, kind: "secret",
            pattern: #"(?i)"# + word + #"s?["']?(?:\s[^<>]{0,200}+)?>(?:<!\[CDATA\[)?(?<value>[^<>\]]++)"#),
        // name="db.password" value="v", {"name": "password", "value": "v"}
        SecretNetRule(
            triggers: ["value"], check: .assignment, kind: "secret",
            pattern: #"(?i)"# + word
                + #"s?["']\s*+,?\s*+["']?value["']?\s*+[:=]\s*+["'](?<value>(?:[^"'\\]|\\.)++)"#),
    ]

    private static let words = [
        // password 7 v, secret sha512 v, snmp-server community v
        SecretNetRule(
            triggers: wordTriggers, check: .word, kind: "secret",
            pattern: #"(?i)"# + word + #"s?["']?[ \t]++"# + form + quoted),
        // radius-server key 7 v, message-digest-key 1 md5 v, key-string v
        SecretNetRule(
            triggers: ["key"], check: .key, kind: "key",
            pattern: #"(?i)(?<![a-z0-9])(?<!global server-)(?<!public[-_])key"#
                + #"(?:-string|-hex|-octet-string)?["']?[ \t]++"# + form + #"(?:\d+[ \t]++)?"# + form + quoted),
        // snmp-server host 10.0.0.1 traps version 2c v
        SecretNetRule(
            triggers: ["snmp"], check: .word, kind: "community",
            pattern: #"(?i)snmp(?:-server)? host (?:ipv6 )?+\S++(?: vrf \S++| use-vrf \S++| traps?(?= )"#
                + #"| informs?(?= ))*+(?: version (?:1|2c))?(?! version) (?!vrf |use-vrf )"# + quoted),
        SecretNetRule(
            triggers: ["snmp-agent"], check: .word, kind: "community",
            pattern: #"(?i)snmp-agent community (?:read|write) "# + form + quoted),
        // snmp-server user u g v3 auth sha v priv aes 128 v
        SecretNetRule(
            triggers: ["auth ", "priv "], check: .word, kind: "password",
            pattern:
                #"(?i)\b(?:auth|priv) (?:md5|sha|sha-?\d+|des|3des|des56|aes|aes-?\d+(?:-c)?)(?: (?:128|192|256))? "#
                + form + quoted),
        SecretNetRule(
            triggers: ["com2sec"], check: .word, kind: "community",
            pattern: #"(?i)^\s*+com2sec6?\s++(?:-Cn\s++\S++\s++)?\S++\s++\S++\s++"# + quoted),
        SecretNetRule(
            triggers: ["createuser"], check: .word, kind: "password",
            pattern: #"(?i)createUser\s++(?:-e\s++\S++\s++)?\S++\s++(?:MD5|SHA\S*+)\s++"# + quoted),
        SecretNetRule(
            triggers: ["createuser"], check: .word, kind: "password",
            pattern: #"(?i)createUser\s.*?\s(?:DES|AES\S*+)\s++"# + quoted),
        // PowerShell: ConvertTo-SecureString "v" -AsPlainText
        SecretNetRule(
            triggers: ["securestring"], check: .word, kind: "password",
            pattern: #"(?i)ConvertTo-SecureString\s++(?:-(?:String|AsPlainText|Force)\s++)*+(?!-)"# + quoted),
        // ipsec.secrets
        SecretNetRule(
            triggers: ["eap", "xauth", "ntlm", "ike"], check: .word, kind: "psk",
            pattern: #":\s*+(?:EAP|XAUTH|NTLM|IKE)\s++["'](?<value>[^"']++)"#),
    ]

    private static let forms = [
        // Junos says itself what is secret.
        SecretNetRule(
            triggers: ["secret-data"], check: .form, kind: "secret",
            pattern: #"(?|"(?<value>(?:[^"\\]|\\.)++)"|(?<value>[^\s";]++));?\s*+(?:\}\s*+)?##\s*+SECRET-DATA"#),
        // The base64 of a private key in PEM: what "-----BEGIN … PRIVATE" becomes.
        SecretNetRule(
            triggers: ["ls0tls1crudjti"], check: .form, kind: "private-key",
            pattern:
                #"(?<value>LS0tLS1CRUdJTi(?:BQUklWQV|BSU0EgUF|BFQyBQUk|BPUEVOU1|BFTkNSWV|BEU0EgUF|BBTlkgUF)[A-Za-z0-9+/=_-]*+)"#
        ),
        SecretNetRule(
            triggers: ["://"], check: .form, kind: "url",
            pattern: #"://[^\s/@:"'<>]{0,256}+:(?<value>[^\s/"'<>]{1,256})@"#),
        // Hashes by crypt(3) and the vendors' reversible forms: $6$…, $9$…, $c$3$…
        SecretNetRule(
            triggers: ["$"], check: .form, kind: "hash",
            pattern: #"(?<value>\$(?:[0-9]|14|y|gy|7|2[abxy]?|apr1|md5|sha1|sha256|sha512|nt|c|ml|1a|1c|argon2[a-z]*+"#
                + #"|scrypt|pbkdf2(?:-[a-z0-9]++)?)\$[^\s"',;:<>\\]{4,})"#),
        SecretNetRule(
            triggers: ["{ss", "{sh", "{md", "{sm", "{cr", "{pb"], check: .form, kind: "hash",
            pattern: #"(?i)(?<value>\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[^{}]*)\}[^\s"',;<>]{6,})"#),
        SecretNetRule(
            triggers: ["enc ", "sh2"], check: .form, kind: "password",
            pattern: #"\b(?:ENC\s++|(?=SH2))(?<value>[A-Za-z0-9+/=]{8,})"#),
        SecretNetRule(
            triggers: ["basic ", "bearer "], check: .form, kind: "token",
            pattern: #"(?i)\b(?:Bearer|Basic)\s++(?<value>[A-Za-z0-9+/=._~-]{12,})"#),
        SecretNetRule(
            triggers: ["eyj", "ghp_", "glpat-", "xox", "akia"], check: .form, kind: "token",
            pattern: #"(?<value>\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*+)?|\b(?:ghp_|glpat-|xox[abprs]-)[\w-]{10,})"#),
    ]
}
