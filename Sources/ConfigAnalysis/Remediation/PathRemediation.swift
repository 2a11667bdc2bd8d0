/// The lines for languages in which a statement is entered as a path from the root, and takes effect with all others at once.
struct PathRemediation {
    private let negate: String
    private let typed: Bool
    /// What loses all that stood in it may be gone with that; others than Junos refuse a statement that is there.
    private let losesEmptied: Bool
    private var result = Remediation()
    private var gone: [String] = []
    private var come: [String] = []

    static func lines(from old: PathNode, to new: PathNode, negate: String, typed: Bool, losesEmptied: Bool)
        -> Remediation
    {
        var remediation = PathRemediation(negate: negate, typed: typed, losesEmptied: losesEmptied)
        remediation.compare(old, new, [])
        remediation.result.lines = remediation.gone + remediation.come
        return remediation.result
    }

    private init(negate: String, typed: Bool, losesEmptied: Bool) {
        self.losesEmptied = losesEmptied
        self.negate = negate
        self.typed = typed
    }

    private mutating func compare(_ old: PathNode, _ new: PathNode, _ path: [String]) {
        if !path.isEmpty, Self.isRenewed(old, new) {
            delete(path)
            enter(new, path)
            return
        }
        let stale = Self.staleLists(old, new)
        let wholes = Self.changedWholes(old, new)
        for name in wholes.sorted() where old.children.contains(where: { $0.whole == name }) { delete(setting: name) }
        let settings = Set(new.children.filter { !old.hasChild($0.compared) }.compactMap(\.setting))
        for child in old.children where !(child.whole.map(wholes.contains) ?? false) {
            let isStale = stale.contains(where: child.words.begins(withWords:))
            if let partner = new.child(child.compared), !isStale {
                compare(child, partner, path + [partner.words])
            } else if let setting = child.setting {
                if !settings.contains(setting) { delete(setting: setting) }
            } else {
                delete(path + [child.words])
            }
        }
        for child in new.children {
            let isStale = stale.contains(where: child.words.begins(withWords:))
            let isWhole = child.whole.map(wholes.contains) ?? false
            if isStale || isWhole || !old.hasChild(child.compared) { enter(child, path + [child.words]) }
        }
        if losesEmptied, new.children.isEmpty, !old.children.isEmpty, new.isStatement {
            send("set " + path.joined(separator: " "), to: \.come)
        }
        activate(old, new, path)
    }

    private mutating func activate(_ old: PathNode, _ new: PathNode, _ path: [String]) {
        guard old.isInactive != new.isInactive else { return }
        come.append("\(new.isInactive ? "deactivate" : "activate") \(path.joined(separator: " "))")
    }

    /// All statements of a section that is not there.
    private mutating func enter(_ node: PathNode, _ path: [String]) {
        if node.children.isEmpty || (node.isStatement && node.children.isEmpty) {
            send("set " + path.joined(separator: " "), to: \.come)
        }
        for child in node.children { enter(child, path + [child.words]) }
        if node.isInactive { come.append("deactivate " + path.joined(separator: " ")) }
    }

    private mutating func delete(_ path: [String]) {
        send(negate.replacing("{line}", with: path.joined(separator: " ")), to: \.gone)
    }

    private mutating func delete(setting: String) {
        send(negate.replacing("{line}", with: setting.dropped("set ").trimmed), to: \.gone)
    }

    private mutating func send(_ line: String, to lines: WritableKeyPath<PathRemediation, [String]>) {
        if let fault = Remediation.fault(of: line, typed: typed) {
            result.refuse(line, fault)
        } else {
            self[keyPath: lines].append(line)
        }
    }

    /// Whether the order in a section is another. What is entered anew comes last in the section around it, so that this is, too.
    private static func isRenewed(_ old: PathNode, _ new: PathNode) -> Bool {
        guard old.isOrdered || new.isOrdered else { return false }
        if !goesOn(old.children, new.children) { return true }
        return old.children.contains { child in new.child(child.compared).map { isRenewed(child, $0) } ?? false }
    }

    /// Whether what stays of the old ones are the first of the new ones: what is entered comes last.
    private static func goesOn(_ old: [PathNode], _ new: [PathNode]) -> Bool {
        let present = Set(new.map(\.compared))
        return new.map(\.compared).starts(with: old.map(\.compared).filter(present.contains))
    }

    /// The names of what is deleted and entered anew, where anything of it differs.
    private static func changedWholes(_ old: PathNode, _ new: PathNode) -> Set<String> {
        func parts(_ node: PathNode) -> [String: [String]] {
            Dictionary(grouping: node.children.filter { $0.whole != nil }) { $0.whole ?? "" }
                .mapValues { $0.map(\.compared) }
        }
        let (mine, theirs) = (parts(old), parts(new))
        return Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }
    }

    /// The lists whose values stand in another order.
    private static func staleLists(_ old: PathNode, _ new: PathNode) -> Set<String> {
        let names = Set((old.children + new.children).compactMap(\.list))
        return names.filter { name in
            func values(_ node: PathNode) -> [PathNode] {
                node.children.filter { $0.list == name || $0.words.begins(withWords: name) }
            }
            return !goesOn(values(old), values(new))
        }
    }
}
