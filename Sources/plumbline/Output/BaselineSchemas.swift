import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What the commands that decide, and those that tell of decisions, give with `--format json`.
enum BaselineSchemas {
    static let all: [JSONSchema] = [
        decision.document(name: "approve", title: "Output of 'plumbline approve --format json'"),
        decision.document(name: "reject", title: "Output of 'plumbline reject --format json'"),
        list.document(name: "baseline-list", title: "Output of 'plumbline baseline list --format json'"),
        verify.document(name: "baseline-verify", title: "Output of 'plumbline baseline verify --format json'"),
        evidence.document(name: "baseline-evidence", title: "Output of 'plumbline baseline evidence --format json'"),
        imported.document(name: "baseline-import", title: "Output of 'plumbline baseline import --format json'"),
    ]

    private static let decision = OutputSchema.object([
        .init("manifest", .text), .init("sequence", .integer), .init("by", .text), .init("isSigned", .flag),
        .init(
            "devices",
            .list(
                .object([
                    .init("device", .text), .init("version", .integer), .init("previous", .optional(.integer)),
                    .init("isHalf", .flag, "Whether another person must approve the same before it holds."),
                ]))),
        .init("findings", .integer, "How many findings were decided on."),
    ])

    private static let list = OutputSchema.list(
        .object([
            .init("device", .text), .init("version", .optional(.integer)), .init("by", .list(.text)),
            .init("at", .optional(.time)), .init("expires", .optional(.text)), .init("isSigned", .flag),
            .init(
                "state", .choice(["approved", "adopted", "half-approved", "expired", "broken", "unbaselined"])),
            .init("reason", .optional(.text)), .init("ticket", .optional(.text)),
        ]))

    private static let verify = OutputSchema.list(
        .object([
            .init("manifest", .text), .init("sequence", .integer), .init("by", .text), .init("decided", .time),
            .init("devices", .integer), .init("isSigned", .flag), .init("key", .optional(.text), "Of the signer."),
            .init("fault", .optional(.text), "Absent when it holds."),
            .init("needsRenewal", .flag, "The signer's key is not allowed any more."),
            .init("isSuperseded", .flag, "It does not hold, and nothing rests on it any more."),
        ]))

    private static let imported = OutputSchema.object([
        .init("imported", .list(.text)), .init("passedOver", .map(.text)), .init("secrets", .integer),
    ])

    private static let evidence = OutputSchema.object([
        .init("workspace", .text), .init("at", .time),
        .init(
            "controls", .list(.object([.init("id", .text), .init("title", .text), .init("section", .text)]))),
        .init(
            "rules",
            .list(
                .object([
                    .init("id", .text), .init("title", .text),
                    .init("severity", .choice(Finding.Severity.allCases.map(\.rawValue))),
                    .init("controls", .list(.text)), .init("why", .optional(.text)),
                ]))),
        .init(
            "devices",
            .list(
                .object([
                    .init("device", .text), .init("group", .text), .init("platform", .text),
                    .init("version", .optional(.integer)), .init("commit", .optional(.text), "In store.git."),
                    .init("taken", .optional(.time)),
                    .init("isAdopted", .flag, "Whether its baseline was adopted on day one, unreviewed."),
                ]))),
        .init(
            "results",
            .list(
                .object([
                    .init("rule", .text), .init("device", .text),
                    .init("verdict", .choice(EvidenceReport.Verdict.allCases.map(\.rawValue))),
                    .init("details", .list(.text)), .init("waiver", .optional(.text)),
                    .init("remediation", .optional(.text)),
                ]))),
        .init("off", .map(.text), "Rules that the workspace has switched off, with the reasons."),
        .init("faults", .list(.text), "Rules that cannot be read."),
    ])
}
