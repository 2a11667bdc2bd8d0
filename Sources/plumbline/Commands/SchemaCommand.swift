import ArgumentParser
import BackupWorkflow
import DeviceInventory

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of a file kind or of a command's JSON output.",
        discussion: "Without a name, lists the names.")

    @Argument(help: "Such as 'group' or 'run'.") var name: String?

    func run() throws {
        let schemas = SchemaCatalogue.fileKinds + OutputSchemas.all
        guard let name else {
            let width = schemas.map(\.name.count).max() ?? 0
            for schema in schemas { Console.say("\(padded(schema.name, to: width))  \(schema.title)") }
            return
        }
        guard let schema = schemas.first(where: { $0.name == name }) else {
            let names = schemas.map(\.name).joined(separator: ", ")
            throw WorkflowError.request("there is no schema '\(name)'; there are: \(names)")
        }
        Console.write(Array(schema.document.utf8) + (schema.document.hasSuffix("\n") ? [] : [0x0A]), to: 1)
    }
}
