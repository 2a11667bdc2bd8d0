import ConfigModel

/// The key tables of how a configuration is put back.
extension Shape {
    static let restore = Shape(
        name: "'restore'",
        keys: [
            Key("method", .choice(RestoreRules.Method.allCases.map(\.rawValue)), .required, "How it is put back."),
            Key("transfer", .choice(RestoreRules.Transfer.allCases.map(\.rawValue)), "How the text gets there."),
            Key("evidence", .choice(Platform.Evidence.allCases.map(\.rawValue)), "What this section rests on."),
            Key("artifact", .text(.free), "The artifact that is put back; the main one where not given."),
            Key("file", .text(.line), "Where the text is put on the device; {id} is the restore's own."),
            Key("drop", .patterns, "Lines of the collected text that are not sent, beside the volatile ones."),
            Key("carets", .patterns, "Lines in which ^C stands for the control character."),
            Key("checks", checks, "Looked at before anything is written."),
            Key("commands", sentLines, "What is sent, in order; {file} and {minutes} are filled in."),
            Key("minutes", .integer(1...60), "How long the device waits for its confirmation; 10 where not given."),
            Key("confirm", sentLines, "What keeps the device from undoing it by itself."),
            Key("timer", .object(timer), "A scheduled restart, for devices without a confirm timer."),
            Key("verify", checks, "Looked at afterwards, beside comparing what is collected again."),
            Key("save", sentLines, "What makes it last."),
            Key("saved", .text(.line), "The command that shows what was saved."),
            Key("undo", sentLines, "What takes it back while it is not confirmed."),
            Key("clean", sentLines, "Takes the transferred file away again."),
            Key("questions", .list(.object(question), least: 0), "What the device asks meanwhile, and the answers."),
            Key("lines", .object(remediation), "How the lines from one configuration to another are computed."),
            Key("services", .list(.object(service), least: 0), "What is to be done for files of which paths."),
            Key("access", .list(.object(accessRule), least: 0), "What our own way to the device consists of."),
            Key("masked", .patterns, "How the device masks secrets itself."),
            Key("gaps", .list(.text(.free), least: 0), "What does not come back with the text."),
            Key("notes", .list(.text(.free), least: 0), "What a person must know."),
        ])

    private static let sentLines = Form.list(.either([.text(.line), .object(sentLine)]), least: 0)
    private static let checks = Form.list(.either([.text(.line), .object(check)]), least: 0)

    private static let sentLine = Shape(
        name: "a line of 'restore'",
        keys: [
            Key("send", .text(.line), .required, "The line."),
            Key("expect", .text(.pattern), "Must match somewhere in the answer."),
            Key("refuse", .text(.pattern), "Means failure where it matches in the answer, beside 'errors'."),
            Key("optional", .flag, "That it is refused is of no consequence."),
            Key("ends", .flag, "The device may end the connection on it."),
        ])

    private static let check = Shape(
        name: "a check of 'restore'",
        keys: [
            Key("command", .text(.line), .required, "Asked; it only reads."),
            Key("expect", .text(.pattern), "Must match somewhere in the answer."),
            Key("refuse", .text(.pattern), "Must not match anywhere in the answer."),
            Key("reason", .text(.free), "What it means when it does not hold, and what to do."),
        ])

    private static let timer = Shape(
        name: "'timer'",
        keys: [
            Key("start", sentLines, .required, "What schedules the restart; {minutes} is filled in."),
            Key("cancel", sentLines, .required, "What takes it back."),
        ])

    private static let question = Shape(
        name: "a question of 'restore'",
        keys: [
            Key("ask", .text(.pattern), .required, "The question, at the end of what the device has sent."),
            Key("answer", .text(.reply), .required, "The answer."),
            Key("enter", .flag, "A line end follows the answer; true where not given."),
        ])

    private static let remediation = Shape(
        name: "'lines'",
        keys: [
            Key("enter", .lines, "Enters the mode in which lines of the configuration are known."),
            Key("leave", .lines, "Leaves it."),
            Key("negate", .text(.line), "Takes a line back; {line} stands for it. 'no {line}' where not given."),
            Key("exit", .text(.line), "Leaves a section."),
            Key("keep", .patterns, "Lines that are neither sent nor taken back."),
            Key("negations", .list(.object(negation), least: 0), "Lines that are taken back otherwise."),
            Key("overwrites", .patterns, "Lines of which a later one replaces an earlier."),
            Key("sections", .patterns, "Lines that enter a section, also where nothing stands in it."),
            Key("rebuilt", .patterns, "Lists that are taken back and entered anew as a whole."),
            Key("late", .patterns, "Lines that are taken back once all else in their section is entered."),
            Key("unique", .patterns, "Addresses: where another section gets one, old ones are taken back first."),
            Key("renews", .patterns, "Where such a line comes or goes, its section is taken back and entered anew."),
        ])

    private static let negation = Shape(
        name: "a negation",
        keys: [
            Key("line", .text(.pattern), .required, "The line."),
            Key("under", .text(.pattern), "The header of the section around it."),
            Key("send", .lines, .required, "Sent to take it back; {1} is the first capture group."),
            Key("takes", .lines, "What lines begin with that go along with it, in its section and below."),
        ])

    private static let service = Shape(
        name: "a service",
        keys: [
            Key("path", .text(.pattern), .required, "Matches the path of a file."),
            Key("check", .lines, "Must end with 0 before the files take their places; {new} is the one that waits."),
            Key("reload", .lines, "Makes the files be read anew."),
            Key("health", .lines, "Must end with 0 afterwards."),
        ])

    private static let accessRule = Shape(
        name: "an 'access' rule",
        keys: [
            Key("name", .text(.free), .required, "What a person calls it."),
            Key("line", .text(.pattern), .required, "The line; {address} and {user} are those that we use."),
            Key("under", .text(.pattern), "The header of the section that it stands in."),
            Key("section", .flag, "The whole section around the line belongs to it."),
            Key("any", .flag, "Another line in the same place that matches as well will do."),
            Key("added", .flag, "Lines that come besides count, too."),
            Key("follow", .patterns, "Further lines and sections; {name} is what the first group of 'line' captures."),
        ])
}
