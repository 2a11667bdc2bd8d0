/// How a configuration is put back on a device. Nothing of this is ever sent while collecting.
package struct RestoreRules: Sendable, Hashable, Codable {
    package enum Method: String, Sendable, Hashable, Codable, CaseIterable {
        /// The device takes a whole configuration and makes itself so.
        case replace
        /// The lines that lead from one configuration to the other are computed and entered.
        case lines
        /// Files are written to their places.
        case files
        /// By a person, with a numbered sheet: through the vendor's own tool or page, or at the console.
        case guided
    }

    package enum Transfer: String, Sendable, Hashable, Codable, CaseIterable {
        case sftp, scp
        /// Typed on the command line, line by line.
        case paste
        case none
    }

    package var method: Method
    package var transfer: Transfer
    /// What this section rests on; nil: on the device's documentation at most.
    package var evidence: Platform.Evidence?
    /// The artifact that is put back; nil for the platform's main one. Of method `files` all that were collected as files.
    package var artifact: String?
    /// Where the text is put on the device; `{id}` is filled in by the restore's own id, so that nothing there is overwritten.
    package var file: String?
    /// Lines of the collected text that are not sent, beside the volatile ones.
    package var drop: [PatternText]
    /// Lines, or first lines of what belongs together, in which a control character is shown as a caret and a letter: `^C` around
    /// a banner. It is sent as the character that it is.
    package var carets: [PatternText]
    /// Looked at before anything is written: what the method needs of the device.
    package var checks: [Check]
    /// What is sent, in order; `{file}` stands for the transferred file, `{minutes}` for the confirm timer.
    package var commands: [Line]
    /// How long the device waits for the confirmation, in whole minutes.
    package var minutes: Int
    /// What keeps the device from undoing it by itself; empty where it has no such timer.
    package var confirm: [Line]
    /// A scheduled restart to the saved configuration, for devices without a confirm timer; nil where there is none.
    package var timer: Timer?
    /// Looked at afterwards, beside comparing what is collected again.
    package var verify: [Check]
    package var save: [Line]
    /// The command that shows what was saved; compared with the target where it is there.
    package var saved: String?
    /// What takes it back by the device's own means, while it is not confirmed; empty: the configuration of before is put back.
    package var undo: [Line]
    /// Takes the transferred file away again.
    package var clean: [Line]
    /// What the device asks while it restores, and the answers.
    package var questions: [QuestionRule]
    /// How lines are computed; needed for method `lines`.
    package var lines: RemediationRules?
    /// What is to be done for files of which paths, for method `files`.
    package var services: [Service]
    /// What our own way to the device consists of.
    package var access: [AccessRule]
    /// How the device masks secrets itself, so that a text with such a line cannot bring them back.
    package var masked: [PatternText]
    /// What does not come back with the text: VLAN database, SNMPv3 users, keys, licences.
    package var gaps: [String]
    /// What a person must know: what needs a reload, what to prepare.
    package var notes: [String]

    package init(
        method: Method, transfer: Transfer = .none, evidence: Platform.Evidence? = nil, artifact: String? = nil,
        file: String? = nil, drop: [PatternText] = [], carets: [PatternText] = [],
        checks: [Check] = [], commands: [Line] = [], minutes: Int = 10,
        confirm: [Line] = [], timer: Timer? = nil, verify: [Check] = [], save: [Line] = [], saved: String? = nil,
        undo: [Line] = [], clean: [Line] = [], questions: [QuestionRule] = [], lines: RemediationRules? = nil,
        services: [Service] = [], access: [AccessRule] = [], masked: [PatternText] = [], gaps: [String] = [],
        notes: [String] = []
    ) {
        self.method = method
        self.transfer = transfer
        self.evidence = evidence
        self.artifact = artifact
        self.file = file
        self.drop = drop
        self.carets = carets
        self.checks = checks
        self.commands = commands
        self.minutes = minutes
        self.confirm = confirm
        self.timer = timer
        self.verify = verify
        self.save = save
        self.saved = saved
        self.undo = undo
        self.clean = clean
        self.questions = questions
        self.lines = lines
        self.services = services
        self.access = access
        self.masked = masked
        self.gaps = gaps
        self.notes = notes
    }
}

extension RestoreRules {
    /// One line that is sent, and what its answer must be.
    package struct Line: Sendable, Hashable, Codable {
        package var send: String
        /// Must match somewhere in the answer, line by line.
        package var expect: PatternText?
        /// A line of the answer that means failure, beside the platform's `errors`.
        package var refuse: PatternText?
        /// That it is refused is of no consequence.
        package var optional: Bool
        /// The device may end the connection on it, by restarting or by changing its own address.
        package var ends: Bool

        package init(
            send: String, expect: PatternText? = nil, refuse: PatternText? = nil, optional: Bool = false,
            ends: Bool = false
        ) {
            self.send = send
            self.expect = expect
            self.refuse = refuse
            self.optional = optional
            self.ends = ends
        }
    }

    /// A command that only reads, and what its answer must be.
    package struct Check: Sendable, Hashable, Codable {
        package var command: String
        package var expect: PatternText?
        package var refuse: PatternText?
        /// What it means when it does not hold, and what to do.
        package var reason: String?

        package init(
            command: String, expect: PatternText? = nil, refuse: PatternText? = nil, reason: String? = nil
        ) {
            self.command = command
            self.expect = expect
            self.refuse = refuse
            self.reason = reason
        }
    }

    /// A restart that the device does by itself unless it is cancelled.
    package struct Timer: Sendable, Hashable, Codable {
        package var start: [Line]
        package var cancel: [Line]

        package init(start: [Line], cancel: [Line]) {
            self.start = start
            self.cancel = cancel
        }
    }

    /// What is done for files of certain paths.
    package struct Service: Sendable, Hashable, Codable {
        /// Matches somewhere in the path.
        package var path: PatternText
        /// Asked before the files take their places, with `{new}` for the one that waits beside: it must end with 0.
        package var check: [String]
        /// Makes what reads the files read them anew.
        package var reload: [String]
        /// Must end with 0 afterwards.
        package var health: [String]

        package init(path: PatternText, check: [String] = [], reload: [String] = [], health: [String] = []) {
            self.path = path
            self.check = check
            self.reload = reload
            self.health = health
        }
    }

    /// Lines of the running configuration by which we reach the device: a restore must not take them away.
    package struct AccessRule: Sendable, Hashable, Codable {
        /// What a person calls it: `management address`, `account`, `SSH`, `access list`.
        package var name: String
        /// Matches the line; `{address}` and `{user}` stand for those that we use.
        package var line: PatternText
        /// Matches the header of the section that the line must stand in.
        package var under: PatternText?
        /// The whole section around the line belongs to it, not the line alone.
        package var section: Bool
        /// Another line in the same place that matches as well will do.
        package var any: Bool
        /// Lines that come besides count, too: a list of who may log in.
        package var added: Bool
        /// Further lines and sections that belong to it; `{name}` stands for the first capture group of `line`, or of
        /// `under` where `line` has none.
        package var follow: [PatternText]

        package init(
            name: String, line: PatternText, under: PatternText? = nil, section: Bool = false, any: Bool = false,
            added: Bool = false, follow: [PatternText] = []
        ) {
            self.name = name
            self.line = line
            self.under = under
            self.section = section
            self.any = any
            self.added = added
            self.follow = follow
        }
    }
}
