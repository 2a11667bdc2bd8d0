import ConfigModel
import TransportContract

@testable import DeviceSession

/// A command line in memory whose answers, prompts and questions are tables. Secrets and keys are not echoed.
struct TalkingPeer: ScriptedPeer {
    struct Reply: Sendable {
        var text = ""
        /// The prompt from now on.
        var prompt: String?
        /// The device waits after the text: for a line, or for a key. What it then gets leads on.
        var asks: [String: Reply]?
        var hangsUp = false
        /// Said in place of what an empty line brings, once: the device went on in the middle of its answer.
        var later: String?
    }

    var greeting = ""
    var prompt: String
    /// At a prompt: `prompt line`, or for all prompts `line`.
    var replies: [String: Reply]
    var unknown = "% Invalid input"
    var lineEnd = "\r\n"
    /// The line end that it takes for one.
    var enter = "\n"
    /// What the device asks before its first prompt.
    var firstAsks: [String: Reply]?
    /// Above each prompt.
    var above = ""

    private var input = ""
    private var waiting: [String: Reply]?
    private var later: String?

    init(prompt: String, _ replies: [String: Reply]) {
        self.prompt = prompt
        self.replies = replies
    }

    mutating func opened() -> [ScriptedReply] {
        if let firstAsks {
            waiting = firstAsks
            return [.say(greeting)]
        }
        return [.say(greeting + above + prompt)]
    }

    mutating func received(_ bytes: [UInt8]) -> [ScriptedReply] {
        var said: [ScriptedReply] = []
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            input.unicodeScalars.append(scalar)
            if let reply = waiting?[input] {
                input = ""
                waiting = nil
                said += say(reply)
            } else if input.hasSuffix(enter) {
                let line = String(input.dropLast(enter.count))
                input = ""
                said += answer(line)
            }
        }
        return said
    }

    private mutating func answer(_ line: String) -> [ScriptedReply] {
        if let waiting {
            self.waiting = nil
            return say(waiting["*"] ?? Reply(text: "?"))
        }
        if let rest = later, line.isEmpty {
            later = nil
            return [.say(rest.replacing("\n", with: lineEnd)), .say(lineEnd + above + prompt)]
        }
        guard !line.isEmpty else { return [.say(lineEnd + above + prompt)] }
        let reply = replies[prompt + " " + line] ?? replies[line] ?? Reply(text: unknown + "\n")
        return [.say(line + lineEnd)] + say(reply)
    }

    private mutating func say(_ reply: Reply) -> [ScriptedReply] {
        let text = reply.text.replacing("\n", with: lineEnd)
        if reply.hangsUp { return [.say(text), .hangUp] }
        if let prompt = reply.prompt { self.prompt = prompt }
        if let asks = reply.asks {
            waiting = asks
            return [.say(text)]
        }
        if let rest = reply.later {
            later = rest
            return [.say(text)]
        }
        return [.say(text + above + prompt)]
    }
}

extension TalkingPeer.Reply: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { text = value }
}
