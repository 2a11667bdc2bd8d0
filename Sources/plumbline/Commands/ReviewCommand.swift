import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Goes through what differs, key by key: approve, reject, waive, ticket.",
        discussion: """
            The same difference on many devices is one step. Nothing is written before you confirm at the end, as one manifest with
            one signature; until then your decisions are kept, and a session that was broken off goes on where it was. A device's
            version is approved when all of its differences are. Contacts nothing.
            """)

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @OptionGroup var options: DecisionOptions

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let store = try await workspace.storeForReading()
        let standings = try await StandingCheck(workspace: workspace, store: store, now: Date()).standings(of: devices)
        let broken = standings.filter { $0.word == "integrity" }
        guard let keyboard = Keyboard() else {
            throw WorkflowError.request("review needs a terminal; 'plumbline drift', 'approve' and 'reject' do without")
        }
        let draft = ReviewDraft(workspace, person: options.by ?? context.person)
        var screen = ReviewScreen(
            session: ReviewSession(standings, choices: draft.choices), keyboard: keyboard, draft: draft,
            paint: Console.paint(workspace.settings.color), at: Date())
        for standing in broken {
            Console.say(
                "\(standing.device) is not reviewed: its approval does not hold ('plumbline drift \(standing.device)')")
        }
        guard !screen.session.items.isEmpty else {
            return Console.say("There is nothing to review.")
        }
        guard try screen.run() else {
            Console.say("\nNothing was written. Your decisions are kept: 'plumbline review' goes on.")
            return
        }
        let outcome = screen.session.outcome(workspace.inventory)
        guard let reason = try screen.confirm(outcome, needs: workspace.settings.approvalNeeds, options) else {
            Console.say("Nothing was written. Your decisions are kept: 'plumbline review' goes on.")
            return
        }
        var decision = options.decision(context)
        decision.approve = outcome.approve
        decision.remarks = outcome.remarks
        decision.reason = decision.reason ?? reason.reason
        decision.ticket = decision.ticket ?? reason.ticket
        try await DecisionOptions.carryOut(decision, in: workspace, store, format: .text)
        try draft.finish(screen.session)
    }
}

/// The dialogue with the person: plain lines, one key an answer, as `git add -p` does it.
private struct ReviewScreen {
    var session: ReviewSession
    let keyboard: Keyboard
    let draft: ReviewDraft
    let paint: Paint
    let at: Date

    private static let keys = "a,r,w,t,s,b,o,d,v,q,?"
    private static let help = [
        "a  approve: what the device has is to be the baseline", "r  reject: it is not to stay; asks why",
        "w  waive until a day; asks why, and what stands in for it",
        "t  ticket: known and worked on; asks for its number",
        "s  skip: leave it for another time", "b  back to the one before", "o  open: decide for each device by itself",
        "d  the devices", "v  all lines", "q  to the end: nothing is written before you confirm",
    ]

    /// - Returns: Whether the person came to the end, or asked for it; false when the terminal is gone.
    mutating func run() throws -> Bool {
        var shown = -1
        var isWhole = false
        while let group = session.current {
            if shown != session.position || isWhole {
                show(group, isWhole: isWhole)
                shown = session.position
                isWhole = false
            }
            let before = session.choice(of: group).map { " (so far: \(Self.word($0)))" } ?? ""
            let question = "(\(session.position + 1)/\(session.items.count)) What of it\(before) [\(Self.keys)]? "
            Console.write(Array(paint(.bold, question).utf8), to: 1)
            guard let key = keyboard.key() else { return false }
            Console.say(key.isLetter || key == "?" ? String(key) : "")
            switch key {
            case "a": try decide(.approve)
            case "r": if let reason = keyboard.line("Why? ") { try decide(.reject(reason: reason)) }
            case "w": try waive()
            case "t": try ticket()
            case "s", "n": try decide(.skip)
            case "b", "p": session.back()
            case "o":
                session.split()
                shown = -1
            case "d": devices(group)
            case "v": isWhole = true
            case "q": return true
            case "\u{3}", "\u{4}": return false
            default: Self.help.forEach { Console.say("  " + $0) }
            }
        }
        return true
    }

    private mutating func decide(_ choice: ReviewSession.Choice) throws {
        if let objection = session.decide(choice) {
            Console.say(paint(.yellow, objection))
            return
        }
        try draft.save(session)
    }

    private mutating func waive() throws {
        guard let day = day("Until which day (2027-01-31)? ", isNeeded: true) else { return }
        guard let reason = keyboard.line("Why is it accepted? "),
            let compensating = keyboard.line("What stands in for it meanwhile? ")
        else { return Console.say(paint(.yellow, "A waiver needs its reason, and what stands in for the control.")) }
        try decide(.waive(until: day, reason: reason, compensating: compensating))
    }

    private mutating func ticket() throws {
        guard let ticket = keyboard.line("Ticket? ") else { return }
        try decide(.acknowledge(ticket: ticket, until: day("Until which day (nothing: no end)? ", isNeeded: false)))
    }

    private func day(_ question: String, isNeeded: Bool) -> Day? {
        while let text = keyboard.line(question) {
            if let day = Day(text), !day.isOver(at: at) { return day }
            Console.say(paint(.yellow, "'\(printable(text))' is no day to come: write one as 2027-01-31."))
        }
        if isNeeded { Console.say(paint(.yellow, "Without a day it is not waived.")) }
        return nil
    }

    private static func word(_ choice: ReviewSession.Choice) -> String {
        switch choice {
        case .approve: "approve"
        case .reject: "reject"
        case .waive(let until, _, _): "waive until \(until)"
        case .acknowledge(let ticket, _): "ticket \(printable(ticket))"
        case .skip: "skip"
        }
    }

    // MARK: What is shown

    private var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20, size.ws_row > 6 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    private func show(_ group: FindingGroup, isWhole: Bool) {
        let finding = group.finding
        let (columns, rows) = size
        var lines: [String] = []
        let severity = paint(finding.severity.colour, finding.severity.rawValue)
        let who = group.devices.count == 1 ? group.devices[0].text : Wording.count(group.devices.count, "device")
        lines.append(paint(.dim, String(repeating: "─", count: min(columns, 79))))
        lines.append(
            "\(paint(.bold, who))  \(severity) \(finding.class.rawValue)\(finding.rule.map { "  \(printable($0))" } ?? "")"
        )
        let place = ([finding.artifact?.text] + finding.path).compactMap { $0.map { printable($0) } }
        if !place.isEmpty { lines.append(paint(.cyan, place.joined(separator: " › "))) }
        lines += Wording.wrapped(printable(finding.summary), indent: 0, width: columns).map { paint(.dim, $0) }
        if let standing = session.standing(of: group.devices[0]) {
            lines.append(paint(.dim, Self.history(of: finding, standing)))
            if let mark = standing.marks[finding.id] { lines.append(paint(.yellow, printable(mark.words))) }
        }
        var body =
            finding.missing.flatMap { Self.fitted("- ", $0, columns, isWhole).map { paint(.red, $0) } }
            + finding.extra.flatMap { Self.fitted("+ ", $0, columns, isWhole).map { paint(.green, $0) } }
        let room = max(4, rows - lines.count - 3)
        if !isWhole, body.count > room {
            let more = body.count - room + 1
            body = body.prefix(room - 1) + [paint(.dim, "… \(more) more lines: 'v' shows all")]
        }
        (lines + body).forEach(Console.say)
    }

    /// From which version to which, and since when.
    private static func history(of finding: Finding, _ standing: Standing) -> String {
        let from =
            standing.baseline.map { "approved v\($0.version) by \(printable($0.by)) on \(Day(of: $0.at))" }
            ?? "never approved"
        let to = standing.version.map { "now v\($0)" } ?? "never collected"
        let since = standing.since[finding.id].map { " · seen since \(Day(of: $0))" } ?? ""
        return "\(from) · \(to)\(since)"
    }

    /// A line as it fits: cut with a mark that it goes on, or whole, on as many rows as it needs.
    private static func fitted(_ mark: String, _ text: String, _ columns: Int, _ isWhole: Bool) -> [String] {
        var rest = Array(printable(text))[...]
        let room = columns - 3
        guard rest.count > room else { return [mark + String(rest)] }
        guard isWhole else { return [mark + String(rest.prefix(room - 9)) + "… (v: all)"] }
        var lines: [String] = []
        while !rest.isEmpty {
            lines.append((lines.isEmpty ? mark : "  ") + String(rest.prefix(room)))
            rest = rest.dropFirst(room)
        }
        return lines
    }

    private func devices(_ group: FindingGroup) {
        for line in Wording.wrapped(group.devices.map(\.text).joined(separator: ", "), indent: 2, width: size.columns) {
            Console.say(line)
        }
    }

    // MARK: The end

    /// - Returns: Nil when the person says no.
    func confirm(
        _ outcome: ReviewSession.Outcome, needs: Set<Settings.ApprovalNeed>, _ options: DecisionOptions
    ) throws -> (reason: String?, ticket: String?)? {
        guard !outcome.approve.isEmpty || !outcome.remarks.isEmpty else {
            Console.say("There is nothing to write.")
            return nil
        }
        Console.say("")
        Console.say(paint(.bold, "To be written:"))
        if !outcome.approve.isEmpty { Console.say("  approve  \(Self.names(outcome.approve.map(\.device.id)))") }
        for kind in ApprovalManifest.Remark.Kind.allCases {
            let meant = outcome.remarks.filter { $0.kind == kind }
            if !meant.isEmpty {
                let devices = Wording.count(Set(meant.map(\.device)).count, "device")
                Console.say("  \(kind.rawValue)  \(Wording.count(meant.count, "finding")) of \(devices)")
            }
        }
        if !outcome.partly.isEmpty {
            Console.say(
                paint(
                    .yellow, "  not approved, because not all of their differences are: \(Self.names(outcome.partly))"))
        }
        if outcome.undecided > 0 {
            Console.say(paint(.dim, "  left for another time: \(Wording.count(outcome.undecided, "finding"))"))
        }
        var reason = options.reason
        var ticket = options.ticket
        if reason == nil {
            reason = keyboard.line(needs.contains(.reason) ? "Reason (needed)? " : "Reason (or nothing)? ")
        }
        if ticket == nil, needs.contains(.ticket) { ticket = keyboard.line("Ticket (needed)? ") }
        Console.write(Array("Write this decision [y/n]? ".utf8), to: 1)
        let key = keyboard.key()
        Console.say(key == "y" ? "y" : "n")
        return key == "y" ? (reason, ticket) : nil
    }

    private static func names(_ devices: [DeviceID]) -> String {
        devices.prefix(6).map(\.text).joined(separator: ", ")
            + (devices.count > 6 ? " and \(devices.count - 6) more" : "")
    }
}
