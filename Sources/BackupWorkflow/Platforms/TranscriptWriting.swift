package import ConfigModel

/// A transcript in the format in which `platform test` reads it.
package enum TranscriptWriting {
    package static func yaml(of transcript: Transcript) -> String { tree(of: transcript).yaml }

    private static func tree(of transcript: Transcript) -> DocumentTree {
        .object([
            ("transcript", .text(transcript.platform)), ("title", filled(transcript.title)),
            ("source", filled(transcript.source)), ("device", device(transcript)),
            ("credential", login(transcript.login)), ("recorded", channels(transcript.channels)),
            ("line-ends", .text(transcript.lineEnds.rawValue)),
            ("prompt", transcript.prompt.isEmpty ? nil : .text(transcript.prompt)),
            ("initial", transcript.initial.isEmpty ? nil : .text(transcript.initial)),
            ("then", turns(transcript.then)), ("steps", .list(transcript.steps.map(step), elseNil: true)),
            ("files", transcript.files.map(texts)), ("without", .texts(transcript.without.map(\.rawValue))),
            ("refused", .text(transcript.refused)), ("prompts", prompts(transcript.prompts)),
            ("expect", expect(transcript.expect)),
        ])
    }

    /// Nil where there is no text.
    private static func filled(_ text: String) -> DocumentTree? { text.isEmpty ? nil : .text(text) }

    private static func device(_ transcript: Transcript) -> DocumentTree? {
        guard !transcript.vars.isEmpty || !transcript.isInWindow else { return nil }
        return .object([
            ("vars", transcript.vars.isEmpty ? nil : texts(transcript.vars)),
            ("window", transcript.isInWindow ? nil : .text("closed")),
        ])
    }

    private static func texts(_ texts: [String: String]) -> DocumentTree {
        .object(texts.sorted { $0.key < $1.key }.map { DocumentTree.Entry($0.key, .text($0.value)) })
    }

    private static func login(_ login: Transcript.Login) -> DocumentTree {
        .object([("user", .text(login.user)), ("password", .text(login.password)), ("enable", .text(login.enable))])
    }

    private static func channels(_ channels: [CommandChannel]) -> DocumentTree? {
        if channels == [.shell] { return nil }
        return channels.count == 1 ? .text(channels[0].rawValue) : .texts(channels.map(\.rawValue))
    }

    private static func turns(_ turns: [Transcript.Turn]) -> DocumentTree? {
        .list(turns.map { .object([("send", .text($0.send)), ("answer", .text($0.answer))]) }, elseNil: true)
    }

    private static func step(_ step: Transcript.Step) -> DocumentTree {
        .object([
            ("send", .text(step.send)), ("answer", .text(step.answer)), ("prompt", .text(step.prompt)),
            ("echo", step.isEchoed ? nil : .flag(false)), ("status", step.status == 0 ? nil : .number(step.status)),
            ("then", turns(step.then)),
        ])
    }

    private static func prompts(_ prompts: Transcript.Prompts) -> DocumentTree? {
        guard prompts != Transcript.Prompts() else { return nil }
        return .object([("match", .texts(prompts.match)), ("not", .texts(prompts.not))])
    }

    private static func expect(_ expect: TranscriptExpectation) -> DocumentTree? {
        let facts = DocumentTree.object([
            ("hostname", .text(expect.facts.hostname)), ("vendor", .text(expect.facts.vendor)),
            ("model", .text(expect.facts.model)), ("version", .text(expect.facts.version)),
            ("serials", expect.facts.serials.flatMap { .texts($0) }),
            ("boot", expect.facts.boot.flatMap { .texts($0) }),
            ("images", expect.facts.images.flatMap { .texts($0) }),
        ])
        let tree = DocumentTree.object([
            ("artifacts", expect.artifacts.flatMap { .texts($0) }), ("facts", facts), ("stored", .texts(expect.stored)),
            ("dropped", .texts(expect.dropped)), ("secrets", .texts(expect.secrets)),
            ("uncovered", expect.uncovered.flatMap { $0 == 0 ? nil : .number($0) }),
            ("noise", changes(expect.noise)), ("real", changes(expect.real)), ("failure", .text(expect.failure)),
            ("quarantine", .text(expect.quarantine)),
        ])
        return tree
    }

    private static func changes(_ changes: [TranscriptExpectation.Change]) -> DocumentTree? {
        .list(changes.map { .object([("change", .text($0.change)), ("to", .text($0.to))]) }, elseNil: true)
    }
}
