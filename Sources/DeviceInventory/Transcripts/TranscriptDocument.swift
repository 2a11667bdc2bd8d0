import ConfigModel

/// A transcript, taken apart.
enum TranscriptDocument {
    /// - Parameter root: Passed by the check against `Shape.transcript`.
    static func transcript(_ root: YAMLValue) -> Transcript {
        let channels: [CommandChannel] = root["recorded"]?.oneOrMore.compactMap { $0.choice() } ?? []
        return Transcript(
            platform: root["transcript"]?.text, title: root["title"]?.text ?? "", source: root["source"]?.text ?? "",
            vars: texts(root["device"]?["vars"]) ?? [:], isInWindow: root["device"]?["window"]?.text != "closed",
            login: login(root["credential"]),
            channels: channels.isEmpty ? [.shell] : channels, lineEnds: root["line-ends"]?.choice() ?? .crlf,
            prompt: root["prompt"]?.text ?? "", initial: root["initial"]?.text ?? "", then: turns(root["then"]),
            steps: (root["steps"]?.list ?? []).map(step), files: texts(root["files"]),
            without: root["without"]?.list?.compactMap { $0.choice() } ?? [], refused: root["refused"]?.text,
            prompts: Transcript.Prompts(
                match: root["prompts"]?["match"]?.wires ?? [], not: root["prompts"]?["not"]?.wires ?? []),
            expect: expectation(root["expect"]))
    }

    private static func texts(_ value: YAMLValue?) -> [String: String]? {
        value?.entries.map { entries in
            Dictionary(entries.map { ($0.key, $0.value.text ?? "") }) { first, _ in first }
        }
    }

    private static func login(_ value: YAMLValue?) -> Transcript.Login {
        var login = Transcript.Login()
        guard let value else { return login }
        login.user = value["user"]?.text ?? login.user
        login.password = value["password"]?.text ?? login.password
        // Who names a credential without one means a device that has none.
        login.enable = value["enable"]?.text
        return login
    }

    private static func turns(_ value: YAMLValue?) -> [Transcript.Turn] {
        (value?.list ?? []).map { Transcript.Turn(send: $0["send"]?.text ?? "", answer: $0["answer"]?.text ?? "") }
    }

    private static func step(_ value: YAMLValue) -> Transcript.Step {
        var answer = value["answer"]?.text ?? ""
        if let refused = value["refused"]?.text { answer = refused.hasSuffix("\n") ? refused : refused + "\n" }
        return Transcript.Step(
            send: value["send"]?.text ?? "", answer: answer, prompt: value["prompt"]?.text,
            isEchoed: value["echo"]?.flag ?? true, status: value["status"]?.integer ?? 0, then: turns(value["then"]))
    }

    private static func expectation(_ value: YAMLValue?) -> TranscriptExpectation {
        TranscriptExpectation(
            artifacts: value?["artifacts"]?.wires, facts: facts(value?["facts"]),
            stored: value?["stored"]?.wires ?? [], dropped: value?["dropped"]?.wires ?? [],
            secrets: value?["secrets"]?.wires ?? [], uncovered: value?["uncovered"]?.integer ?? 0,
            noise: changes(value?["noise"]), real: changes(value?["real"]), failure: value?["failure"]?.text,
            quarantine: value?["quarantine"]?.text)
    }

    private static func facts(_ value: YAMLValue?) -> TranscriptExpectation.Facts {
        TranscriptExpectation.Facts(
            hostname: value?["hostname"]?.text, vendor: value?["vendor"]?.text, model: value?["model"]?.text,
            version: value?["version"]?.text, serials: value?["serials"]?.wires, boot: value?["boot"]?.wires,
            images: value?["images"]?.wires)
    }

    private static func changes(_ value: YAMLValue?) -> [TranscriptExpectation.Change] {
        (value?.list ?? []).map {
            TranscriptExpectation.Change(change: $0["change"]?.text ?? "", to: $0["to"]?.text ?? "")
        }
    }
}

extension YAMLValue {
    fileprivate var wires: [String]? { list?.compactMap(\.text) }
}
