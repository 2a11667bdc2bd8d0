import ConfigModel

/// Platform files as they are read, and how they replace, extend and name each other.
struct PlatformSet {
    private struct Entry {
        var name: String
        var root: YAMLValue
        var bundled: Bool
        /// Held against its shape, nothing was found.
        var faultless: Bool
    }

    private var entries: [Entry] = []
    /// Bundled platforms that nothing has asked for yet.
    private var unread: [(heading: BundledHeading, source: SourceFile)] = []
    /// A file could not be read, so that a name that is not here may be in it.
    var isIncomplete = false

    /// Every name and alias; nil when a file could not be read.
    var names: Set<String>? {
        guard !isIncomplete else { return nil }
        return Set(entries.flatMap { [$0.name] + ($0.root["aliases"]?.texts ?? []) })
            .union(unread.flatMap { [$0.heading.name] + $0.heading.aliases })
    }

    /// Bundled platforms, each to be read once something asks for it.
    mutating func offer(_ bundled: [(heading: BundledHeading, source: SourceFile)]) { unread += bundled }

    /// Reads the offered platforms of these names or aliases, and what they extend; all of them for nil.
    mutating func read(_ names: Set<String>?, faults: inout [Fault]) {
        var wanted = names
        while let place = unread.firstIndex(where: { isWanted($0.heading, wanted) }) {
            let source = unread.remove(at: place).source
            add(source, bundled: true, faults: &faults)
            wanted?.formUnion(entries.compactMap { $0.root["extends"]?.text })
        }
    }

    private func isWanted(_ heading: BundledHeading, _ names: Set<String>?) -> Bool {
        guard let names else { return true }
        return names.contains(heading.name) || heading.aliases.contains { names.contains($0) }
    }

    /// What the workspace's own platforms extend: the one of the same name among them.
    var basesOfOwn: Set<String> { Set(entries.filter { !$0.bundled }.compactMap { $0.root["extends"]?.text }) }

    /// A workspace's platform takes the place of a bundled one of the same name.
    mutating func add(_ source: SourceFile, bundled: Bool, faults: inout [Fault]) {
        let before = faults.count
        guard let root = YAMLDocument.read(source, faults: &faults) else {
            if faults.count == before { faults.append(.nothing(in: source.name, expected: "a platform")) }
            isIncomplete = true
            return
        }
        _ = ShapeCheck.check(root, .object(.platform), faults: &faults)
        guard let name = root["platform"]?.text else {
            isIncomplete = true
            return
        }
        let entry = Entry(name: name, root: root, bundled: bundled, faultless: faults.count == before)
        guard let place = entries.firstIndex(where: { $0.name == name && $0.bundled == bundled }) else {
            return entries.append(entry)
        }
        faults.append(
            Fault(
                at: root["platform"]?.location ?? root.location,
                "the platform '\(name)' is there already (\(entries[place].root.location))",
                remedy: "give it another name, or remove one of the two files"))
    }

    /// What is in force of what was read, each of them whole.
    func platforms(faults: inout [Fault]) -> [Platform] {
        let inForce = entries.filter { entry in
            !entry.bundled || !entries.contains { $0.name == entry.name && !$0.bundled }
        }
        var platforms: [Platform] = []
        for entry in inForce {
            guard let whole = whole(entry, faults: &faults) else { continue }
            let found = PlatformReferences.faults(of: whole)
            faults += found
            guard found.isEmpty else { continue }
            platforms.append(PlatformFile.platform(whole))
        }
        checkNames(inForce, faults: &faults)
        return platforms
    }

    // MARK: Extending

    private func whole(_ entry: Entry, faults: inout [Fault]) -> YAMLValue? {
        guard entry.faultless else { return nil }
        var chain = [entry]
        while let link = chain.last, let extends = link.root["extends"], let name = extends.text {
            // A workspace's own cisco_ios may extend the bundled cisco_ios.
            guard let base = base(named: name, of: link) else {
                faults.append(
                    Fault(
                        at: extends.location, "there is no platform '\(name)' to extend",
                        remedy:
                            "name a platform of Inventory/platforms/ or a bundled one: 'plumbline platform list' shows them"
                    ))
                return nil
            }
            guard !chain.contains(where: { $0.name == base.name && $0.bundled == base.bundled }) else {
                faults.append(
                    Fault(
                        at: extends.location, "platforms extend each other in a circle", remedy: "let one stand alone"))
                return nil
            }
            guard base.faultless else { return nil }
            chain.append(base)
        }
        return chain.reversed().reduce(nil) { base, entry in
            base.map { entry.root.laid(over: $0) } ?? entry.root
        }
    }

    private func base(named name: String, of entry: Entry) -> Entry? {
        let candidates = entries.filter { $0.name == name && !($0.name == entry.name && $0.bundled == entry.bundled) }
        return candidates.first { !$0.bundled } ?? candidates.first
    }

    // MARK: Names

    private func checkNames(_ inForce: [Entry], faults: inout [Fault]) {
        var taken: [String: SourceLocation] = [:]
        for entry in inForce { taken[entry.name] = entry.root["platform"]?.location ?? entry.root.location }
        for (heading, source) in unread where !entries.contains(where: { $0.name == heading.name }) {
            let place = SourceLocation(file: source.name, line: 1, column: 1)
            for name in [heading.name] + heading.aliases { taken[name] = taken[name] ?? place }
        }
        for entry in inForce {
            for alias in entry.root["aliases"]?.list ?? [] {
                guard let text = alias.text else { continue }
                if let first = taken[text] {
                    faults.append(
                        Fault(
                            at: alias.location, "the name '\(text)' is taken already (\(first))",
                            remedy: "remove the alias here or there"))
                } else {
                    taken[text] = alias.location
                }
            }
        }
    }
}

extension YAMLValue {
    /// This platform's keys in the place of those of its base; `KEY+` adds to a list. Aliases are never taken over.
    fileprivate func laid(over base: YAMLValue) -> YAMLValue {
        var result: [Entry] = (base.entries ?? []).filter { $0.key != "aliases" }
        for entry in entries ?? [] {
            guard entry.key.hasSuffix("+") else {
                result.removeAll { $0.key == entry.key }
                result.append(entry)
                continue
            }
            var joined = entry
            joined.key = String(entry.key.dropLast())
            let earlier = result.first { $0.key == joined.key }?.value.list ?? []
            joined.value.content = .list(earlier + (entry.value.list ?? []))
            result.removeAll { $0.key == joined.key }
            result.append(joined)
        }
        return YAMLValue(content: .mapping(result), location: location)
    }
}
