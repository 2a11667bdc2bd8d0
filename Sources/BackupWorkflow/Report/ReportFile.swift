/// A report in a file of its own.
package enum ReportFile {
    /// Puts it in its place whole: who reads it meanwhile reads the old one.
    package static func write(_ text: String, to path: String) throws(WorkflowError) {
        do throws(FileTree.Failure) {
            try FileTree.write(Array(text.utf8), to: path)
        } catch {
            throw .file(path: path, reason: error.reason)
        }
    }
}
