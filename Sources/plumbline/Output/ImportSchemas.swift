import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What imports of inventories give with `--format json`.
enum ImportSchemas {
    static let all: [JSONSchema] = [
        inventory.document(name: "inventory-import", title: "Output of 'plumbline inventory import --format json'")
    ]

    private static let inventory = OutputSchema.object([
        .init("source", .choice(InventorySource.allCases.map(\.rawValue))),
        .init(
            "devices",
            .list(
                .object([
                    .init("device", .text), .init("name", .text, "As in the source."), .init("group", .text),
                    .init("address", .text), .init("platform", .optional(.text)),
                    .init("state", .choice(Device.State.allCases.map(\.rawValue))),
                    .init("outcome", .choice(InventoryDraft.Row.Outcome.allCases.map(\.rawValue))),
                    .init("origin", .text, "FILE:LINE of the source."),
                ]))),
        .init(
            "files", .list(.object([.init("path", .text), .init("text", .text)])),
            "Written, or to be written with --dry-run; credentials.yaml as it is afterwards."),
        .init("notes", .list(.text)), .init("isDryRun", .flag),
    ])
}
