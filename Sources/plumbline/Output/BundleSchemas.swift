import BackupWorkflow
import DeviceInventory

/// What `bundle` gives with `--format json`.
enum BundleSchemas {
    static let all: [JSONSchema] = [
        create.document(name: "bundle-create", title: "Output of 'plumbline bundle create --format json'"),
        verify.document(name: "bundle-verify", title: "Output of 'plumbline bundle verify --format json'"),
    ]

    private static let create = OutputSchema.object([
        .init("file", .text), .init("seal", .text, "How it is encrypted, in words."), .init("files", .integer),
        .init("bytes", .integer, "Of what is in it."), .init("isSigned", .flag),
        .init(
            "devices",
            .list(
                .object([
                    .init("device", .text), .init("number", .integer, "Its place in the order of work."),
                    .init("version", .integer), .init("isApproved", .flag),
                    .init("restorable", .choice(Restorability.Verdict.allCases.map(\.rawValue))),
                ]))),
        .init(
            "missing", .list(.object([.init("device", .text), .init("reason", .text)])),
            "Devices that were asked for and are not in it."),
        .init("faults", .list(.text), "What does not hold."),
        .init("withoutFirmware", .list(.text), "Images of which there is no spare copy."),
        .init("retired", .list(.text), "Retired devices, which are passed over."),
    ])

    private static let verify = OutputSchema.object([
        .init("file", .text), .init("created", .optional(.time)), .init("by", .optional(.text)),
        .init("devices", .integer), .init("files", .integer),
        .init("key", .optional(.text), "The key that signed it."),
        .init("signer", .optional(.text), "Whom Baselines/allowed_signers names for the key."),
        .init("faults", .list(.text), "What does not hold; empty where it holds."),
        .init("older", .list(.text), "How it is older than what is approved now."), .init("remarks", .list(.text)),
    ])
}
