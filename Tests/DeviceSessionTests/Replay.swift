import ConfigModel

@testable import DeviceSession

/// A recorded or written session: what the device says first, and what it answers to what it is sent.
struct Script: Decodable {
    struct Step: Decodable {
        var send: String
        var receive: String
        var then: [Step]?
    }

    var initial: String
    var steps: [Step]

    /// The same session with other line ends.
    func with(lineEnds: LineEnds) -> Script {
        var script = self
        script.initial = lineEnds.apply(initial)
        script.steps = steps.map { $0.with(lineEnds: lineEnds) }
        return script
    }
}

extension Script.Step {
    func with(lineEnds: LineEnds) -> Script.Step {
        var step = self
        step.receive = lineEnds.apply(receive)
        step.then = then?.map { $0.with(lineEnds: lineEnds) }
        return step
    }
}

enum LineEnds: String, CaseIterable {
    case lf = "LF"
    case crlf = "CR LF"

    func apply(_ text: String) -> String {
        // By scalars: Swift takes CR LF for one character.
        var result = String.UnicodeScalarView()
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                if self == .crlf, last != "\r" { result.append("\r") }
                if self == .lf, last == "\r" { result.removeLast() }
            }
            result.append(scalar)
            last = scalar
        }
        return String(result)
    }
}

/// How the stream is cut into pieces.
enum Cut {
    /// Each answer in one piece.
    case none
    /// One cut, after so many bytes of the whole stream.
    case after(Int)
    case everyByte
}

/// What came of a replay: the answers to the platform's commands, in order.
struct Report: Hashable {
    struct Answer: Hashable {
        var line: String
        var text: [UInt8]
        var defects: [String] = []
        var refusal: String?
    }

    var answers: [Answer] = []
    var notes: [String] = []
}

/// Plays a script to a dialogue, without any clock: where the dialogue would wait for silence, there is silence.
struct Replay {
    struct Question {
        var line: PlatformLine
        var purpose: Exchange.Purpose
        var completeness: Completeness
    }

    struct Result {
        var report: Report?
        var error: SessionError?
        var sent: [String] = []
        var length = 0
        var quiets = 0
    }

    var script: Script
    /// Asked one after the other.
    var questions: [Question]
    var lineEnd = LineEnd.lf
    var cut = Cut.none
    /// The device hangs up after so many bytes.
    var hangsUpAfter: Int?

    init(script: Script, asking platform: Platform, cut: Cut = .none, hangsUpAfter: Int? = nil) throws {
        self.script = script
        self.cut = cut
        self.hangsUpAfter = hangsUpAfter
        lineEnd = platform.session.enter
        let rules = try CollectionRules(platform)
        let filling = Filling(platform: platform.name, vars: [:])
        questions = []
        for rule in rules.collect {
            guard case .command(let lines, _) = rule.source else { continue }
            let line = try lines[0].filled(filling)
            questions.append(Question(line: line, purpose: .keep, completeness: rule.completeness))
        }
        for rule in rules.facts {
            guard case .command(let lines) = rule.source else { continue }
            let line = try lines[0].filled(filling)
            questions.append(Question(line: line, purpose: .look, completeness: rules.errors))
        }
    }

    func run(_ start: CLIDialogue) throws -> Result {
        var dialogue = start
        var result = Result()
        var report = Report()
        var player = Player(script)
        var waiting = player.initial
        var left = questions[...]
        var asked: Question?
        var actions = dialogue.handle(.opened)
        for _ in 0..<1_000_000 {
            var span: Duration?
            var next: [CLIDialogue.Action]?
            for action in actions {
                switch action {
                case .send(let outgoing):
                    result.sent.append(outgoing.traced(lineEnd))
                    waiting += player.answer(to: String(decoding: outgoing.bytes(lineEnd), as: UTF8.self))
                case .await(let quietAfter): span = quietAfter
                case .ready(let answer):
                    if let answer, let asked { report.answers.append(try asked.judged(answer)) }
                    asked = left.popFirst()
                    next =
                        asked.map { dialogue.ask($0.line, as: $0.purpose, $0.completeness) } ?? dialogue.leave()
                case .finish:
                    report.notes = dialogue.notes
                    result.report = report
                    return result
                case .fail(let error):
                    result.error = error
                    return result
                }
            }
            if let next {
                actions = next
                continue
            }
            actions = dialogue.handle(event(&waiting, &result, player, span))
        }
        return result
    }

    private func event(
        _ waiting: inout [UInt8], _ result: inout Result, _ player: Player, _ span: Duration?
    ) -> CLIDialogue.Event {
        if let hangsUpAfter, result.length >= hangsUpAfter { return .closed }
        if waiting.isEmpty {
            result.quiets += 1
            return player.hasHungUp ? .closed : (span == nil ? .expired : .quiet)
        }
        let piece = next(of: waiting, at: result.length)
        waiting.removeFirst(piece.count)
        result.length += piece.count
        return .received(piece)
    }

    private func next(of waiting: [UInt8], at position: Int) -> [UInt8] {
        var count = waiting.count
        switch cut {
        case .none: break
        case .after(let place): if position < place { count = min(count, place - position) }
        case .everyByte: count = 1
        }
        if let hangsUpAfter { count = min(count, hangsUpAfter - position) }
        return Array(waiting.prefix(count))
    }
}

extension Replay.Question {
    fileprivate func judged(_ answer: CLIDialogue.Answer) throws -> Report.Answer {
        let defects = answer.refusal == nil ? try completeness.defects(of: answer.text, mask: Mask(hiding: [])) : []
        return Report.Answer(line: answer.line.text, text: answer.text, defects: defects, refusal: answer.refusal)
    }
}

/// The device's side of a script.
struct Player {
    private var script: Script
    private var follow: [Script.Step] = []
    private var prompt: String
    private(set) var hasHungUp = false

    init(_ script: Script) {
        self.script = script
        prompt = Self.lastLine(script.initial)
    }

    var initial: [UInt8] { Array(script.initial.utf8) }

    mutating func answer(to sent: String) -> [UInt8] {
        if let next = follow.first, next.send == sent {
            follow.removeFirst()
            return said(next.receive)
        }
        guard let index = script.steps.firstIndex(where: { $0.send == sent }) else {
            if sent == "\n" { return Array(("\n" + prompt).utf8) }
            return Array("\(sent.dropLast())\n% Unknown command\n\(prompt)".utf8)
        }
        // The same line may bring something else the next time.
        let step = script.steps.remove(at: index)
        follow = step.then ?? []
        if ["exit\n", "quit\n", "logout\n"].contains(sent) { hasHungUp = true }
        return said(step.receive)
    }

    private mutating func said(_ text: String) -> [UInt8] {
        let last = Self.lastLine(text)
        // An answer without a line end stands before its prompt.
        if follow.isEmpty, prompt.isEmpty || !last.hasSuffix(prompt) { prompt = last }
        return Array(text.utf8)
    }

    private static func lastLine(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let start =
            scalars.lastIndex { $0 == "\n" || $0 == "\r" }.map { scalars.index(after: $0) } ?? scalars.startIndex
        return String(scalars[start...])
    }
}
