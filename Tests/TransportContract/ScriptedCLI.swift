/// A command line in memory: prompt, echo, paging, a privileged mode, and an answer for each command.
package struct ScriptedCLI: ScriptedPeer {
    package var name: String
    package var banner = ""
    package var answers: [String: String]
    /// The password of the privileged mode; nil when the login is privileged already.
    package var enablePassword: String?
    /// Lines of a page; nil when there is no paging.
    package var page: Int?
    package var echoes = true
    package var lineEnd = "\r\n"

    private var isPrivileged: Bool { enablePassword == nil || wasEnabled }
    private var wasEnabled = false
    private var asksPassword = false
    private var input = ""
    private var rest: [String] = []

    package init(name: String, answers: [String: String]) {
        self.name = name
        self.answers = answers
    }

    private var prompt: String { name + (isPrivileged ? "#" : ">") }

    package mutating func opened() -> [ScriptedReply] { [.say(banner + lineEnd + prompt)] }

    package mutating func received(_ bytes: [UInt8]) -> [ScriptedReply] {
        var replies: [ScriptedReply] = []
        for byte in bytes {
            if !rest.isEmpty {
                replies.append(.say("\r        \r" + nextPage()))
            } else if byte != 0x0A {
                input.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let line = input
                input = ""
                if echoes, !asksPassword { replies.append(.say(line)) }
                replies.append(.say(lineEnd))
                replies += answer(to: line)
            }
        }
        return replies
    }

    private mutating func answer(to line: String) -> [ScriptedReply] {
        if asksPassword {
            asksPassword = false
            wasEnabled = line == enablePassword
            return [.say((wasEnabled ? "" : "% Access denied" + lineEnd) + prompt)]
        }
        switch line {
        case "": return [.say(prompt)]
        case "exit": return [.hangUp]
        case "terminal length 0":
            page = nil
            return [.say(prompt)]
        case "enable" where !isPrivileged:
            asksPassword = true
            return [.say("Password: ")]
        default:
            guard let answer = answers[line] else {
                return [.say("     ^\(lineEnd)% Invalid input detected at '^' marker.\(lineEnd)\(lineEnd)\(prompt)")]
            }
            rest = answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return [.say(nextPage())]
        }
    }

    private mutating func nextPage() -> String {
        let count = page.map { min($0, rest.count) } ?? rest.count
        let lines = rest.prefix(count)
        rest.removeFirst(count)
        let isLast = rest.isEmpty || rest == [""]
        if isLast { rest = [] }
        // The last line of an answer has its line end already.
        let text = lines.last == "" ? lines.dropLast() : lines
        return text.map { $0 + lineEnd }.joined() + (isLast ? prompt : "--More--")
    }
}
