import DeviceInventory

/// What the commands that take care of the store give with `--format json`.
enum StoreSchemas {
    static let all: [JSONSchema] = [
        exportKey.document(
            name: "store-export-key", title: "Output of 'plumbline store export-key FILE --format json'")
    ]

    private static let exportKey = OutputSchema.object([
        .init("repositories", .list(.text), "Those whose keys were exported, oldest first."),
        .init("file", .optional(.text), "The key file of git-crypt."),
        .init("text", .optional(.text), "The file with all keys as text."),
    ])
}
