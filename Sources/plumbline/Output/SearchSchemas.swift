import DeviceInventory

/// What `search` gives with `--format json`.
enum SearchSchemas {
    static let all: [JSONSchema] = [
        search.document(name: "search", title: "Output of 'plumbline search --format json'")
    ]

    private static let search = OutputSchema.object([
        .init(
            "hits",
            .list(
                .object([
                    .init("device", .text), .init("version", .integer), .init("taken", .time), .init("group", .text),
                    .init("artifact", .text), .init("line", .integer, "Counted from 1."),
                    .init("section", .list(.text), "Section headers, outermost first."), .init("text", .text),
                    .init("matches", .list(.text), "What of the line the pattern matched, left to right."),
                ])), "By device, artifact and line."),
        .init("failures", .list(.text), "What ended the search before its end; empty when nothing did."),
        .init("nothingStored", .list(.text), "Devices that were asked for and have no version (at that time)."),
        .init("notInInventory", .list(.text), "Devices that are stored, but not in the inventory any more."),
        .init(
            "notSearched", .list(.object([.init("device", .text), .init("reason", .text)])),
            "Among them those of whose texts only digests are kept."),
        .init("pattern", .text),
        .init("searched", .object([.init("devices", .integer), .init("texts", .integer)])),
        .init("versionsBefore", .optional(.time), "With --at: versions taken before this."),
    ])
}
