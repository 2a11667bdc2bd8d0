import ConfigModel
import FoundationEssentials

/// A recording of a real device: `session.json`, with `expected.json` beside it and `prompts.json` above it.
struct RecordingDocument {
    private struct Session: Decodable {
        struct Step: Decodable {
            var send: String
            var receive: String
            var then: [Step]?
        }

        var recorded_in: String?
        var initial: String
        var steps: [Step]
    }

    private struct Expected: Decodable {
        var must_be_stored: [String]?
        var secrets: [String]?
        var change_is_noise: [String]?
        var change_is_real: [String]?
    }

    private struct Prompts: Decodable {
        var pass: [String]?
        var pass_with_expect: [String]?
        var fail: [String]?
    }

    private let session: Session
    private let expected: Expected?
    private let prompts: Prompts?

    /// - Returns: Nil when a file holds something else; the faults say what.
    init?(session: SourceFile, expected: SourceFile?, prompts: SourceFile?, faults: inout [Fault]) {
        guard let read: Session = Self.decoded(session, faults: &faults) else { return nil }
        self.session = read
        self.expected = expected.flatMap { Self.decoded($0, faults: &faults) }
        self.prompts = prompts.flatMap { Self.decoded($0, faults: &faults) }
        if expected != nil, self.expected == nil { return nil }
        if prompts != nil, self.prompts == nil { return nil }
    }

    private static func decoded<Content: Decodable>(_ source: SourceFile, faults: inout [Fault]) -> Content? {
        do {
            return try JSONDecoder().decode(Content.self, from: Data(source.bytes))
        } catch {
            let place = SourceLocation(file: source.name, line: 0, column: 0)
            faults.append(
                Fault(at: place, "is no recording (\(reason(error)))", remedy: "see the format of recordings"))
            return nil
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "it lacks '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another kind"
        default: "it is no JSON"
        }
    }

    // MARK: As a transcript

    func transcript(title: String) -> Transcript {
        Transcript(
            title: title, source: "A recording of a real device", form: .recorded,
            channels: [session.recorded_in == "exec" ? .exec : .shell], initial: session.initial,
            steps: session.steps.map(step),
            prompts: Transcript.Prompts(
                match: (prompts?.pass ?? []) + (prompts?.pass_with_expect ?? []), not: prompts?.fail ?? []),
            expect: expectation)
    }

    private func step(_ step: Session.Step) -> Transcript.Step {
        Transcript.Step(
            send: Self.withoutLineEnd(step.send), answer: step.receive,
            then: (step.then ?? []).map {
                Transcript.Turn(send: Self.withoutLineEnd($0.send), answer: $0.receive)
            })
    }

    private static func withoutLineEnd(_ text: String) -> String {
        // A line, or several pasted at once: the first is what a step is known by.
        String(text.prefix { !$0.isNewline })
    }

    private var expectation: TranscriptExpectation {
        var expect = TranscriptExpectation(uncovered: nil)
        guard let expected else { return expect }
        expect.stored = expected.must_be_stored ?? []
        expect.secrets = expected.secrets ?? []
        expect.noise = (expected.change_is_noise ?? []).map(Self.altered)
        expect.real = (expected.change_is_real ?? []).map(Self.altered)
        expect.driftsByItself = true
        return expect
    }

    /// A text like the one given, with another value: other digits, or, where it has none, a last word turned round.
    private static func altered(_ text: String) -> TranscriptExpectation.Change {
        var scalars = Array(text.unicodeScalars)
        func turn(_ index: Int, _ first: Unicode.Scalar, _ count: UInt32) {
            let place = scalars[index].value - first.value
            if let scalar = Unicode.Scalar(first.value + (place + 1) % count) { scalars[index] = scalar }
        }
        let digits = scalars.indices.filter { ("0"..."9").contains(scalars[$0]) }
        if !digits.isEmpty {
            for index in digits { turn(index, "0", 10) }
        } else {
            let word = scalars.indices.reversed().drop { !scalars[$0].properties.isAlphabetic }
                .prefix { scalars[$0].properties.isAlphabetic }
            for index in word where ("a"..."z").contains(scalars[index]) { turn(index, "a", 26) }
            for index in word where ("A"..."Z").contains(scalars[index]) { turn(index, "A", 26) }
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return TranscriptExpectation.Change(change: text, to: String(view))
    }
}
