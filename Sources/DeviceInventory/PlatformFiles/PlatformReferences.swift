import ConfigModel
import Patterns

/// Checks what the parts of one platform say about each other: modes and lists that are not there, placeholders that
/// nothing fills, values that would be let through although they could do more than be a value.
struct PlatformReferences {
    private(set) var faults: [Fault] = []
    private let root: YAMLValue
    private let modes: Set<String>
    private let lists: Set<String>

    /// - Parameter root: Whole, and passed by the check against `Shape.platform`.
    static func faults(of root: YAMLValue) -> [Fault] {
        var references = PlatformReferences(root)
        references.check()
        return references.faults
    }

    private init(_ root: YAMLValue) {
        self.root = root
        modes = Set(root["modes"]?.entries?.map(\.key) ?? [])
        lists = Set(root["lists"]?.entries?.map(\.key) ?? [])
    }

    private mutating func report(_ value: YAMLValue, _ what: String, _ remedy: String) {
        faults.append(Fault(at: value.location, what, remedy: remedy))
    }

    private mutating func check() {
        checkCommandLine()
        checkLists()
        checkModes()
        for rule in root["collect"]?.list ?? [] { checkCollect(rule) }
        for rule in root["facts"]?.list ?? [] {
            checkMode(rule["mode"], filledBy: [])
            checkPlaceholders(rule["command"], known: [])
        }
        for rule in root["firmware"]?.list ?? [] { checkFirmware(rule) }
        checkEnable()
        if let restore = root["restore"] { faults += RestoreReferences.faults(of: restore) }
    }

    // MARK: The command line

    private mutating func checkCommandLine() {
        for channel in root["via"]?.oneOrMore ?? [] where channel.text == CommandChannel.shell.rawValue {
            if root["prompt"] == nil {
                report(
                    channel, "'shell' without 'prompt'", "say by 'prompt' how the command line shows that it is ready")
            }
        }
        for key in ["begin", "start", "leave"] {
            for line in root["session"]?[key]?.list ?? [] { checkPlaceholders(line["send"], known: []) }
        }
    }

    private mutating func checkEnable() {
        guard let enable = root["session"]?["enable"], enable["ask"] == nil else { return }
        guard enable["password"]?.text != SessionRules.Enable.Password.none.rawValue else { return }
        report(enable, "'enable' without 'ask'", "add the question for the password, or 'password: none'")
    }

    // MARK: Modes and lists

    private mutating func checkMode(_ mode: YAMLValue?, filledBy names: Set<String>) {
        guard let mode, let name = mode.text else { return }
        guard modes.contains(name) else {
            return report(mode, "there is no mode '\(name)'", "name one of 'modes', or add it there")
        }
        for place in placeholders(inMode: name) where !names.contains(place) {
            report(mode, "the mode '\(name)' needs a value for {\(place)}", "use it only with 'foreach: \(place)'")
        }
    }

    private func placeholders(inMode name: String) -> Set<String> {
        let mode = root["modes"]?[name]
        let lines = (mode?["enter"]?.list ?? []) + (mode?["leave"]?.list ?? [])
        return Set(lines.flatMap { Self.placeholders(in: $0["send"]?.text ?? "") })
    }

    private mutating func checkModes() {
        for entry in root["modes"]?.entries ?? [] {
            for key in ["enter", "leave"] {
                for line in entry.value[key]?.list ?? [] { checkPlaceholders(line["send"], known: lists) }
            }
        }
    }

    private mutating func checkLists() {
        for entry in root["lists"]?.entries ?? [] {
            checkMode(entry.value["mode"], filledBy: [])
            checkPlaceholders(entry.value["command"], known: [])
            if let allow = entry.value["allow"] { checkAllow(allow, "'allow'") }
        }
    }

    /// What a device tells may be typed only where it cannot be more than a word.
    private mutating func checkAllow(_ value: YAMLValue, _ name: String) {
        guard let text = value.text, let pattern = try? Pattern("^(?:\(text))\\z") else { return }
        let words = ["", "a", "1", "a1", "A", "a.b", "a/b", "0:a", "-a"]
        let bad: [(String, String)] = [
            (" ", "blanks"), (";", "';'"), ("|", "'|'"), ("\n", "line ends"), ("\r", "line ends"), ("\t", "tabs"),
            ("\u{1B}", "control characters"), ("\u{3}", "control characters"),
        ]
        let passing = bad.filter { sign, _ in
            words.contains { left in
                words.contains { right in (try? pattern.matches(left + sign + right)) ?? false }
            }
        }
        guard let first = passing.first else { return }
        report(
            value, "\(name) lets \(first.1) through", "let only letters, digits and signs such as '.', '_', '-' through"
        )
    }

    // MARK: Rules

    private mutating func checkCollect(_ rule: YAMLValue) {
        var known: Set<String> = []
        if let foreach = rule["foreach"], let name = foreach.text {
            known = [name]
            if !lists.contains(name) {
                report(foreach, "there is no list '\(name)'", "name one of 'lists', or add it there")
            } else if !Self.placeholders(in: rule["artifact"]?.text ?? "").contains(name) {
                report(foreach, "every value would give the same artifact", "put {\(name)} into the artifact's name")
            }
        }
        checkMode(rule["mode"], filledBy: known)
        checkPlaceholders(rule["command"], known: known)
        checkPlaceholders(rule["artifact"], known: known, variables: false)
    }

    private mutating func checkFirmware(_ rule: YAMLValue) {
        if let list = rule["list"], let name = list.text, !lists.contains(name) {
            report(list, "there is no list '\(name)'", "name one of 'lists', or add it there")
        }
        if let boot = rule["boot"] { checkAllow(boot, "'boot'") }
        let place = rule["files"] == nil ? "image" : "path"
        for hash in rule["hash"]?.list ?? [] {
            checkMode(hash["mode"], filledBy: [])
            guard let command = hash["command"] else { continue }
            // A device may tell the digests of all its images at once; `find` then picks the right one.
            if hash["find"] == nil, !Self.placeholders(in: command.text ?? "").contains(place) {
                report(command, "the command does not name the image", "put {\(place)} where its name belongs")
            }
            checkPlaceholders(command, known: [place])
        }
    }

    // MARK: Placeholders

    private mutating func checkPlaceholders(_ value: YAMLValue?, known: Set<String>, variables: Bool = true) {
        for item in value?.oneOrMore ?? [] {
            for name in Self.placeholders(in: item.text ?? "") where !known.contains(name) {
                if variables, name.hasPrefix("vars."), name.utf8.count > 5 { continue }
                let remedy =
                    known.isEmpty
                    ? "use 'foreach' for values that the device tells, {vars.NAME} for variables of the inventory"
                    : "known here are " + known.sorted().map { "{\($0)}" }.joined(separator: ", ")
                report(item, "nothing fills {\(name)}", remedy)
            }
        }
    }

    /// The names in `{NAME}`; braces around anything else are text.
    static func placeholders(in text: String) -> [String] {
        var names: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "}") else { break }
            let name = rest[..<close]
            let isName = name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
            }
            if !name.isEmpty, isName { names.append(String(name)) }
        }
        return names
    }
}
