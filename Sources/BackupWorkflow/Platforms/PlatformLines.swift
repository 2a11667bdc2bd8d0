package import ConfigModel

/// Every line that a platform would ever send, and when.
package struct PlatformLines: Sendable {
    package struct Line: Sendable, Hashable, Encodable {
        /// Where the platform file has it: `session.start`, `collect`, `modes.global`.
        package var section: String
        /// The line or the key, with `{NAME}` where a value is filled in; a password as `{password}`.
        package var text: String
        /// `none` or `session`.
        package var effect: LineEffect
        /// When it is sent, in words; empty where it always is.
        package var when: String
    }

    /// In the order of a session.
    package private(set) var lines: [Line] = []

    package init(_ platform: Platform) {
        let session = platform.session
        for rule in session.questions { addQuestion(rule) }
        for rule in platform.pager {
            add("pager", rule.answer.debugDescription, .session, "after the pager's mark \(rule.pattern)")
        }
        for line in session.begin { add("session.begin", line) }
        if let enable = session.enable { addEnable(enable) }
        for line in session.start { add("session.start", line) }
        if let ready = session.ready { add("session.ready", ready.command, ready.effect, "before the collection") }
        for (name, mode) in platform.modes.sorted(by: { $0.key < $1.key }) {
            for line in mode.enter { add("modes.\(name).enter", line) }
            for line in mode.leave { add("modes.\(name).leave", line) }
        }
        for (name, list) in platform.lists.sorted(by: { $0.key < $1.key }) {
            add("lists.\(name)", list.command, list.effect, Self.circumstances(mode: list.mode))
        }
        for rule in platform.collect { add(rule) }
        for rule in platform.facts { add(rule) }
        for rule in platform.firmware { add(rule) }
        for line in session.leave { add("session.leave", line) }
    }

    private mutating func add(_ section: String, _ text: String, _ effect: LineEffect, _ when: String = "") {
        lines.append(Line(section: section, text: text, effect: effect, when: when))
    }

    private mutating func add(_ section: String, _ line: SessionRules.Line) {
        add(section, line.send, line.effect, line.when.map { "while the prompt matches \($0)" } ?? "")
    }

    private mutating func addQuestion(_ rule: QuestionRule) {
        let answer =
            switch rule.answer {
            case .text(let text): rule.enter ? text : text.debugDescription
            case .user: "{user}"
            case .password: "{password}"
            }
        let times = rule.at.map(\.rawValue).joined(separator: ", ")
        add("session.questions", answer, rule.effect, "asked \(rule.ask), at \(times)")
    }

    private mutating func addEnable(_ enable: SessionRules.Enable) {
        let unless = "unless the prompt matches \(enable.privileged)"
        switch enable.password {
        case .enable: add("session.enable", enable.send, .session, unless + ", with a credential that has 'enable'")
        case .login, .none: add("session.enable", enable.send, .session, unless)
        }
        if let ask = enable.ask { add("session.enable", "{enable}", .session, "asked \(ask)") }
    }

    private static func circumstances(mode: String? = nil, foreach: String? = nil, heavy: Bool = false) -> String {
        [mode.map { "in mode \($0)" }, foreach.map { "for each \($0)" }, heavy ? "only inside a window" : nil]
            .compactMap { $0 }.joined(separator: ", ")
    }

    // MARK: Collecting

    private mutating func add(_ rule: CollectRule) {
        let when = Self.circumstances(mode: rule.mode, foreach: rule.foreach, heavy: rule.heavy)
        switch rule.source {
        case .command(let commands, _, let effect): add("collect", commands, effect, when)
        case .files(let glob, let methods): addFiles("collect", glob, methods)
        }
    }

    private mutating func add(_ rule: FactRule) {
        switch rule.source {
        case .command(let commands, let effect): add("facts", commands, effect, Self.circumstances(mode: rule.mode))
        case .file(let path): addFiles("facts", path, FileMethod.usual)
        }
    }

    private mutating func add(_ rule: FirmwareRule) {
        if case .files(let glob, let methods) = rule.images { addFiles("firmware", glob, methods) }
        for hash in rule.hash {
            add("firmware", hash.command, hash.effect, Self.circumstances(mode: hash.mode, heavy: hash.heavy))
        }
    }

    private mutating func add(_ section: String, _ commands: [String], _ effect: LineEffect, _ when: String) {
        for (index, command) in commands.enumerated() {
            let fallback = index > 0 ? "if the one before brings nothing" : ""
            add(section, command, effect, [when, fallback].filter { !$0.isEmpty }.joined(separator: ", "))
        }
    }

    /// Ways to read a file that are commands; SFTP and SCP are protocols of their own.
    private mutating func addFiles(_ section: String, _ glob: String, _ methods: [FileMethod]) {
        for method in methods {
            switch method {
            case .sftp: add(section, "(SFTP) \(glob)", .none)
            case .scp: add(section, "(SCP) \(glob)", .none, "if nothing before it works")
            case .cat: add(section, "cat \(glob)", .none, "if nothing before it works, for each file")
            case .sudo: add(section, "sudo -n cat \(glob)", .none, "if nothing before it works, for each file")
            case .shell: add(section, "cat \(glob)", .none, "typed, if nothing before it works, for each file")
            }
        }
    }
}
