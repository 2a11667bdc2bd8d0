import ConfigModel
import DeviceSession

/// Makes a transcript of a traced session: what was typed becomes steps, what came becomes answers without echo and prompt.
struct TraceTranscript {
    /// One thing that was sent, and everything that came until the next.
    private struct Exchange {
        var channel = ""
        var sent: String
        var received: [UInt8] = []

        /// A key or a password: no line of its own, whatever came before it.
        var isKey: Bool {
            let line = TraceTranscript.line(sent)
            return line == TraceTranscript.hidden || (!sent.isEmpty && line.utf8.count == sent.utf8.count)
        }
    }

    private var channels: [String] = []
    private var shell: [Exchange] = []
    private var commands: [Exchange] = []
    private var files: [Exchange] = []
    private var hasShell = false
    private let prompt: PromptCheck
    private let user: String

    init(_ events: [SessionTrace], prompt: PromptCheck, user: String) {
        self.prompt = prompt
        self.user = user
        for event in events { add(event) }
    }

    private mutating func add(_ event: SessionTrace) {
        switch event {
        case .opened(let channel):
            channels.append(channel)
            guard channel == "shell" else { break }
            // A second shell begins anew: what the first one said was not enough.
            hasShell = true
            shell = [Exchange(sent: "")]
        case .closed: _ = channels.popLast()
        case .sent(let text):
            let channel = channels.last ?? ""
            edit { $0.append(Exchange(channel: channel, sent: text)) }
        case .received(let bytes): edit { if let last = $0.indices.last { $0[last].received += bytes } }
        case .note: break
        }
    }

    private mutating func edit(_ change: (inout [Exchange]) -> Void) {
        switch channels.last {
        case "shell": change(&shell)
        case "exec": change(&commands)
        case .some: change(&files)
        case nil: break
        }
    }

    // MARK: As a transcript

    /// Steps, files and prompts; who and what it is about is left to the caller.
    func transcript() throws(CollectorFault) -> Transcript {
        let all = (shell + commands).flatMap(\.received)
        let lineEnds: Transcript.LineEnds = all.firstRange(of: [0x0D, 0x0A]) == nil ? .lf : .crlf
        var transcript = Transcript(lineEnds: lineEnds)
        // Where no command ever said anything the device had no channel for them.
        let hasCommands = commands.contains { !$0.received.isEmpty }
        transcript.channels = (hasShell ? [.shell] : []) + (hasCommands ? [.exec] : [])
        if transcript.channels.isEmpty { transcript.channels = [.exec] }
        try addShell(to: &transcript)
        // What is no text cannot stand in a transcript.
        let texts = commands.filter { String(validating: $0.received, as: UTF8.self) != nil }
        if hasCommands { transcript.steps += texts.map { Self.step($0, lineEnds) } }
        addFiles(to: &transcript)
        return transcript
    }

    /// A command that was run in a channel of its own. Its exit status is not traced: one that says nothing brought nothing.
    private static func step(_ exchange: Exchange, _ lineEnds: Transcript.LineEnds) -> Transcript.Step {
        let isFile = exchange.sent.hasPrefix("cat ") || exchange.sent.hasPrefix("sudo -n cat ")
        let answer = isFile ? String(decoding: exchange.received, as: UTF8.self) : text(exchange.received, lineEnds)
        return Transcript.Step(send: exchange.sent, answer: answer, status: answer.isEmpty ? 1 : 0)
    }

    private func addFiles(to transcript: inout Transcript) {
        let worked = Set(files.filter { !$0.received.isEmpty }.map(\.channel))
        guard !worked.isEmpty else { return }
        let read = files.filter { !$0.sent.hasPrefix("list ") && !$0.received.isEmpty }
        let pairs = read.compactMap { file in String(validating: file.received, as: UTF8.self).map { (file.sent, $0) } }
        transcript.files = Dictionary(pairs) { _, last in last }
        transcript.without = [FileMethod.sftp, .scp].filter { !worked.contains($0.rawValue) }
    }

    private static func text(_ bytes: [UInt8], _ lineEnds: Transcript.LineEnds) -> String {
        let plain = lineEnds == .crlf ? bytes.replacing([0x0D, 0x0A], with: [0x0A]) : bytes
        return String(decoding: plain, as: UTF8.self)
    }

    private func addShell(to transcript: inout Transcript) throws(CollectorFault) {
        var isOpen = false
        var current = ""
        for (index, exchange) in shell.enumerated() {
            let received = Self.text(exchange.received, transcript.lineEnds)
            let waits = index + 1 < shell.count && shell[index + 1].isKey
            let (answer, prompt) = waits ? (received, nil) : try split(received)
            let line = Self.line(exchange.sent)
            if index == 0 {
                transcript.initial = answer
                isOpen = prompt == nil
            } else if isOpen {
                let turn = Transcript.Turn(send: meaning(of: line, inLogin: current.isEmpty), answer: answer)
                if transcript.steps.isEmpty {
                    transcript.then.append(turn)
                } else {
                    transcript.steps[transcript.steps.count - 1].then.append(turn)
                    if let prompt, prompt != current { transcript.steps[transcript.steps.count - 1].prompt = prompt }
                }
                isOpen = prompt == nil
            } else if !line.isEmpty {
                var step = Self.step(line, answer)
                if let prompt, prompt != current { step.prompt = prompt }
                transcript.steps.append(step)
                isOpen = prompt == nil
            }
            if let prompt {
                current = prompt
                if transcript.prompt.isEmpty { transcript.prompt = prompt }
            }
        }
    }

    /// An answer without the prompt at its end, and the prompt, where there is one.
    private func split(_ received: String) throws(CollectorFault) -> (answer: String, prompt: String?) {
        let bytes = Array(received.utf8)
        let start = bytes.lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? 0
        let line = String(decoding: bytes[start...], as: UTF8.self)
        guard !line.isEmpty, try prompt.matches(line) else { return (received, nil) }
        return (String(decoding: bytes[..<start], as: UTF8.self), line)
    }

    private static func step(_ line: String, _ answer: String) -> Transcript.Step {
        let echo = Array((line + "\n").utf8)
        let bytes = Array(answer.utf8)
        guard bytes.starts(with: echo) else { return Transcript.Step(send: line, answer: answer, isEchoed: false) }
        return Transcript.Step(send: line, answer: String(decoding: bytes.dropFirst(echo.count), as: UTF8.self))
    }

    /// What a trace shows in the place of a secret.
    fileprivate static let hidden = Secret("").description

    /// What was typed, without its line end.
    fileprivate static func line(_ sent: String) -> String {
        String(decoding: sent.utf8.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed(), as: UTF8.self)
    }

    private func meaning(of line: String, inLogin: Bool) -> String {
        if line == Self.hidden { return inLogin ? "{password}" : "{enable}" }
        return line == user && inLogin ? "{user}" : line
    }
}
