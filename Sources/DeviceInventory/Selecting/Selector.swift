package import ConfigModel

/// Which devices a command is about: words that all must hold; a comma within a word means or.
///
/// A word is a device id or a glob of ids (`*`, `?`, `[…]`), `group:NAME`, `tag:NAME` or `platform:NAME`; names may be
/// globs too. After a comma the word before the colon goes on: `group:icu,ward` is `group:icu,group:ward`.
package struct Selector: Sendable, Hashable, CustomStringConvertible {
    enum Field: String, Sendable, CaseIterable { case id, group, tag, platform }

    struct Alternative: Sendable, Hashable {
        var field: Field
        var text: String
        var glob: Glob
    }

    private let words: [[Alternative]]
    package let description: String

    /// Every device.
    package static let all = Selector(words: [], description: "all devices")

    private init(words: [[Alternative]], description: String) {
        self.words = words
        self.description = description
    }

    /// - Parameter arguments: As from the command line; blanks within one separate words too.
    package init(_ arguments: [String]) throws(SelectorError) {
        var words: [[Alternative]] = []
        let texts = arguments.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        guard !texts.isEmpty else { throw .empty }
        for text in texts { words.append(try Self.alternatives(of: text)) }
        self.words = words
        description = texts.joined(separator: " ")
    }

    private static func alternatives(of word: String) throws(SelectorError) -> [Alternative] {
        var field = Field.id
        var alternatives: [Alternative] = []
        for part in word.split(separator: ",", omittingEmptySubsequences: false) {
            var text = String(part)
            if let colon = part.firstIndex(of: ":") {
                let name = String(part[..<colon])
                guard let known = Field(rawValue: name) else {
                    throw .unknownField(name, nearest: Suggestion.nearest(to: name, in: Field.allCases.map(\.rawValue)))
                }
                field = known
                text = String(part[part.index(after: colon)...])
            }
            guard !text.isEmpty else { throw .emptyName(word: word) }
            alternatives.append(Alternative(field: field, text: text, glob: Glob(text, brackets: true)))
        }
        return alternatives
    }

    /// What was selected, and which parts of the selector fit no device at all: a typo is no silent pass.
    package struct Selection: Sendable, Hashable {
        /// In the order in which they were given.
        package var devices: [Device]
        /// Such as `group:icuu`, with what may have been meant.
        package var unmatched: [Unmatched]
    }

    package struct Unmatched: Sendable, Hashable, CustomStringConvertible {
        package var word: String
        package var nearest: String?

        package var description: String {
            "'\(word)' fits no device" + (nearest.map { " (did you mean '\($0)'?)" } ?? "")
        }
    }

    /// - Parameter platformName: The name behind an alias, so that `platform:ios` selects `cisco_ios`.
    package func select(from devices: [Device], platformName: (String) -> String? = { _ in nil }) -> Selection {
        let resolved = words.map { $0.map { alternative in alternative.resolved(platformName) } }
        let chosen = devices.filter { device in
            resolved.allSatisfy { word in word.contains { $0.fits(device) } }
        }
        let unmatched = resolved.joined().filter { alternative in !devices.contains { alternative.fits($0) } }
        return Selection(devices: chosen, unmatched: unmatched.map { $0.unmatched(among: devices) })
    }

    /// Selects from an inventory, whose platform aliases are known.
    package func select(from inventory: Inventory) -> Selection {
        select(from: inventory.devices) { inventory.platform(named: $0)?.name }
    }
}

extension Selector.Alternative {
    fileprivate func resolved(_ platformName: (String) -> String?) -> Self {
        guard field == .platform, let name = platformName(text) else { return self }
        return Self(field: field, text: text, glob: Glob(name, brackets: true))
    }

    fileprivate func fits(_ device: Device) -> Bool { values(of: device).contains { glob.matches($0) } }

    private func values(of device: Device) -> [String] {
        switch field {
        case .id: [device.id.text]
        case .group: [device.group]
        case .tag: device.tags
        case .platform: [device.platform]
        }
    }

    fileprivate func unmatched(among devices: [Device]) -> Selector.Unmatched {
        let prefix = field == .id ? "" : "\(field.rawValue):"
        let names = Set(devices.flatMap(values)).sorted()
        return Selector.Unmatched(
            word: prefix + text, nearest: Suggestion.nearest(to: text, in: names).map { prefix + $0 })
    }
}

/// Why a selector cannot be read: wrong usage, exit 64.
package enum SelectorError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case emptyName(word: String)
    case unknownField(String, nearest: String?)

    package var description: String {
        switch self {
        case .empty: "no device is selected: name devices, or say '--all'"
        case .emptyName(let word): "'\(word)' has an empty part: write a name before and after each comma and colon"
        case .unknownField(let name, let nearest):
            "'\(name):' is no way to select" + (nearest.map { " (did you mean '\($0):'?)" } ?? "")
                + ": write a device id, group:NAME, tag:NAME or platform:NAME"
        }
    }
}
