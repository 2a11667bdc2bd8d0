import ArgumentParser

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Takes care of what is stored: its keys, its soundness, its size, its mirror.",
        subcommands: [
            StoreVerifyCommand.self, StoreReindexCommand.self, StoreMaintainCommand.self, StorePushCommand.self,
            StoreExportKeyCommand.self,
            StoreImportKeyCommand.self,
            StoreRekeyCommand.self, StoreRetireCommand.self, StoreImportCommand.self,
        ])
}
