/// A part of a text that changes by itself.
package enum VolatileRule: Sendable, Hashable, Codable {
    /// A line that matches is no part of the comparable text.
    case line(PatternText)
    /// The first capture group of the line is replaced by `<volatile>`, every match of it.
    case part(PatternText)
    /// From a line that matches `from` to the next that matches `until`; that line stays unless `through`.
    case section(from: PatternText, until: PatternText, through: Bool)
}

extension VolatileRule: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .line(PatternText(value)) }
}

/// Lines that the device wraps.
package struct WrapRule: Sendable, Hashable, Codable {
    package enum End: Sendable, Hashable, Codable {
        /// A line with this at its end goes on in the next; what matches is taken away.
        case mark(PatternText)
        /// A line of exactly so many characters goes on in the next.
        case columns(Int)
    }

    package var end: End
    /// What is taken away at the start of the next line; it does not go on when this does not match. Nil: nothing.
    package var next: PatternText?

    package init(end: End, next: PatternText? = nil) {
        self.end = end
        self.next = next
    }
}

/// A part of a text that is replaced by a keyed fingerprint.
package struct SecretRule: Sendable, Hashable, Codable {
    /// The first capture group is the secret; matched line by line.
    package var pattern: PatternText
    /// A word such as `password`, `community`, `psk`.
    package var kind: String
    /// The device re-encrypts the value at every read: a change of it cannot be assessed.
    package var resalted: Bool
    /// The lines below which alone the rule holds; nil: on every line.
    package var section: Section?

    /// From the line after one that matches `from` to the one before the next that matches `until`.
    package struct Section: Sendable, Hashable, Codable {
        package var from: PatternText
        package var until: PatternText

        package init(from: PatternText, until: PatternText) {
            self.from = from
            self.until = until
        }
    }

    package init(pattern: PatternText, kind: String, resalted: Bool = false, section: Section? = nil) {
        self.pattern = pattern
        self.kind = kind
        self.resalted = resalted
        self.section = section
    }
}
