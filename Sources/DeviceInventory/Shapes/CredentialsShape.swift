/// The key tables of `Inventory/credentials.yaml`. Whatever is wrong in it is told without repeating it.
extension Shape {
    static let credentials = Shape(
        name: "the credentials file",
        keys: [
            Key("credentials", .map(keys: .name, .object(.credential)), .required, "The credentials by name.")
        ])

    static let credential = Shape(
        name: "a credential",
        keys: [
            Key("user", .text(.user), .required, "The user to log in as."),
            Key("password", .secret, "Where the password is; also for keyboard-interactive login."),
            Key("key", .text(.key), "Where the private key is: one file, or one key of the SSH agent."),
            Key("passphrase", .secret, "Where the passphrase of the key file is."),
            Key("enable", .secret, "Where the password for the privileged mode is."),
        ],
        exactlyOne: [["password", "key"]], needs: ["passphrase": ["key"]], sensitive: true)

    fileprivate static let secretCommand = Shape(
        name: "a secret's command",
        keys: [
            Key(
                "command", .list(.text(.commandWord), least: 1), .required,
                "A program and its arguments, run without a shell; the first line of its output is the secret.")
        ], sensitive: true)
}

extension Form {
    fileprivate static let secret = Form.either([.text(.secret), .object(.secretCommand)])
}
