import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What the commands about platforms give with `--format json`.
extension OutputSchemas {
    static let platforms: [JSONSchema] = [
        OutputSchema.list(row).document(
            name: "platform-list", title: "Output of 'plumbline platform list --format json'"),
        show.document(name: "platform-show", title: "Output of 'plumbline platform show --format json'"),
        test.document(name: "platform-test", title: "Output of 'plumbline platform test --format json'"),
    ]

    private static let row = OutputSchema.object([
        .init("platform", .text), .init("title", .text), .init("aliases", .list(.text)),
        .init("evidence", .choice(Platform.Evidence.allCases.map(\.rawValue)), "What the platform rests on."),
        .init("phi", .flag, "Whether texts may hold patient data."),
        .init("source", .text, "bundled, or a file of the workspace."),
        .init(
            "restore", .choice(PlatformCatalogue.Restorability.allCases.map(\.rawValue)),
            "The most that a backup can restore."),
    ])

    private static let show = OutputSchema.object([
        .init("row", row), .init("platform", .any, "In force; 'plumbline schema platform' describes it."),
        .init(
            "sends",
            .list(
                .object([
                    .init("section", .text), .init("text", .text),
                    .init("effect", .choice(LineEffect.allCases.map(\.rawValue))), .init("when", .text),
                ])), "Every line that it would ever send."),
    ])

    private static let line = OutputSchema.object([
        .init("artifact", .text), .init("line", .integer), .init("text", .text),
    ])

    private static let secret = OutputSchema.object([
        .init("artifact", .text), .init("line", .integer, "In the comparable text."), .init("kind", .text),
    ])

    private static let test = OutputSchema.object([
        .init("passed", .flag),
        .init(
            "transcripts",
            .list(
                .object([
                    .init("file", .text), .init("platform", .text), .init("title", .text), .init("source", .text),
                    .init("passed", .flag), .init("failures", .list(.text)), .init("error", .optional(.text)),
                    .init("reasons", .list(.text), "Why the capture may not be stored as good."),
                    .init(
                        "stored",
                        .list(
                            .object([
                                .init("artifact", .text), .init("lines", .integer), .init("bytes", .integer),
                                .init("text", .text, "The comparable text."),
                            ]))), .init("facts", .optional(facts)), .init("notes", .list(.text)),
                    .init("dropped", .list(line), "Left out as volatile."),
                    .init("replaced", .list(line), "With a part that is volatile."),
                    .init("fingerprinted", .list(secret)),
                    .init("uncovered", .list(secret), "What only the generic net found."),
                    .init("unknown", .list(.text), "Lines that were sent and are not in the transcript."),
                    .init("cuts", .integer, "Replays that were held against the first one."),
                ]))),
    ])
}
