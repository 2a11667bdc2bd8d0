/// The texts that configuration files are made of.
extension TextForm {
    static let free = TextForm(name: "a text")
    static let deviceID = TextForm(
        name: "an id of a-z, 0-9, '.', '_' and '-' (at most 63, the first a letter or digit)",
        pattern: "^[a-z0-9][a-z0-9._-]{0,62}$")
    static let name = TextForm(
        name: "a name of letters, digits, '.', '_' and '-' (at most 63, the first a letter or digit)",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    static let address = TextForm(
        name: "a host name or an IP address (without brackets and port)",
        pattern: "^[A-Za-z0-9:_][A-Za-z0-9._:%-]{0,252}$")
    static let tag = TextForm(
        name: "a tag of letters, digits, '.', '_' and '-'", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    static let duration = TextForm(
        name: "a duration such as 30s, 15m, 26h or 7d", pattern: "^[1-9][0-9]{0,5}[smhd]$")
    static let size = TextForm(name: "a size such as 512KiB, 64MiB or 1GiB", pattern: "^[1-9][0-9]{0,5}(KiB|MiB|GiB)$")
    static let cron = TextForm(
        name: "five fields of crontab(5) such as \"30 2 * * *\"",
        pattern: "^(@(hourly|daily|midnight|weekly|monthly)|[0-9*][^ ]*( +[^ ]+){4})$")
    static let clock = TextForm(
        name: "a time of day such as \"01:00\"", pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")
    static let day = TextForm(
        name: "a day such as 2026-12-31", pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
    static let findingID = TextForm(name: "a finding's id of 64 hexadecimal digits", pattern: "^[0-9a-f]{64}$")
    static let zone = TextForm(name: "a time zone such as Europe/Berlin", pattern: "^[A-Za-z][A-Za-z0-9_+/-]{0,63}$")
    static let user = TextForm(
        name: "a user name", pattern: "^[^\\s:]{1,128}$", sensitive: true)
    static let secret = TextForm(
        name: "a reference to a secret: env:NAME, file:PATH or { command: [PROGRAM, …] }",
        pattern: "^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\\s].*)$", sensitive: true)
    static let key = TextForm(
        name: "a key: file:PATH, or agent:SHA256:… of a key that the SSH agent holds",
        pattern: "^(file:[^\\s].*|agent:SHA256:[A-Za-z0-9+/]{43})$", sensitive: true)
    static let commandWord = TextForm(name: "a word of a command", sensitive: true)
    /// A line sent to a device.
    static let line = TextForm(name: "a line without blanks around it", pattern: "^[^\\s](.*[^\\s])?$")
    /// Keys that answer a pager: sent as they are, without a line end.
    static let keys = TextForm(name: "one to four characters", pattern: "^[\\s\\S]{1,4}$", mayHoldControls: true)
    /// The answer to a question; empty where a line end alone is the answer.
    static let reply = TextForm(
        name: "an answer of at most 64 characters", pattern: "^[\\s\\S]{0,64}$", mayBeEmpty: true, mayHoldControls: true
    )
    static let artifact = TextForm(
        name: "an artifact's name of a-z, 0-9, '.', '_' and '-', and {NAME} of a list",
        pattern: "^[a-z0-9]([a-z0-9._-]|\\{[A-Za-z0-9._-]{1,63}\\}){0,62}$")
    static let path = TextForm(
        name: "an absolute path without '.' and '..'", pattern: "^(?!.*/\\.\\.?(/|$))/.*[^/\\s]$")
    static let kind = TextForm(name: "a word such as password or community", pattern: "^[a-z][a-z0-9-]{0,31}$")
    static let pattern = TextForm(name: "a regular expression", groups: 0)
    static let capturingPattern = TextForm(name: "a regular expression with a capture group", groups: 1)
}
