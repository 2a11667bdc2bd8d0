package import ConfigModel
package import FoundationEssentials

/// The workspace's settings: each from the environment, else from `plumbline.yaml`, else a default.
package struct Settings: Sendable, Hashable {
    /// How exact bytes are kept: in the format of git-crypt, or as they are.
    package enum Encryption: String, Sendable, Hashable, CaseIterable {
        case gitCrypt = "git-crypt"
        case none
    }
    package enum ApprovalNeed: String, Sendable, Hashable, CaseIterable { case reason, ticket }

    package struct ApprovalRule: Sendable, Hashable {
        package var selector: Selector
        package var people: Int
    }

    package enum Color: String, Sendable, Hashable, CaseIterable { case auto, always, never }

    /// The name of the workspace, in commits and reports.
    package var workspace = "plumbline"
    /// How many devices are spoken to at once.
    package var concurrency = 200
    /// How long one collection may take, where neither device nor group says otherwise.
    package var timeout = Duration.seconds(300)
    /// How long a whole run may take; nil for as long as its devices take.
    package var deadline: Duration?
    /// How old a last good version may become, where neither device nor group says otherwise.
    package var freshness = Duration.seconds(26 * 3600)
    /// The same for devices of a tag; the strictest holds, and before the group's.
    package var freshnessByTag: [String: Duration] = [:]
    /// Of one group, of those behind one jump host, and of those with one credential: how many are spoken to at once. Nil for
    /// no limit of its own.
    package var perGroup: Int?
    package var perJump: Int? = 10
    package var perCredential: Int?
    /// How long one hook may take.
    package var hookTimeout = Duration.seconds(60)
    /// How long the daemon waits at least between the beginnings of two runs.
    package var pace = Duration.seconds(900)
    /// How long open sessions may go on once a run is to end.
    package var grace = Duration.seconds(10)
    /// The most bytes of one artifact.
    package var artifactLimit = 64 << 20
    /// Until when devices that nobody approved yet are expected; nil when none are.
    package var onboarding: Date?
    /// How many people must approve the same, by selector; the most of all that fit a device, else one.
    package var approvals: [ApprovalRule] = []
    /// How many people a restore needs, by selector; the most of all that fit a device, else one.
    package var restorePeople: [ApprovalRule] = []
    /// How old the last drill of a device may become; nil for no objective.
    package var drillAge: Duration?
    /// What a decision must tell.
    package var approvalNeeds: Set<ApprovalNeed> = []
    /// The key that decisions are signed with: a file, or a public key of the agent's. It is each person's own.
    package var signingKey: String?
    package var encryption = Encryption.gitCrypt
    /// A program and its arguments that deliver the key of a repository; nil for key files in `var/keys/`.
    package var encryptionKey: [String]?
    /// How old the exact bytes of an unchanged device may become where its secrets are encrypted anew at every read.
    package var copyAge = Duration.seconds(7 * 86_400)
    /// Where `store push` sends the repositories to; `{repository}` stands for their names. Nil for nowhere.
    package var mirror: String?
    package var color = Color.auto

    private var origins: [String: Origin] = [:]

    package static let defaults = Settings()

    package init() {}

    /// Whence a value comes.
    package enum Origin: Sendable, Hashable, CustomStringConvertible {
        case `default`
        case file(SourceLocation)
        case environment(String)

        package var description: String {
            switch self {
            case .default: "default"
            case .file(let place): "\(place.file):\(place.line)"
            case .environment(let name): "environment \(name)"
            }
        }
    }
}

// MARK: - Reading

extension Settings {
    /// - Parameter environment: Variables; `PLUMBLINE_ARTIFACT_LIMIT` stands for `artifactLimit`.
    /// - Throws: Every fault of the file and the variables, at once.
    package static func read(workspace: String, environment: [String: String]) throws(ConfigurationFaults) -> Settings {
        var faults: [Fault] = []
        var settings = Settings()
        if let name = workspace.split(separator: "/").last { settings.workspace = String(name) }
        do {
            let source = try SourceFile.read(
                workspace + "/" + WorkspaceLayout.settings, named: WorkspaceLayout.settings)
            // A file of comments alone is as good as none.
            if let root = YAMLDocument.read(source, faults: &faults) { settings.take(root, faults: &faults) }
        } catch {
            // Without the file, the defaults hold.
            if case .fault(let fault) = error { faults.append(fault) }
        }
        settings.take(environment, faults: &faults)
        if let faults = ConfigurationFaults(faults) { throw faults }
        return settings
    }

    private mutating func take(_ root: YAMLValue, faults: inout [Fault]) {
        guard ShapeCheck.check(root, .object(.settings), faults: &faults) else { return }
        for entry in (root["approvals"]?.entries ?? []) + (root["restorePeople"]?.entries ?? []) {
            do throws(SelectorError) { _ = try Selector([entry.key]) } catch {
                faults.append(Fault(at: entry.keyLocation, "is no selector: \(error)", remedy: "mend the selector"))
            }
        }
        for entry in root.entries ?? [] { set(entry.key, entry.value, .file(entry.keyLocation)) }
    }

    private mutating func take(_ environment: [String: String], faults: inout [Fault]) {
        let variables = Dictionary(uniqueKeysWithValues: Shape.settings.keys.map { (Self.variable(for: $0.name), $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("PLUMBLINE_") {
            let place = SourceLocation(file: "environment \(name)", line: 0, column: 0)
            guard let key = variables[name] else {
                // Others may have variables of this prefix; one that is nearly ours is a slip.
                guard
                    let nearest = variables.keys.min(by: {
                        Suggestion.distance(name, $0) < Suggestion.distance(name, $1)
                    }),
                    Suggestion.distance(name, nearest) <= 2
                else { continue }
                faults.append(
                    Fault(at: place, "is no setting (did you mean '\(nearest)'?)", remedy: "rename or unset it"))
                continue
            }
            let value = YAMLValue(content: .scalar(text, .plain), location: place)
            guard ShapeCheck.check(value, key.form, faults: &faults) else { continue }
            set(key.name, value, .environment(name))
        }
    }

    /// `artifactLimit` → `PLUMBLINE_ARTIFACT_LIMIT`
    static func variable(for key: String) -> String {
        "PLUMBLINE_" + key.map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined()
    }

    private mutating func set(_ key: String, _ value: YAMLValue, _ origin: Origin) {
        switch key {
        case "workspace": workspace = value.text ?? workspace
        case "concurrency": concurrency = value.integer ?? concurrency
        case "timeout": timeout = value.duration ?? timeout
        case "deadline": deadline = value.duration
        case "freshness": freshness = value.duration ?? freshness
        case "freshnessByTag":
            freshnessByTag = Dictionary(
                (value.entries ?? []).compactMap { entry in entry.value.duration.map { (entry.key, $0) } },
                uniquingKeysWith: { first, _ in first })
        case "perGroup": perGroup = value.integer
        case "perJump": perJump = value.integer
        case "perCredential": perCredential = value.integer
        case "hookTimeout": hookTimeout = value.duration ?? hookTimeout
        case "pace": pace = value.duration ?? pace
        case "grace": grace = value.duration ?? grace
        case "artifactLimit": artifactLimit = value.size ?? artifactLimit
        case "onboarding": onboarding = value.text.flatMap(Self.onboardingEnd)
        case "approvals":
            approvals = Self.rules(value)
        case "restorePeople": restorePeople = Self.rules(value)
        case "drillAge": drillAge = value.duration
        case "approvalNeeds": approvalNeeds = Set(value.texts.compactMap(ApprovalNeed.init(rawValue:)))
        case "signingKey": signingKey = value.text
        case "encryption": encryption = value.text.flatMap(Encryption.init(rawValue:)) ?? encryption
        case "encryptionKey": encryptionKey = Self.keyCommand(value)
        case "copyAge": copyAge = value.duration ?? copyAge
        case "mirror": mirror = value.text
        case "color": color = value.text.flatMap(Color.init(rawValue:)) ?? color
        default: return
        }
        origins[key] = origin
    }
}

// MARK: - Telling

extension Settings {
    /// One row of `plumbline config`.
    package struct Effective: Sendable, Hashable {
        package var key: String
        /// As it would be written in `plumbline.yaml`.
        package var value: String
        package var origin: Origin
        /// What it means, in one line.
        package var summary: String
    }

    /// Every setting as it is in force, in the order of the documentation.
    package func describe() -> [Effective] {
        Shape.settings.keys.map {
            Effective(key: $0.name, value: text(of: $0.name), origin: origins[$0.name] ?? .default, summary: $0.summary)
        }
    }

    private func text(of key: String) -> String {
        switch key {
        case "workspace": workspace
        case "concurrency": String(concurrency)
        case "timeout": timeout.brief
        case "deadline": deadline?.brief ?? "none"
        case "freshness": freshness.brief
        case "freshnessByTag":
            freshnessByTag.isEmpty
                ? "none"
                : freshnessByTag.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.brief)" }.joined(
                    separator: ", ")
        case "perGroup": perGroup.map(String.init) ?? "none"
        case "perJump": perJump.map(String.init) ?? "none"
        case "perCredential": perCredential.map(String.init) ?? "none"
        case "hookTimeout": hookTimeout.brief
        case "pace": pace.brief
        case "grace": grace.brief
        case "artifactLimit": Self.sizeText(artifactLimit)
        case "onboarding": onboarding.map { "until \($0.formatted(.iso8601).prefix(10))" } ?? "ended"
        case "approvals": Self.text(approvals)
        case "restorePeople": Self.text(restorePeople)
        case "drillAge": drillAge?.brief ?? "none"
        case "approvalNeeds":
            approvalNeeds.isEmpty ? "none" : approvalNeeds.map(\.rawValue).sorted().joined(separator: ", ")
        case "signingKey": signingKey ?? "none"
        case "encryption": encryption.rawValue
        case "encryptionKey": encryptionKey.map { "command:\($0.first ?? "")" } ?? "files in var/keys"
        case "copyAge": copyAge.brief
        case "mirror": mirror ?? "none"
        case "color": color.rawValue
        default: ""
        }
    }

    private static func text(_ rules: [ApprovalRule]) -> String {
        rules.isEmpty ? "1" : rules.map { "\($0.selector): \($0.people)" }.joined(separator: ", ")
    }

    private static func rules(_ value: YAMLValue) -> [ApprovalRule] {
        (value.entries ?? []).compactMap { entry in
            guard let selector = try? Selector([entry.key]), let people = entry.value.integer else { return nil }
            return ApprovalRule(selector: selector, people: people)
        }
    }

    private static func sizeText(_ bytes: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20)] where bytes >= 1 << shift && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes >> 10)KiB"
    }
}

extension Shape {
    /// The key table of `plumbline.yaml`.
    static let settings = Shape(
        name: "the settings",
        keys: [
            Key(
                "workspace", .text(.name),
                "The name of the workspace, in commits and reports; its folder's name where not given."),
            Key("concurrency", .integer(1...4096), "How many devices are spoken to at once."),
            Key("timeout", .text(.duration), "How long one collection may take."),
            Key(
                "deadline", .text(.duration), "How long a whole run may take; without it, as long as its devices take."),
            Key("freshness", .text(.duration), "How old the last good version of a device may become."),
            Key(
                "freshnessByTag", .map(keys: .tag, .text(.duration)),
                "The same for devices of a tag: the strictest of a device's tags holds, before what its group says."),
            Key("perGroup", .integer(1...4096), "How many devices of one group are spoken to at once."),
            Key("perJump", .integer(1...4096), "How many devices behind one jump host are spoken to at once."),
            Key("perCredential", .integer(1...4096), "How many devices with one credential are spoken to at once."),
            Key("grace", .text(.duration), "How long open sessions may go on once a run is to end."),
            Key("pace", .text(.duration), "How long 'serve' waits at least between the beginnings of two runs."),
            Key("hookTimeout", .text(.duration), "How long one hook may take."),
            Key("artifactLimit", .text(.size), "The most bytes of one artifact."),
            Key(
                "onboarding", .text(.untilDate),
                "Until this day (UTC) a device that nobody approved yet does not set the exit status."),
            Key(
                "approvals", .map(keys: .free, .integer(1...2)),
                "How many different people must approve the same version, by selector such as 'group:icu'; else one."),
            Key(
                "approvalNeeds", .list(.choice(Settings.ApprovalNeed.allCases.map(\.rawValue)), least: 1),
                "What every decision must tell: reason, ticket."),
            Key(
                "restorePeople", .map(keys: .free, .integer(1...2)),
                "How many different people a restore needs, by selector such as 'tag:clinical'; else one."),
            Key(
                "drillAge", .text(.duration),
                "How old the last drill of a device may become before that is a finding; without it, as old as it gets."
            ),
            Key(
                "signingKey", .text(.free),
                "The key file to sign decisions with, or a public key whose private half the SSH agent holds; better given in PLUMBLINE_SIGNING_KEY."
            ),
            Key(
                "encryption", .choice(Settings.Encryption.allCases.map(\.rawValue)),
                "How exact bytes, secrets included, are kept in var/: encrypted for git-crypt, or in clear (none)."),
            Key(
                "encryptionKey", .either([.text(.keyCommand), .object(.keyCommand)]),
                "The program that delivers a repository's key, '{repository}' standing for its name; else key files in var/keys."
            ),
            Key(
                "copyAge", .text(.duration),
                "How old the exact bytes of an unchanged device may become where it encrypts its secrets anew at every read."
            ),
            Key(
                "mirror", .text(.mirror),
                "Where 'store push' sends everything: a folder or address in which store.git and the others are, or one with '{repository}' for their names."
            ),
            Key("color", .choice(Settings.Color.allCases.map(\.rawValue)), "Whether text for people is coloured."),
        ])
}

extension Settings {
    /// `until 2026-12-31` → the beginning of that day, UTC.
    private static func onboardingEnd(_ text: String) -> Date? {
        text.without(prefix: "until ").flatMap { try? Date($0 + "T00:00:00Z", strategy: .iso8601) }
    }
}

extension Settings {
    private static func keyCommand(_ value: YAMLValue) -> [String]? {
        if let text = value.text { return text.without(prefix: "command:")?.split(separator: " ").map(String.init) }
        return value["command"]?.texts
    }
}

extension Shape {
    fileprivate static let keyCommand = Shape(
        name: "the command for keys",
        keys: [
            Key(
                "command", .list(.text(.commandWord), least: 1), .required,
                "A program and its arguments, run without a shell; what it prints is the key: a key file of git-crypt, or the "
                    + "text block of 'store export-key'.")
        ])
}

extension TextForm {
    fileprivate static let keyCommand = TextForm(
        name: "a command such as 'command:pass show plumbline/{repository}'", pattern: "^command:[^ ].*$")
    /// No password in it, and nothing in clear over the network.
    fileprivate static let mirror = TextForm(
        name: "an absolute path, or an address such as 'ssh://git@backup.example/plumbline' without a password",
        pattern: "^(/|file:///|ssh://([^/:@ ]+@)?[^/:@ ]+(:[0-9]+)?/|https://([^/:@ ]+@)?[^/@ ]+/|"
            + "[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[^ @]*$", sensitive: true)
    fileprivate static let untilDate = TextForm(
        name: "a day such as 'until 2026-12-31'",
        pattern: "^until [0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
}
