/// An error that ends a command with a status and a text for a person.
protocol CommandFailure: Error {
    var code: Int32 { get }
    var message: String { get }
}
