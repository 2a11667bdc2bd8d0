/// Tells from the name of a setting, an element or an attribute whether a secret follows.
enum SecretName {
    /// `password` for `dicomPassword`, `db_password`, `ns:password`; nil for `passwordPolicy`.
    static func kind(of name: some Collection<UInt8>) -> String? {
        guard name.count <= longest else { return nil }
        var lower = name.filter { !"_- .:".utf8.contains($0) }.map(RequiredLiterals.folded)
        if lower.last == UInt8(ascii: "s"), !lower.suffix(4).elementsEqual("pass".utf8) { lower.removeLast() }
        if let found = endings.first(where: { lower.suffix($0.ending.count).elementsEqual($0.ending) }) {
            return found.kind
        }
        return lower.elementsEqual("pass".utf8) || lower.elementsEqual("pw".utf8) ? "password" : nil
    }

    private static let longest = 200
    private static let names = [
        ("password", "password"), ("passwd", "password"), ("passphrase", "password"), ("passcode", "password"),
        ("pwd", "password"), ("userpass", "password"), ("secret", "secret"), ("psk", "psk"), ("sharedkey", "psk"),
        ("community", "community"), ("token", "token"), ("apikey", "key"), ("privatekey", "key"), ("secretkey", "key"),
        ("accesskey", "key"), ("masterkey", "key"), ("encryptionkey", "key"), ("authkey", "key"),
        ("authenticationkey", "key"), ("signingkey", "key"), ("passwordhash", "hash"), ("credential", "secret"),
        ("pskkey", "psk"), ("rocommunity", "community"), ("rwcommunity", "community"), ("communitie", "community"),
        ("ppppas", "password"), ("phash", "hash"), ("bindpw", "password"), ("authpw", "password"),
        ("sharedsecret", "psk"), ("webguipas", "password"),
    ]
    private static let endings = names.map { (ending: Array($0.0.utf8), kind: $0.1) }

    /// What goes into the digest of the rules.
    static var description: String { names.map { "\($0.0) \($0.1)" }.joined(separator: "\n") }
}
