package import ConfigModel

/// Something wrong in a configuration file: where, what, and what to do about it.
package struct Fault: Error, Hashable, Sendable {
    /// The file is relative to the workspace. Line 0 stands for something that has no lines, such as a folder or a variable.
    package var location: SourceLocation
    /// What is wrong, without a full stop; never a secret's value.
    package var what: String
    /// What a person does about it.
    package var remedy: String

    package init(at location: SourceLocation, _ what: String, remedy: String) {
        self.location = location
        self.what = what
        self.remedy = remedy
    }
}

extension Fault: CustomStringConvertible {
    /// `file:line:column: what: what to do`
    package var description: String {
        let place = location.line > 0 ? location.description : location.file
        return "\(place): \(what): \(remedy)"
    }
}

extension Fault: Comparable {
    /// By file, line, column, then text.
    package static func < (left: Fault, right: Fault) -> Bool {
        if left.location.file != right.location.file { return left.location.file < right.location.file }
        if left.location.line != right.location.line { return left.location.line < right.location.line }
        if left.location.column != right.location.column { return left.location.column < right.location.column }
        return left.what < right.what
    }
}

/// Every fault of a configuration, all at once: exit 78.
package struct ConfigurationFaults: Error, Hashable, Sendable, CustomStringConvertible {
    /// Sorted by file and line; never empty.
    package let faults: [Fault]

    /// - Returns: nil when there is no fault.
    package init?(_ faults: some Sequence<Fault>) {
        self.faults = Set(faults).sorted()
        if self.faults.isEmpty { return nil }
    }

    /// One line per fault.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
