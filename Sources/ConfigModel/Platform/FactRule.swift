/// Facts about the device, and where they are found.
package struct FactRule: Sendable, Hashable, Codable {
    package enum Source: Sendable, Hashable, Codable {
        /// The first of the commands that the device knows.
        case command([String], effect: LineEffect)
        case file(String)
    }

    package enum Field: String, Sendable, Hashable, Codable, CaseIterable {
        case hostname, vendor, model, serial, version
        /// Images that the device boots from, in the device's order.
        case boot
    }

    package struct Finder: Sendable, Hashable, Codable {
        package var field: Field
        /// The first capture group is the value. Of `serial` and `boot` every match counts, else the first.
        package var pattern: PatternText

        package init(field: Field, pattern: PatternText) {
            self.field = field
            self.pattern = pattern
        }
    }

    package var source: Source
    package var finders: [Finder]
    package var optional: Bool
    package var mode: String?

    package init(source: Source, finders: [Finder], optional: Bool = false, mode: String? = nil) {
        self.source = source
        self.finders = finders
        self.optional = optional
        self.mode = mode
    }
}

extension FactRule.Source {
    /// One command.
    package static func command(_ command: String, effect: LineEffect) -> Self { .command([command], effect: effect) }
}
