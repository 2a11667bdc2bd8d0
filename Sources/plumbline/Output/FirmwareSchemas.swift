import BackupWorkflow
import ConfigModel
import DeviceInventory
import SnapshotStore

/// What the commands about firmware give with `--format json`.
enum FirmwareSchemas {
    static let all: [JSONSchema] = [
        list.document(name: "firmware-list", title: "Output of 'plumbline firmware list --format json'"),
        OutputSchema.list(kept).document(
            name: "firmware-add", title: "Output of 'plumbline firmware add|pull --format json'"),
        verify.document(name: "firmware-verify", title: "Output of 'plumbline firmware verify --format json'"),
    ]

    private static let algorithm = OutputSchema.choice(DigestAlgorithm.allCases.map(\.rawValue))

    private static let kept = OutputSchema.object([
        .init("platform", .text), .init("version", .text), .init("image", .text), .init("size", .integer),
        .init("sha256", .text), .init("outcome", .choice(KeptImage.Outcome.allCases.map(\.rawValue))),
        .init("commit", .optional(.text), "In store.git; absent when nothing was committed."),
        .init("verified", .list(algorithm), "Digests of the vendor or the device that the bytes have."),
        .init("replaced", .optional(.text), "SHA-256 of what had the name before."),
    ])

    private static let list = OutputSchema.object([
        .init(
            "copies",
            .list(
                .object([
                    .init("platform", .text), .init("version", .text), .init("image", .text), .init("size", .integer),
                    .init("sha256", .text), .init("added", .optional(.time)), .init("by", .optional(.text)),
                    .init("device", .optional(.text), "Absent for one that came from a file."),
                    .init("verified", .optional(.list(algorithm))), .init("note", .optional(.text)),
                    .init("devices", .list(.text), "Those that run it."),
                ])), "What is in the vault; empty with --missing."),
        .init(
            "running",
            .list(
                .object([
                    .init("platform", .text), .init("version", .optional(.text)),
                    .init("image", .optional(.text), "As devices call it; absent where they name none."),
                    .init("size", .optional(.integer)),
                    .init(
                        "digest", .optional(.object([.init("algorithm", algorithm), .init("value", .text)]))),
                    .init("devices", .list(.text)), .init("booting", .list(.text), "Those known to boot from it."),
                    .init("state", .choice(FirmwareOverview.Running.State.allCases.map(\.rawValue))),
                    .init(
                        "copy",
                        .optional(
                            .object([.init("platform", .text), .init("version", .text), .init("image", .text)])),
                        "The image in the vault."),
                ]))),
        .init("unknown", .list(.text), "Devices of which neither image nor version is known."),
    ])

    private static let verify = OutputSchema.object([
        .init("images", .integer, "Those looked at, replaced ones among them."), .init("bytes", .integer),
        .init(
            "faults",
            .list(
                .object([
                    .init("kind", .choice(VaultFault.Kind.allCases.map(\.rawValue))),
                    .init("path", .text, "In store.git."), .init("platform", .optional(.text)),
                    .init("version", .optional(.text)), .init("image", .optional(.text)),
                    .init("isFormer", .flag, "It was replaced since, and only history names it."),
                    .init("reason", .text), .init("devices", .list(.text), "Those that run the image."),
                ]))),
        .init("exit", .integer),
    ])
}
