import ConfigModel

/// How a person with a serial cable, a stick and a laptop puts one device back: the platform's own restore rules, told as numbered
/// steps.
struct HandSteps: Sendable {
    private let kit: KitDevice
    private let restore: RestoreRules?
    /// In place of the platform's placeholders.
    private let filling: [String: String]

    init(_ kit: KitDevice) {
        self.kit = kit
        restore = kit.platform.restore
        let id = "kit"
        var filling = ["id": id, "minutes": "\(restore?.minutes ?? 10)"]
        filling["file"] = restore?.file?.replacing("{id}", with: id) ?? ""
        for (name, value) in kit.device.vars { filling["vars.\(name)"] = value }
        self.filling = filling
    }

    typealias Step = RunbookDocument.Step

    var steps: [Step] { [console, identity] + firmware + preparation + checks + putting + afterwards + gaps + [last] }

    /// Variables of the inventory that the platform's lines take, with their values here.
    var vars: [(name: String, value: String)] {
        let lines = (restore.map { $0.commands + $0.confirm + $0.save + $0.clean } ?? []).map(\.send)
        return kit.device.vars.filter { name, _ in lines.contains { $0.contains("{vars.\(name)}") } }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: Before

    private var console: Step {
        let account = kit.accounts.first.map { "Log in as '\($0.user)'" } ?? "Log in"
        return Step(
            "Connect the console cable (most serial ports: 9600 baud, 8 data bits, no parity, 1 stop bit, no flow control), or screen and "
                + "keyboard. Leave the network cables off until the last step. \(account), or with the maker's own account where the device "
                + "was erased.", [("screen /dev/ttyUSB0 9600", "on a Linux laptop; PuTTY on Windows, 'Serial'")])
    }

    private var identity: Step {
        var words: [String] = []
        if let model = kit.facts.model { words.append("model \(model)") }
        if !kit.facts.serials.isEmpty { words.append("serial \(kit.facts.serials.joined(separator: ", "))") }
        if let version = kit.facts.version { words.append("version \(version)") }
        let what = words.isEmpty ? "nothing is known of its model and version" : words.joined(separator: ", ")
        return Step(
            "Look whether it is the device that the copy is of: \(what). On another model, or on a version that differs before the second "
                + "dot, read the text before you put it in: names of interfaces and syntax may be others.")
    }

    private var firmware: [Step] {
        kit.firmware.filter { $0.boots || kit.firmware.allSatisfy { !$0.boots } }.map { image in
            switch image.copy {
            case .there(let path, let sha256, let size, _):
                Step(
                    "If its firmware is lost or not to be trusted, install this first, by the maker's procedure: \(path) "
                        + "(\(image.name), \(Wording.bytes(size))), SHA-256 \(sha256).")
            case .missing(let reason):
                Step("Its firmware \(image.name) is not in this kit: \(reason). If it is lost, the maker must give it.")
            }
        }
    }

    private var preparation: [Step] {
        guard let restore else { return [] }
        return restore.method == .guided || restore.notes.isEmpty
            ? [] : [Step("To know before: " + restore.notes.joined(separator: " · "))]
    }

    private var checks: [Step] {
        guard let checks = restore?.checks, !checks.isEmpty else { return [] }
        return [Step("Look whether the device can take it.", checks.map(check))]
    }

    // MARK: Putting it back

    private var putting: [Step] {
        guard let restore else {
            return [
                Step("The platform says no way to put it back: enter what \(files) says by hand, section by section.")
            ]
        }
        switch restore.method {
        case .replace: return transfer(to: filling["file"] ?? "") + typing(restore.commands)
        case .lines:
            return pasting
        case .files: return placing
        case .guided:
            let notes = restore.notes.isEmpty ? ["By the maker's tool or page: load \(files)."] : restore.notes
            return [Step("The files for it: \(files).")] + notes.map { Step($0) }
        }
    }

    private func transfer(to path: String) -> [Step] {
        var steps = [
            Step(
                "Bring \(files) to the device as \(path): by a USB stick (FAT32) where it has a port, by TFTP from the laptop on a cable of "
                    + "its own, or by \(restore?.transfer == .scp ? "SCP" : "SFTP") once it has an address.")
        ]
        if let lines = restore?.lines, isTyped {
            steps.append(
                Step(
                    "Where no file can be brought, paste the text instead, and go on at saving: on an erased device that comes to the same, "
                        + "else lines that are too many stay. In pieces of about 50 lines: a console loses what comes too fast.",
                    lines.enter.map { ($0, nil) } + [("… the text of \(files) …", nil)] + lines.leave.map { ($0, nil) })
            )
        }
        return steps
    }

    /// Of whose texts each line is a command.
    private var isTyped: Bool {
        switch kit.platform.syntax {
        case .indented, .set, .configEnd, .menu: true
        case .braces, .xml, .json, .ini, .opaque: false
        }
    }

    private var pasting: [Step] {
        let lines = restore?.lines
        var steps = [
            Step(
                "Paste the text of \(files) at the console, in pieces of about 50 lines: a console loses what comes too fast. Read what the "
                    + "device answers; lines of another version or of other hardware are refused.",
                (lines?.enter ?? []).map { ($0, nil) } + [("… the text of \(files) …", nil)]
                    + (lines?.leave ?? []).map { ($0, nil) })
        ]
        if let file = restore?.file, !file.isEmpty, let commands = restore?.commands, !commands.isEmpty {
            steps.append(
                Step(
                    "Or bring it as a file to \(filling["file"] ?? file) and let the device read it:",
                    commands.map(typed)))
        }
        return steps
    }

    private var placing: [Step] {
        kit.files.filter(\.isPutBack).map { file in
            let services = (restore?.services ?? []).filter { service in
                (try? PatternMatcher(service.path, in: kit.platform).matches(Array(file.artifact.text.utf8))) == true
            }
            let check = services.flatMap(\.check).map {
                (
                    $0.replacing("{new}", with: file.artifact.text + ".new"),
                    Optional("before it takes its place; must end without error")
                )
            }
            let move = check.isEmpty ? "Put" : "Put it beside as \(file.artifact.text).new, check it, then move it: put"
            return Step(
                "\(move) \(file.path) to \(file.artifact.text), with the owner and the mode that the file there has.",
                check + services.flatMap(\.reload).map { ($0, "makes it be read anew") }
                    + services.flatMap(\.health).map { ($0, "must end without error") })
        }
    }

    private func typing(_ lines: [RestoreRules.Line]) -> [Step] {
        guard !lines.isEmpty else { return [] }
        return [Step("Type, one after the other:", lines.map(typed))] + questions
    }

    private var questions: [Step] {
        guard let questions = restore?.questions, !questions.isEmpty else { return [] }
        return [
            Step(
                "When it asks: "
                    + questions.map { "what matches `\($0.ask.text)` is answered by \(answer($0))" }.joined(
                        separator: "; ")
                    + ".")
        ]
    }

    private func answer(_ rule: QuestionRule) -> String {
        switch rule.answer {
        case .text(let text): text.isEmpty ? "Enter" : "'\(text)'\(rule.enter ? " and Enter" : "")"
        case .user: "the account's name"
        case .password: "its password"
        }
    }

    // MARK: After

    private var afterwards: [Step] {
        guard let restore else { return [] }
        var steps: [Step] = []
        if !restore.verify.isEmpty { steps.append(Step("Look whether it is well:", restore.verify.map(check))) }
        if !restore.confirm.isEmpty {
            steps.append(
                Step(
                    "Confirm within \(restore.minutes) minutes, or the device takes it back by itself:",
                    restore.confirm.map(typed)))
        }
        if !restore.save.isEmpty { steps.append(Step("Save, so that it outlasts a restart:", restore.save.map(typed))) }
        if let saved = restore.saved { steps.append(Step("Look at what was saved:", [(filled(saved), nil)])) }
        if !restore.clean.isEmpty, restore.method == .replace {
            steps.append(Step("Take the file with the secrets off the device again:", restore.clean.map(typed)))
        }
        return steps
    }

    private var gaps: [Step] {
        (restore?.gaps ?? []).map { Step("This does not come back with the text, so do it by hand: \($0).") }
    }

    private var last: Step {
        var text =
            "Connect the network again, look from another device whether it answers at \(address), and tick it off."
        if !kit.place.carries.isEmpty {
            text += " Then come \(kit.place.carries.map(\.text).joined(separator: ", ")), which are reached through it."
        }
        return Step(text)
    }

    private var address: String { kit.device.address.isEmpty ? "its address" : printable(kit.device.address) }

    private var files: String {
        let files = kit.files.filter(\.isPutBack)
        return files.count == 1 ? files[0].path : kit.folder + "/"
    }

    private func filled(_ text: String) -> String {
        filling.sorted { $0.key < $1.key }.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    private func typed(_ line: RestoreRules.Line) -> (typed: String, remark: String?) {
        var words: [String] = []
        if let expect = line.expect { words.append("the answer must match `\(expect.text)`") }
        if let refuse = line.refuse { words.append("it failed where the answer matches `\(refuse.text)`") }
        if line.optional { words.append("that it is refused is of no consequence") }
        if line.ends { words.append("the device may restart, or end the connection") }
        return (filled(line.send), words.isEmpty ? nil : words.joined(separator: "; "))
    }

    private func check(_ check: RestoreRules.Check) -> (typed: String, remark: String?) {
        var words: [String] = []
        if let expect = check.expect { words.append("the answer must match `\(expect.text)`") }
        if let refuse = check.refuse { words.append("the answer must not match `\(refuse.text)`") }
        if let reason = check.reason { words.append("else: \(reason)") }
        return (filled(check.command), words.isEmpty ? nil : words.joined(separator: "; "))
    }
}
