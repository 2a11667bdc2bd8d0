import ConfigModel

/// `Inventory/credentials.yaml`, taken apart.
enum CredentialsFile {
    /// - Parameter root: Has passed the check against `Shape.credentials`.
    static func credentials(_ root: YAMLValue) -> [Credential] {
        (root["credentials"]?.entries ?? []).compactMap { entry in
            guard let user = entry.value["user"]?.text, let method = method(entry.value) else { return nil }
            return Credential(
                name: entry.key, user: user, method: method, enable: entry.value["enable"].flatMap(secret))
        }
    }

    private static func method(_ value: YAMLValue) -> Credential.Method? {
        if let password = value["password"] { return secret(password).map { .password($0) } }
        guard let key = value["key"]?.text else { return nil }
        if let path = key.without(prefix: "file:") {
            return .keyFile(path: path, passphrase: value["passphrase"].flatMap(secret))
        }
        return key.without(prefix: "agent:").map { .agentKey(fingerprint: $0) }
    }

    private static func secret(_ value: YAMLValue) -> SecretReference? {
        if let words = value["command"]?.texts { return .command(words) }
        guard let text = value.text else { return nil }
        if let name = text.without(prefix: "env:") { return .environment(name) }
        return text.without(prefix: "file:").map { .file($0) }
    }
}

extension String {
    func without(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
