import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Mustache

/// Renders a golden template for a device.
struct GoldenText {
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    let golden: GoldenTemplate
    private let template: MustacheTemplate
    private let names: Set<String>

    init(_ golden: GoldenTemplate) throws(Fault) {
        self.golden = golden
        do {
            // As it is, not as HTML wants it.
            template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + golden.template)
        } catch {
            let fault = error as? MustacheTemplate.ParserError
            let place = fault.map { " in line \($0.context.lineNumber)" } ?? ""
            throw Fault(description: "the template is no Mustache\(place): \(fault?.error ?? error)")
        }
        names = Self.names(in: golden.template)
    }

    /// - Throws: A variable that is not set, or a text of which nothing is left.
    func rendered(for device: Device, facts: Facts) throws(Fault) -> [UInt8] {
        var values: [String: Any] = golden.vars
        for (name, value) in device.vars { values[name] = value }
        let known: [String: String?] = [
            "id": device.id.text, "group": device.group, "address": device.address, "platform": device.platform,
            "hostname": facts.hostname, "model": facts.model, "version": facts.version, "serial": facts.serials.first,
        ]
        for (name, value) in known { if let value { values[name] = value } }
        values["tags"] = device.tags
        values["tag"] = Dictionary(device.tags.map { ($0, true) }, uniquingKeysWith: { first, _ in first })
        let unset = names.filter { values[$0] == nil }.sorted()
        guard unset.isEmpty else {
            throw Fault(
                description:
                    "the variable '\(unset[0])' is not set for \(device.id): 'vars' of the device, its group or the template"
            )
        }
        let text = Array(template.render(values).utf8)
        guard text.contains(where: { $0 > 0x20 }) else { throw Fault(description: "it renders to nothing") }
        return text
    }

    /// The variables that the text takes; those of sections may be missing, which is what sections are for.
    private static func names(in template: String) -> Set<String> {
        var names: Set<String> = []
        var rest = template[...]
        var marks = (open: "{{", close: "}}")
        while let open = rest.range(of: marks.open) {
            var body = rest[open.upperBound...]
            guard let close = body.range(of: marks.close) else { break }
            rest = body[close.upperBound...]
            body = body[..<close.lowerBound]
            while let first = body.first, first == "{" || first == "&" || first.isWhitespace { body.removeFirst() }
            if body.first == "=" {
                // Other marks from here on.
                let words = body.filter { $0 != "=" }.split(whereSeparator: \.isWhitespace).map(String.init)
                if words.count == 2 { marks = (words[0], words[1]) }
                continue
            }
            guard let first = body.first, !"#^/!>%$<".contains(first) else { continue }
            let name = body.filter { !$0.isWhitespace && $0 != "}" }
            if name != "." { names.insert(String(name)) }
        }
        return names
    }
}

extension StringProtocol {
    /// The first place of a text; of the standard library there is none.
    fileprivate func range(of wanted: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(wanted) { return start..<index(start, offsetBy: wanted.count) }
            start = index(after: start)
        }
        return nil
    }
}
