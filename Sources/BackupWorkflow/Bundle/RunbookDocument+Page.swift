extension RunbookDocument {
    /// One page of HTML without script and without anything from elsewhere; good on paper.
    var page: String {
        var page = Markup()
        page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.add("title", title)
        page.raw("<style>\n\(PageStyle.text)\n\(Self.style)\n</style></head><body>\n")
        page.add("h1", title)
        page.add("p", class: "sub", subtitle)
        for part in parts { Self.show(part, &page) }
        page.raw("</body></html>\n")
        return page.text
    }

    private static let style = """
        h2.device { margin-top: 3rem; border-top: 2px solid var(--ink); padding-top: .6rem; } dl { display: grid; grid-template-columns: max-content 1fr;
          gap: .15rem 1rem; margin: .4rem 0; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; } ol.steps > li { margin: .5rem 0; }
        ol.steps pre { margin: .2rem 0; } ol.steps p { margin: .1rem 0 .4rem; } td:nth-child(3) { white-space: normal; }
        @media print { h2.device { break-before: page; } ol.steps > li, dl { break-inside: avoid; } }
        """

    private static func show(_ part: Part, _ page: inout Markup) {
        switch part {
        case .device(let text): page.add("h2", class: "device", text)
        case .heading(let text): page.add("h3", text)
        case .paragraph(let text): page.add("p", text)
        case .warning(let text): page.add("p", class: "verdict bad", text)
        case .list(let texts):
            page.open("ul")
            for text in texts { page.add("li", text) }
            page.close("ul")
        case .facts(let facts):
            page.open("dl")
            for (name, value) in facts {
                page.add("dt", name)
                page.add("dd", value)
            }
            page.close("dl")
        case .table(let columns, let rows):
            page.open("table")
            page.open("tr")
            for column in columns { page.add("th", column) }
            page.close("tr")
            for row in rows {
                page.open("tr")
                for cell in row { page.add("td", cell) }
                page.close("tr")
            }
            page.close("table")
        case .steps(let steps):
            page.open("ol", class: "steps")
            for step in steps {
                page.open("li")
                page.raw(Markup.escaped(step.text) + "\n")
                for (typed, remark) in step.lines {
                    page.add("pre", typed)
                    if let remark { page.add("p", class: "dim", remark) }
                }
                page.close("li")
            }
            page.close("ol")
        }
    }
}
