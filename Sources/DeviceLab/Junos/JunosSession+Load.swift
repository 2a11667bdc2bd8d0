/// `load override` and its kin.
extension JunosSession {
    func load(_ words: [String], _ line: String, _ all: [(text: String, offset: Int)]) -> Reply {
        guard let way = words.first, ["override", "merge", "update", "set"].contains(way), words.count == 2 else {
            return complaint(line, at: all.last?.offset ?? 0, "syntax error.")
        }
        let file = words[1].hasPrefix("/") ? words[1] : "/var/home/netbackup/" + words[1]
        let answer: Reply? = change { system, device in
            guard let bytes = system.files.read(file) else {
                return (.error("could not open file: \(file): No such file or directory"), false)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let loaded =
                way == "set"
                ? Self.loadSet(text, file, system.candidate, device.fault)
                : Self.loadBraces(text, file, way == "merge" ? system.candidate : JunosConfiguration(), device.fault)
            system.candidate = loaded.configuration
            return (Reply(text: loaded.text), true)
        }
        return answer ?? Reply()
    }

    private typealias Loaded = (configuration: JunosConfiguration, text: [String])

    /// What is understood is loaded, also where something else is not.
    private static func loadBraces(
        _ text: String, _ file: String, _ start: JunosConfiguration, _ fault: LabFault?
    ) -> Loaded {
        var configuration = start
        var said: [String] = []
        var errors = 0
        let read = JunosText.read(text)
        let half = fault == .halfReplace ? read.paths.count / 2 : read.paths.count
        for (index, path) in read.paths.enumerated() {
            let rejected = fault?.rejected.map { path.words.joined(separator: " ").contains($0) } ?? false
            let problem = rejected || index >= half ? path.words.count - 1 : configuration.problem(path.words)
            guard let problem else {
                configuration.enter(path.words)
                continue
            }
            errors += 1
            let head = path.words[..<min(problem, path.words.count)].joined(separator: " ")
            let word = path.words[min(problem, path.words.count - 1)]
            said += [
                "\(file):\(path.line):(\(path.column)) syntax error: \(word)",
                head.isEmpty ? "  [edit]" : "  [edit \(head)]",
                "    '\(path.words[problem...].joined(separator: " "));'", "      syntax error",
            ]
            if index >= half { break }
        }
        if let fault = read.fault {
            errors += 1
            said.append("\(file):\(fault.line):(\(fault.column)) syntax error: \(fault.words.joined())")
        }
        return (configuration, said + ["load complete" + (errors > 0 ? " (\(errors) errors)" : "")])
    }

    private static func loadSet(
        _ text: String, _ file: String, _ start: JunosConfiguration, _ fault: LabFault?
    ) -> Loaded {
        var configuration = start
        var said: [String] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = JunosText.words(String(line))
            let statement = words.dropFirst().map(\.text)
            var problem: Int?
            switch words.first?.text {
            case nil: continue
            case "set":
                let rejected = fault?.rejected.map { line.contains($0) } ?? false
                problem = rejected ? 0 : configuration.problem(statement)
                if problem == nil { configuration.enter(statement) }
            case "delete": _ = configuration.delete(statement)
            default: problem = -1
            }
            guard let problem else { continue }
            let word = words[min(problem + 1, words.count - 1)]
            // Of `load set` Junos tells each error and not their number.
            said.append("\(file):\(number + 1):(\(word.offset + 1)) syntax error: \(word.text)")
        }
        return (configuration, said + ["load complete"])
    }
}
