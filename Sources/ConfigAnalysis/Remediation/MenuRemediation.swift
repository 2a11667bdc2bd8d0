/// The lines for RouterOS: items are removed by what tells them from all others, and what cannot be told is not touched.
struct MenuRemediation {
    private let old: Menus
    private let new: Menus
    private let typed: Bool
    private var result = Remediation()
    private var gone: [(menu: String, lines: [String])] = []
    private var come: [(menu: String, lines: [String])] = []

    static func lines(from old: Menus, to new: Menus, typed: Bool) -> Remediation {
        var remediation = MenuRemediation(old: old, new: new, typed: typed)
        for menu in new.order + old.order.filter({ new.items[$0] == nil }) { remediation.compare(menu) }
        for line in Set(old.strange).symmetricDifference(new.strange).sorted() {
            remediation.result.refuse(line, "is neither 'add' nor 'set'")
        }
        let places = Dictionary(old.order.enumerated().map { ($1, $0) }) { first, _ in first }
        remediation.gone.sort { places[$0.menu] ?? 0 > places[$1.menu] ?? 0 }
        for (menu, lines) in remediation.gone + remediation.come { remediation.result.lines += [menu] + lines }
        return remediation.result
    }

    private init(old: Menus, new: Menus, typed: Bool) {
        self.old = old
        self.new = new
        self.typed = typed
    }

    private mutating func compare(_ menu: String) {
        let mine = (old.items[menu] ?? []), theirs = (new.items[menu] ?? [])
        let isOrdered = old.ordered.contains(menu) || new.ordered.contains(menu)
        var (removed, added) = Self.rest(
            mine.filter { $0.verb == "add" }, theirs.filter { $0.verb == "add" }, isOrdered)
        var lines: [String] = []
        if !isOrdered { lines += changed(&removed, &added, in: menu) }
        let removals = self.removals(of: removed, among: mine.filter { $0.verb == "add" }, in: menu)
        if let removals {
            if !removals.isEmpty { gone.append((menu, removals)) }
            lines += added.compactMap { sent($0.text) }
        } else {
            for item in added {
                result.refuse("\(menu) \(item.text)", "comes in place of items that cannot be removed")
            }
        }
        lines += settings(mine.filter { $0.verb == "set" }, theirs.filter { $0.verb == "set" }, in: menu)
        if !lines.isEmpty { come.append((menu, lines)) }
    }

    /// Items that only one side has; where the order counts, all behind the first difference.
    private static func rest(_ old: [MenuItem], _ new: [MenuItem], _ isOrdered: Bool) -> ([MenuItem], [MenuItem]) {
        if isOrdered {
            let same = zip(old, new).prefix { $0.compared == $1.compared }.count
            return (Array(old.dropFirst(same)), Array(new.dropFirst(same)))
        }
        var waiting = Dictionary(grouping: old, by: \.compared).mapValues(\.count)
        let added = new.filter { item in
            guard let count = waiting[item.compared], count > 0 else { return true }
            waiting[item.compared] = count - 1
            return false
        }
        var left = waiting
        let removed = old.filter { item in
            guard let count = left[item.compared], count > 0 else { return false }
            left[item.compared] = count - 1
            return true
        }
        return (removed, added)
    }

    /// Items of one name stay, with other values, so that what refers to them holds.
    private mutating func changed(_ removed: inout [MenuItem], _ added: inout [MenuItem], in menu: String) -> [String] {
        var lines: [String] = []
        for item in added {
            guard let name = item["name"], let place = removed.firstIndex(where: { $0["name"] == name }) else {
                continue
            }
            let before = removed.remove(at: place)
            added.removeAll { $0["name"] == name }
            lines += change(before, item, at: "[find name=\(name)]", in: menu)
        }
        return lines
    }

    private mutating func settings(_ old: [MenuItem], _ new: [MenuItem], in menu: String) -> [String] {
        let before = Dictionary(old.map { ($0.target, $0) }) { _, last in last }
        var lines: [String] = []
        for item in new { lines += change(before[item.target], item, at: item.target, in: menu) }
        for item in old where !new.contains(where: { $0.target == item.target }) {
            result.refuse("\(menu) \(item.text)", "cannot be taken back: the values that hold without it are not known")
        }
        return lines
    }

    private mutating func change(_ old: MenuItem?, _ new: MenuItem, at place: String, in menu: String) -> [String] {
        var values = new.values.filter { value in
            !(old?.values.contains { $0.name == value.name && $0.compared == value.compared } ?? false)
        }
        .map { "\($0.name)=\($0.text)" }
        for value in old?.values ?? [] where new[value.name] == nil {
            switch value.name {
            case "comment": values.append("comment=\"\"")
            case "disabled": values.append("disabled=no")
            default:
                result.refuse(
                    "\(menu) \(old?.text ?? "")",
                    "cannot lose '\(value.name)': the value that holds without it is not known")
            }
        }
        guard !values.isEmpty else { return [] }
        return [sent((["set"] + [place].filter { !$0.isEmpty } + values).joined(separator: " "))].compactMap { $0 }
    }

    /// Nil when one of them cannot be told from items that stay.
    private mutating func removals(of removed: [MenuItem], among all: [MenuItem], in menu: String) -> [String]? {
        var lines: [String] = []
        var sentBefore: Set<String> = []
        let going = Dictionary(grouping: removed, by: \.text).mapValues(\.count)
        var holders: [String: [MenuItem]] = [:]
        for item in all {
            for value in item.values { holders["\(value.name)=\(value.text)", default: []].append(item) }
        }
        for item in removed.reversed() {
            let marks = Self.marks(of: item)
            let least = marks.compactMap { holders["\($0.name)=\($0.text)"] }.min { $0.count < $1.count } ?? []
            let found = Dictionary(
                grouping: least.filter { other in marks.allSatisfy { other[$0.name] == $0.text } }, by: \.text)
            guard !marks.isEmpty, found.allSatisfy({ $1.count <= going[$0] ?? 0 }) else {
                result.refuse("\(menu) \(item.text)", "cannot be removed: nothing tells it from items that stay")
                return nil
            }
            let words = marks.map { "\($0.name)=\($0.text)" }.joined(separator: " ")
            if let line = sent("remove [find \(words)]"), sentBefore.insert(line).inserted { lines.append(line) }
        }
        return lines
    }

    /// By which values an item is found: its name, else all that are compared as they are written.
    private static func marks(of item: MenuItem) -> [(name: String, text: String)] {
        if let name = item["name"] { return [("name", name)] }
        return item.values.filter { value in
            value.text == value.compared && !value.text.isEmpty
                && !value.text.utf8.contains { ",;$[]\\!".utf8.contains($0) }
        }.map { ($0.name, $0.text) }
    }

    private mutating func sent(_ line: String) -> String? {
        guard let fault = Remediation.fault(of: line, typed: typed) else { return line }
        result.refuse(line, fault)
        return nil
    }
}
