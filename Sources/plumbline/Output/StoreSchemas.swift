import BackupWorkflow
import DeviceInventory
import SnapshotStore

/// What the commands that take care of the store give with `--format json`.
enum StoreSchemas {
    static let all: [JSONSchema] = [
        exportKey.document(
            name: "store-export-key", title: "Output of 'plumbline store export-key FILE --format json'"),
        verify.document(name: "store-verify", title: "Output of 'plumbline store verify --format json'"),
        push.document(name: "store-push", title: "Output of 'plumbline store push --format json'"),
        rekey.document(name: "store-rekey", title: "Output of 'plumbline store rekey --format json'"),
        retire.document(name: "store-retire", title: "Output of 'plumbline store retire --format json'"),
        maintain.document(name: "store-maintain", title: "Output of 'plumbline store maintain --format json'"),
        reindex.document(name: "store-reindex", title: "Output of 'plumbline store reindex --format json'"),
    ]

    private static let verify = OutputSchema.object([
        .init(
            "repositories",
            .list(
                .object([
                    .init("name", .text), .init("commits", .integer), .init("objects", .integer),
                    .init("bytes", .integer),
                    .init(
                        "isEncrypted", .flag,
                        "Whether its blobs are encrypted; then they were decrypted and proven, too."),
                ]))),
        .init("versions", .integer), .init("copies", .integer, "Restore copies."), .init("images", .integer),
        .init("auditEntries", .integer),
        .init(
            "faults",
            .list(
                .object([
                    .init("kind", .choice(StoreFault.Kind.allCases.map(\.rawValue))),
                    .init("place", .text, "The repository or file, and the path in it."),
                    .init("reason", .text, "What is wrong and what to do."),
                ])), "Empty where all is as it was stored."),
        .init("unchecked", .list(.text), "What only the owner of var/ can look at; empty for the owner."),
    ])

    private static let push = OutputSchema.object([
        .init("mirror", .text),
        .init(
            "rows",
            .list(
                .object([
                    .init("repository", .text), .init("place", .text, "Where it went to."),
                    .init("outcome", .choice(MirrorReport.Outcome.allCases.map(\.rawValue))),
                    .init("references", .integer, "Branches and tags that the mirror has as they are here."),
                    .init("images", .integer, "Images of the vault that were offered to it."),
                    .init("reason", .optional(.text), "What is wrong and what to do."),
                ]))),
        .init("notices", .list(.text)),
    ])

    private static let rekey = OutputSchema.object([
        .init("repository", .text, "The repository that was begun."),
        .init("copies", .integer, "Versions whose exact bytes are there now."),
        .init("unreadable", .list(.text), "Versions whose exact bytes could not be read, and why."),
    ])

    private static let retire = OutputSchema.object([
        .init("repository", .text), .init("retired", .time), .init("by", .text), .init("reason", .text),
        .init("archive", .optional(.text), "A bundle of git."), .init("digest", .optional(.text), "Its SHA-256."),
        .init("tip", .optional(.text)),
        .init("keyName", .optional(.text), "The name of its key, where it was encrypted."),
    ])

    private static let size = OutputSchema.object([
        .init("loose", .integer, "Objects in files of their own."), .init("packs", .integer),
        .init("bytes", .integer, "On disk, of both together."),
    ])

    private static let maintain = OutputSchema.list(
        .object([
            .init("repository", .text), .init("before", size), .init("after", size),
            .init("fault", .optional(.text), "Why it could not be packed."),
        ]))

    private static let reindex = OutputSchema.object([
        .init("versions", .integer), .init("copies", .integer), .init("commits", .integer), .init("devices", .integer),
        .init("runs", .integer), .init("isNew", .flag, "Whether a damaged file was moved aside and a new one begun."),
    ])

    private static let exportKey = OutputSchema.object([
        .init("repositories", .list(.text), "Those whose keys were exported, oldest first."),
        .init("file", .optional(.text), "The key file of git-crypt."),
        .init("text", .optional(.text), "The file with all keys as text."),
    ])
}
