import ConfigModel

/// Checks what the parts of a `restore` section say about each other: a method that lacks what it needs would be found out in
/// the middle of an incident.
struct RestoreReferences {
    private(set) var faults: [Fault] = []
    private let restore: YAMLValue

    /// - Parameter restore: Passed by the check against `Shape.restore`.
    static func faults(of restore: YAMLValue) -> [Fault] {
        var references = RestoreReferences(restore)
        references.check()
        return references.faults
    }

    private init(_ restore: YAMLValue) { self.restore = restore }

    private mutating func report(_ value: YAMLValue, _ what: String, _ remedy: String) {
        faults.append(Fault(at: value.location, what, remedy: remedy))
    }

    private var isUploading: Bool {
        let transfer: RestoreRules.Transfer? = restore["transfer"]?.choice()
        return transfer == .sftp || transfer == .scp
    }

    private mutating func check() {
        let method: RestoreRules.Method? = restore["method"]?.choice()
        switch method {
        case .replace: checkUpload("method 'replace'")
        case .lines:
            if restore["lines"] == nil {
                report(
                    restore, "method 'lines' without 'lines'", "say by 'lines' how they are computed, or use 'guided'")
            }
            if isUploading { checkUpload("lines that are sent as a file") }
        case .files:
            if !isUploading {
                report(restore, "method 'files' without a way to write them", "name 'transfer': sftp or scp")
            }
        case .guided, nil: break
        }
        checkMinutes()
        for key in ["commands", "confirm", "save", "undo", "clean"] {
            checkPlaceholders(restore[key], ["file", "minutes", "id"])
        }
        for key in ["start", "cancel"] { checkPlaceholders(restore["timer"]?[key], ["minutes", "id"]) }
    }

    private mutating func checkUpload(_ what: String) {
        guard isUploading else { return report(restore, "\(what) needs a transfer", "name 'transfer': sftp or scp") }
        if restore["file"] == nil { report(restore, "\(what) needs 'file'", "say where the text is put on the device") }
        let commands = sent(restore["commands"])
        if !commands.contains(where: { $0.contains("{file}") }) {
            report(restore["commands"] ?? restore, "no command takes {file}", "name the command that loads the text")
        }
    }

    /// A device that waits for a confirmation must get one, and one that does not must not be sent one.
    private mutating func checkMinutes() {
        let leaving = restore["lines"]?["leave"]?.texts ?? []
        let isTimed = (sent(restore["commands"]) + leaving).contains { $0.contains("{minutes}") }
        if isTimed, sent(restore["confirm"]).isEmpty {
            report(
                restore, "a timer in 'commands' and no 'confirm'",
                "say by 'confirm' what keeps the device from undoing it")
        }
        if let timer = restore["timer"], !sent(timer["start"]).contains(where: { $0.contains("{minutes}") }) {
            report(timer, "'timer' without {minutes}", "put {minutes} where the time belongs")
        }
    }

    private func sent(_ value: YAMLValue?) -> [String] {
        (value?.list ?? []).compactMap { $0.text ?? $0["send"]?.text }
    }

    private mutating func checkPlaceholders(_ value: YAMLValue?, _ known: Set<String>) {
        for item in value?.list ?? [] {
            guard let line = item["send"] ?? (item.text == nil ? nil : item), let text = line.text else { continue }
            for name in PlatformReferences.placeholders(in: text)
            where !known.contains(name) && !name.hasPrefix("vars.") {
                report(
                    line, "nothing fills {\(name)} here",
                    "known are \(known.sorted().map { "{\($0)}" }.joined(separator: ", ")) and {vars.NAME}")
            }
        }
    }
}
