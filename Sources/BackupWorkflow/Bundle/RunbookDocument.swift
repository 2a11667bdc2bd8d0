/// A text for people in parts, from which the plain text and the page are made: what one says the other says.
struct RunbookDocument: Sendable {
    struct Step: Sendable, Hashable {
        var text: String
        /// To be typed as they stand, each with what its answer must be.
        var lines: [(typed: String, remark: String?)] = []

        init(_ text: String, _ lines: [(typed: String, remark: String?)] = []) {
            self.text = text
            self.lines = lines
        }

        static func == (left: Step, right: Step) -> Bool {
            left.text == right.text && left.lines.map(\.typed) == right.lines.map(\.typed)
                && left.lines.map(\.remark) == right.lines.map(\.remark)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(text)
            hasher.combine(lines.map(\.typed))
        }
    }

    enum Part: Sendable {
        /// Of a device, on paper on a page of its own where there is room.
        case device(String)
        case heading(String)
        case paragraph(String)
        case warning(String)
        case list([String])
        case facts([(name: String, value: String)])
        case table(columns: [String], rows: [[String]])
        case steps([Step])
    }

    var title: String
    var subtitle: String
    var parts: [Part] = []
}
