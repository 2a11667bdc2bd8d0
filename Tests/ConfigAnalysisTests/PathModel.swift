import ConfigModel

/// Configurations in the manner of Junos, as statements within statements.
struct GeneratedPaths {
    var words: String
    var children: [GeneratedPaths] = []
    var isInactive = false
    /// Values in brackets behind the words.
    var values: [String] = []

    static let platform = Platform(
        name: "made_paths", syntax: .braces, ordered: ["^policy-statement "],
        restore: RestoreRules(
            method: .lines,
            lines: RemediationRules(
                negate: "delete {line}", keep: ["^version "],
                overwrites: ["^set (?:.* )?(?:host-name|description|metric) "])))

    static func tree(_ dice: inout Dice) -> GeneratedPaths {
        var root = GeneratedPaths(words: "")
        root.children.append(
            .init(
                words: "system",
                children: [
                    .init(words: "host-name r\(GeneratedModes.pick([1, 2], &dice))"),
                    .init(words: #"location "ward 3; left { side }""#),
                ]))
        var addresses = (1...5).map { "10.0.\($0).1/24" }.shuffled(using: &dice)
        let ports = GeneratedModes.some(["ge-0/0/0", "ge-0/0/1", "lo0"], 70, &dice).map { port in
            var unit = [
                GeneratedPaths(
                    words: "family inet",
                    children: addresses.popLast().map { [.init(words: "address \($0)")] } ?? [.init(words: "dhcp")])
            ]
            if GeneratedModes.chance(50, &dice) {
                unit.append(.init(words: "description \"to \(GeneratedModes.pick(["core", "ward"], &dice))\""))
            }
            var units = [GeneratedPaths(words: "unit 0", children: unit, isInactive: GeneratedModes.chance(15, &dice))]
            if GeneratedModes.chance(30, &dice) { units.append(.init(words: "disable")) }
            if GeneratedModes.chance(30, &dice) {
                units.append(
                    .init(
                        words: "unit 7",
                        children: [.init(words: "vlan-id 7", isInactive: GeneratedModes.chance(30, &dice))]))
            }
            return GeneratedPaths(words: port, children: units, isInactive: GeneratedModes.chance(10, &dice))
        }
        if !ports.isEmpty { root.children.append(.init(words: "interfaces", children: ports)) }
        root.children += policies(&dice)
        return root
    }

    private static func policies(_ dice: inout Dice) -> [GeneratedPaths] {
        let names = GeneratedModes.some(["IN", "OUT"], 70, &dice)
        let policies = names.map { name in
            let terms = GeneratedModes.some(["a", "b", "c", "d"], 60, &dice).shuffled(using: &dice).map { term in
                GeneratedPaths(
                    words: "term \(term)",
                    children: [
                        .init(
                            words: "from",
                            children: [.init(words: "protocol \(GeneratedModes.pick(["bgp", "static"], &dice))")]),
                        .init(
                            words: "then",
                            children: [
                                .init(words: "metric \(GeneratedModes.pick([5, 6], &dice))"), .init(words: "accept"),
                            ]),
                    ])
            }
            return GeneratedPaths(words: "policy-statement \(name)", children: terms + [.init(words: "then reject")])
        }
        let peers = GeneratedModes.some(["10.0.0.1", "10.0.0.2"], 60, &dice).map { peer in
            let order = GeneratedModes.some(["IN", "OUT", "ALL", "X"], 60, &dice).shuffled(using: &dice)
            return GeneratedPaths(
                words: "neighbor \(peer)",
                children: [.init(words: "peer-as \(GeneratedModes.pick([1, 2], &dice))")]
                    + (order.isEmpty ? [] : [.init(words: "import", values: order)]))
        }
        return (policies.isEmpty ? [] : [.init(words: "policy-options", children: policies)])
            + (peers.isEmpty ? [] : [.init(words: "protocols", children: [.init(words: "bgp", children: peers)])])
    }

    var text: String { "## Last commit: now\nversion 1;\n" + children.map { $0.printed(0) }.joined() }

    /// The same as lines that set paths.
    var setText: String {
        let paths = children.flatMap { $0.paths() }.map { "set \($0)\n" }
        return (paths + children.flatMap { $0.inactive() }.map { "deactivate \($0)\n" }).joined()
    }

    private func printed(_ depth: Int) -> String {
        let pad = String(repeating: "    ", count: depth) + (isInactive ? "inactive: " : "")
        if values.count == 1 { return "\(pad)\(words) \(values[0]);\n" }
        if !values.isEmpty { return "\(pad)\(words) [ \(values.joined(separator: " ")) ];\n" }
        guard !children.isEmpty else { return "\(pad)\(words);\n" }
        return "\(pad)\(words) {\n" + children.map { $0.printed(depth + 1) }.joined()
            + String(repeating: "    ", count: depth) + "}\n"
    }

    /// Every path that is entered.
    func paths(_ above: String = "") -> [String] {
        let own = above.isEmpty ? words : "\(above) \(words)"
        if !values.isEmpty { return values.map { "\(own) \($0)" } }
        return children.isEmpty ? [own] : children.flatMap { $0.paths(own) }
    }

    func inactive(_ above: String = "") -> [String] {
        let own = above.isEmpty ? words : "\(above) \(words)"
        return (isInactive ? [own] : []) + children.flatMap { $0.inactive(own) }
    }
}

/// A made-up device that takes paths: `set`, `delete`, `activate`, `deactivate`.
struct PathModel {
    struct State: Equatable {
        var paths: Set<String>
        var inactive: Set<String>
        /// Terms of policies and values of lists, in their order.
        var ordered: [String: [String]]
    }

    private var paths: [String]
    private var places: [String]
    private var inactive: Set<String>
    private(set) var refusals: [String] = []

    init(_ tree: GeneratedPaths) {
        paths = tree.children.flatMap { $0.paths() }
        places = []
        for place in paths.compactMap(Self.place) where !places.contains(place) { places.append(place) }
        inactive = Set(tree.children.flatMap { $0.inactive() })
    }

    mutating func enter(_ lines: [String]) {
        for line in lines {
            let place = line.firstIndex(of: " ") ?? line.endIndex
            let path = String(line[place...].dropFirst())
            switch line[..<place] {
            case "set": set(path)
            case "delete":
                if !paths.contains(where: { Self.isBelow($0, path) }) {
                    refusals.append("\(line): statement not found")
                }
                paths.removeAll { Self.isBelow($0, path) }
                places.removeAll { Self.isBelow($0, path) }
                inactive = inactive.filter { !Self.isBelow($0, path) }
            case "activate": if inactive.remove(path) == nil { refusals.append("\(line): it is active") }
            case "deactivate":
                if !paths.contains(where: { Self.isBelow($0, path) }) {
                    refusals.append("\(line): statement not found")
                }
                inactive.insert(path)
            default: refusals.append("\(line): unknown command")
            }
        }
    }

    private mutating func set(_ path: String) {
        guard !paths.contains(path) else { return }
        for name in [" host-name ", " description ", " metric "] {
            guard let range = path.range(of: name) else { continue }
            paths.removeAll { $0.hasPrefix(path[..<range.upperBound]) }
        }
        paths.append(path)
        if let place = Self.place(of: path), !places.contains(place) { places.append(place) }
    }

    private static func isBelow(_ path: String, _ top: String) -> Bool { path == top || path.hasPrefix(top + " ") }

    /// The term or the value in which order counts, up to which the path leads.
    private static func place(of path: String) -> String? {
        let words = path.split(separator: " ")
        guard words.count > 3 else { return nil }
        if words[1] == "policy-statement" { return words.prefix(5).joined(separator: " ") }
        return words.contains("import") ? path : nil
    }

    var state: State {
        // A term stays where it is while it is changed.
        let ordered = Dictionary(grouping: places) { $0.split(separator: " ").prefix(4).joined(separator: " ") }
        return State(
            paths: Set(paths), inactive: inactive,
            ordered: ordered.mapValues { $0.filter { place in paths.contains { Self.isBelow($0, place) } } }.filter {
                !$0.value.isEmpty
            })
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}
