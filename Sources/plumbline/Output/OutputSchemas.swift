import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What the commands give with `--format json`.
enum OutputSchemas {
    static let all: [JSONSchema] =
        platforms + FirmwareSchemas.all + StoreSchemas.all + SearchSchemas.all + ImportSchemas.all + BaselineSchemas.all
        + BundleSchemas.all
        + DrillSchemas.all + DeviceSchemas.all
        + [
            run.document(name: "run", title: "Output of 'plumbline run --format json'"),
            preview.document(name: "run-preview", title: "Output of 'plumbline run --dry-run --format json'"),
            standings.document(name: "status", title: "Output of 'plumbline status --format json'"),
            standings.document(name: "drift", title: "Output of 'plumbline drift --format json'"),
            history.document(name: "history", title: "Output of 'plumbline history --format json'"),
            show.document(name: "show", title: "Output of 'plumbline show --format json'"),
            diff.document(name: "diff", title: "Output of 'plumbline diff --format json'"),
            storeImport.document(name: "store-import", title: "Output of 'plumbline store import --format json'"),
            config.document(name: "config", title: "Output of 'plumbline config --format json'"),
            inventory.document(name: "inventory-list", title: "Output of 'plumbline inventory list --format json'"),
            run.document(name: "report", title: "Output of 'plumbline report --format json'"),
            OutputSchema.list(
                .object([
                    .init("event", .choice(HookEvent.Kind.allCases.map(\.rawValue))), .init("summary", .text),
                    .init(
                        "hooks",
                        .list(
                            .object([
                                .init("event", .text), .init("name", .text), .init("path", .text),
                                .init("objection", .optional(.text), "Why it is not run."),
                            ]))),
                ])
            ).document(name: "hooks-list", title: "Output of 'plumbline hooks list --format json'"),
            OutputSchema.list(credential).document(
                name: "credential-list", title: "Output of 'plumbline credential list --format json'"),
            hostkeys.document(name: "hostkey-list", title: "Output of 'plumbline hostkey list --format json'"),
            OutputSchema.list(quarantineEntry).document(
                name: "quarantine-list", title: "Output of 'plumbline quarantine list --format json'"),
            quarantineShow.document(
                name: "quarantine-show", title: "Output of 'plumbline quarantine show --format json'"),
            quarantineDecision.document(
                name: "quarantine-decision", title: "Output of 'plumbline quarantine accept|discard --format json'"),
        ]

    private static let outcome = OutputSchema.choice(RunReport.Outcome.allCases.map(\.rawValue))
    private static let failure = OutputSchema.optional(.choice(CollectionFailure.Kind.allCases.map(\.rawValue)))

    static let finding = OutputSchema.object([
        .init("id", .text, "The same for the same finding at every run."), .init("device", .text),
        .init("class", .choice(Finding.Class.allCases.map(\.rawValue))),
        .init("severity", .choice(Finding.Severity.allCases.map(\.rawValue))),
        .init("rule", .optional(.text), "The rule of a policy, or the golden template, that says so."),
        .init("artifact", .optional(.text)),
        .init("path", .list(.text), "Section headers, outermost first."), .init("summary", .text),
        .init("missing", .list(.text), "Lines of the baseline that are gone."),
        .init("extra", .list(.text), "Lines that the baseline does not have."),
    ])

    static let hook = OutputSchema.object([
        .init("event", .choice(HookEvent.Kind.allCases.map(\.rawValue))), .init("subject", .optional(.text)),
        .init("hook", .text), .init("status", .optional(.integer)), .init("seconds", .number),
        .init("output", .text, "The beginning of what it said."), .init("fault", .optional(.text)),
    ])

    private static let run = OutputSchema.object([
        .init("run", .text), .init("workspace", .text), .init("started", .time), .init("finished", .time),
        .init(
            "rows",
            .list(
                .object([
                    .init("device", .text), .init("group", .text), .init("outcome", outcome),
                    .init("version", .optional(.integer), "The latest good version."), .init("failure", failure),
                    .init("message", .optional(.text)), .init("notes", .list(.text)),
                    .init("seconds", .number), .init("bytes", .integer), .init("lastGood", .optional(.time)),
                    .init("isFresh", .flag, "Whether the last good copy is within the objective."),
                    .init("freshness", .number, "The objective in seconds."),
                    .init(
                        "isQuarantined", .flag, "Whether a capture waits in quarantine, of this run or an earlier one."),
                ])), "One for each asked device, by id."),
        .init("inventory", .integer, "How many devices there are: more than rows where only some were asked for."),
        .init("findings", .list(finding)),
        .init("commit", .optional(.text), "In store.git; absent when nothing changed."),
        .init("renewed", .integer, "Devices without a new version whose exact bytes were kept anew."),
        .init("wasStopped", .flag),
        .init("hooks", .list(hook), "Hooks that failed or said something."), .init("notices", .list(.text)),
        .init("exit", .integer),
    ])

    private static let preview = OutputSchema.object([
        .init("workspace", .text), .init("at", .time),
        .init(
            "rows",
            .list(
                .object([
                    .init("device", .text), .init("group", .text), .init("platform", .text),
                    .init("action", .choice(RunPreview.Document.Action.allCases.map(\.rawValue))),
                    .init("reason", .text),
                    .init("lastGood", .optional(.time)),
                    .init("due", .optional(.time), "When it is to be collected next, windows left out of account."),
                    .init(
                        "commands", .optional(.list(.text)), "With --commands: every line that would be sent, and when."
                    ),
                ])), "Those that would be collected first, in their order."),
    ])

    static let restorability = OutputSchema.object([
        .init("verdict", .choice(Restorability.Verdict.allCases.map(\.rawValue))),
        .init("reasons", .list(.text), "What is missing, or why not."),
        .init("gaps", .list(.text), "What does not come back on other hardware."),
    ])

    private static let standings = OutputSchema.object([
        .init("workspace", .text), .init("at", .time), .init("exit", .integer),
        .init(
            "devices",
            .list(
                .object([
                    .init("device", .text), .init("group", .text), .init("platform", .text), .init("state", .text),
                    .init(
                        "evidence", .optional(.choice(Platform.Evidence.allCases.map(\.rawValue))),
                        "What the platform file rests on."),
                    .init(
                        "restorability", restorability,
                        "Whether the latest version could be put back, as it was judged when it was collected."),
                    .init("mayHoldPatientData", .flag, "Only digests of its texts are kept in clear."),
                    .init("uncovered", .optional(.text)), .init("version", .optional(.integer)),
                    .init(
                        "imported", .optional(.text), "The tool that the latest version was imported from: unproven."),
                    .init("lastGood", .optional(.time)), .init("freshness", .number, "Seconds."),
                    .init("isFresh", .flag),
                    .init(
                        "lastAttempt",
                        .optional(
                            .object([
                                .init("at", .time), .init("outcome", outcome), .init("message", .optional(.text)),
                                .init("failure", failure),
                            ]))),
                    .init(
                        "quarantine",
                        .optional(
                            .object([
                                .init("run", .text), .init("taken", .time), .init("reasons", .list(.text)),
                            ])), "The newest capture that waits."),
                    .init("held", .optional(.text), "Why its credential is held, so that it is not asked."),
                    .init("baseline", .optional(baseline)),
                    .init("half", .optional(baseline), "Approved by one person, and waiting for another."),
                    .init("findings", .list(finding)),
                    .init("since", .map(.time), "When a run first found them, by their ids."),
                    .init("marks", .map(mark), "What people have said of them, by their ids."),
                    .init("waived", .list(waived), "Findings that people have accepted for a time."),
                ]))),
    ])

    private static let mark = OutputSchema.object([
        .init(
            "kind", .choice(ApprovalManifest.Remark.Kind.allCases.map(\.rawValue)), "waived: the waiver has expired."),
        .init("by", .text), .init("at", .optional(.time)), .init("reason", .optional(.text)),
        .init("ticket", .optional(.text)), .init("until", .optional(.text)),
    ])

    private static let waived = OutputSchema.object([
        .init("finding", finding), .init("by", .text), .init("reason", .optional(.text)),
        .init("compensating", .optional(.text)), .init("until", .text), .init("ticket", .optional(.text)),
    ])

    private static let baseline = OutputSchema.object([
        .init("version", .integer), .init("sequence", .integer), .init("by", .text), .init("at", .time),
        .init("reason", .optional(.text)), .init("isSigned", .flag),
        .init("isAdopted", .flag, "Whether nobody looked at what was approved: day one."),
        .init("expires", .optional(.text), "The last day on which it holds."),
        .init("others", .list(.text), "Who approved the same."),
    ])

    private static let history = OutputSchema.list(
        .object([
            .init("version", .integer), .init("taken", .time), .init("run", .optional(.text)), .init("commit", .text),
            .init("group", .text), .init("platform", .text), .init("changed", .list(.text)),
            .init(
                "imported",
                .optional(.object([.init("tool", .text), .init("commit", .text, "In that tool's repository.")])),
                "Present for a version that another tool had collected: unproven."),
            .init("kept", .optional(.time), "When its exact bytes were last kept anew as a restore copy."),
            .init("restorable", .optional(.text), "yes, partly or no, as it was judged when it was collected."),
            .init("restorableReasons", .optional(.list(.text)), "What is missing of it, or why not."),
        ]))

    static let facts = OutputSchema.object([
        .init("hostname", .optional(.text)), .init("vendor", .optional(.text)), .init("model", .optional(.text)),
        .init("serials", .list(.text)), .init("version", .optional(.text)),
        .init("boot", .list(.text), "Images that the device boots from, in its order."),
        .init(
            "images",
            .list(
                .object([
                    .init("path", .text), .init("size", .optional(.integer)),
                    .init("modified", .optional(.integer), "Seconds since 1970."),
                    .init(
                        "digest",
                        .optional(
                            .object([
                                .init("algorithm", .choice(DigestAlgorithm.allCases.map(\.rawValue))),
                                .init("value", .text),
                            ])), "Absent where it is not assessable: the note says why."),
                    .init("note", .optional(.text)),
                ]))),
    ])

    private static let show = OutputSchema.object([
        .init("version", .text), .init("facts", facts),
        .init("artifacts", .list(.object([.init("artifact", .text), .init("text", .text)]))),
        .init("digestOnly", .flag, "Texts may hold patient data: only digests of them are kept."),
    ])

    private static let differences = OutputSchema.list(
        .object([
            .init("artifact", .text), .init("onlyIn", .optional(.text)),
            .init("digestOnly", .flag, "Its text may hold patient data: only a digest of it is kept."),
            .init(
                "hunks",
                .list(
                    .object([
                        .init("section", .list(.text)), .init("oldStart", .integer), .init("newStart", .integer),
                        .init(
                            "lines",
                            .list(
                                .object([
                                    .init("kind", .choice(["context", "removed", "added"])), .init("text", .text),
                                ]))),
                    ]))),
        ]))

    private static let diff = OutputSchema.object([
        .init("old", .text), .init("new", .text), .init("artifacts", differences),
    ])

    private static let credential = OutputSchema.object([
        .init("credential", .text), .init("user", .text),
        .init("method", .text, "Where the secret is, never what it is."), .init("hasEnable", .flag),
        .init("hosts", .integer, "How many devices and jump hosts use it."),
        .init("isHeld", .flag, "Whether nobody is asked with it any more."),
        .init(
            "refusals", .list(.object([.init("host", .text), .init("at", .time)])),
            "Who refused what it is now; they are not asked again with it."),
    ])

    private static let quarantineEntry = OutputSchema.object([
        .init("device", .text), .init("run", .text), .init("group", .text), .init("platform", .text),
        .init("taken", .time), .init("reasons", .list(.text)),
        .init(
            "artifacts",
            .list(
                .object([
                    .init("name", .text), .init("file", .text, "In var/quarantine/RUN/DEVICE/."),
                    .init("bytes", .integer), .init("defects", .list(.text)),
                ]))),
        .init("facts", facts), .init("notes", .list(.text)),
        .init(
            "decision",
            .optional(
                .object([
                    .init("outcome", .choice(QuarantineEntry.Decision.Outcome.allCases.map(\.rawValue))),
                    .init("at", .time), .init("by", .optional(.text)), .init("reason", .optional(.text)),
                    .init("version", .optional(.integer)),
                ])), "Absent while it waits."),
    ])

    private static let quarantineShow = OutputSchema.object([
        .init("entry", quarantineEntry), .init("latest", .optional(.text), "The good version it is compared with."),
        .init("differences", differences), .init("remarks", .list(.text)),
        .init("transcript", .optional(.list(.text)), "With --transcript: what passed, secrets masked."),
    ])

    private static let quarantineDecision = OutputSchema.object([
        .init("device", .text), .init("run", .text),
        .init("outcome", .choice(QuarantineEntry.Decision.Outcome.allCases.map(\.rawValue))), .init("by", .text),
        .init("reason", .text), .init("version", .optional(.integer)),
    ])

    private static let storeImport = OutputSchema.object([
        .init("tool", .choice(ForeignTool.allCases.map(\.rawValue))), .init("commits", .integer, "Read."),
        .init(
            "devices",
            .list(
                .object([
                    .init("device", .text), .init("path", .text), .init("versions", .integer, "Added."),
                    .init("unchanged", .integer, "Changes there that change no comparable text."),
                    .init("first", .optional(.time)), .init("last", .optional(.time)),
                    .init("doubtful", .integer, "Versions that look cut short or unsound."),
                    .init("doubt", .optional(.text)),
                    .init("withoutSecrets", .integer, "Versions from which the tool had removed secrets."),
                    .init("uncovered", .integer, "Masked lines of the newest that no rule covers."),
                    .init("notes", .list(.text)), .init("refused", .optional(.text)),
                ]))),
        .init("unmatched", .list(.object([.init("path", .text), .init("changes", .integer)]))),
        .init("moreUnmatched", .integer), .init("otherFiles", .integer), .init("isDryRun", .flag),
        .init("commit", .optional(.text)), .init("notices", .list(.text)),
    ])

    private static let config = OutputSchema.list(
        .object([.init("key", .text), .init("value", .text), .init("origin", .text), .init("meaning", .text)]))

    private static let inventory = OutputSchema.list(
        .object([
            .init("device", .text), .init("group", .text), .init("address", .text), .init("port", .integer),
            .init("platform", .text), .init("credential", .optional(.text)), .init("jump", .optional(.text)),
            .init("profile", .choice(AlgorithmProfile.allCases.map(\.rawValue))),
            .init("freshness", .number, "Seconds."),
            .init("tags", .list(.text)), .init("owner", .optional(.text)), .init("state", .text),
            .init("uncovered", .optional(.text)),
        ]))

    private static let hostkeys = OutputSchema.list(
        .object([
            .init("device", .text), .init("address", .text), .init("port", .integer), .init("algorithm", .text),
            .init("fingerprint", .text), .init("revoked", .flag),
        ]))
}
