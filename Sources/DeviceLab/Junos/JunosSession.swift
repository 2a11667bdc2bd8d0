/// What one login does on a Junos-like device: its mode, its place in the configuration, the questions asked of it.
struct JunosSession {
    /// What a line of the dialogue leads to.
    struct Reply {
        /// Lines, without line ends.
        var text: [String] = []
        /// Takes the place of the prompt.
        var question: String?
        var isOver = false

        static func error(_ text: String) -> Reply { Reply(text: ["error: " + text]) }
    }

    enum Question { case leave(isExclusive: Bool), deleteAll }

    let device: SimulatedDevice
    let login: LabLogin
    let holder: JunosSystem.Holder
    /// Nil outside of the configuration mode.
    var path: [String]?
    var isExclusive = false
    var question: Question?
    var length: Int

    init(device: SimulatedDevice, login: LabLogin) {
        self.device = device
        self.login = login
        holder = JunosSystem.Holder(user: login.user)
        length = device.junosSystem?.pageLength ?? 24
    }

    /// The prompt, and in the configuration mode what stands above it: a timer that runs, and the place.
    var prompt: String {
        let place = path.map { warning + "[" + (["edit"] + $0).joined(separator: " ") + "]\r\n" } ?? ""
        return "\r\n" + place + "\(login.user)@\(device.hostname)" + (path == nil ? "> " : "# ")
    }

    /// Said before each prompt as long as a commit waits for its confirmation.
    private var warning: String {
        let left = device.with { device -> Int? in
            guard case .junos(let system) = device.system, let rollback = system.rollback, !rollback.isHidden else {
                return nil
            }
            return max(1, Int(((rollback.due - .now) / device.minute).rounded(.up)))
        }
        return left.map { "# commit confirmed will be rolled back in \($0) minute\($0 == 1 ? "" : "s")\r\n" } ?? ""
    }

    mutating func read(_ line: String) -> Reply {
        if let asked = question {
            question = nil
            return answer(asked, with: line.words.first?.lowercased() ?? "")
        }
        let words = JunosText.words(line)
        guard !words.isEmpty else { return Reply() }
        return path == nil ? operate(line, words) : configure(line, words)
    }

    /// How Junos complains: a caret below the word that it does not understand.
    func complaint(_ line: String, at offset: Int, _ text: String) -> Reply {
        let width = prompt.split(separator: "\r\n").last?.count ?? 0
        return Reply(text: [String(repeating: " ", count: width + offset) + "^", text])
    }

    /// Changes the Junos-like system and says whether it did.
    func change<Answer: Sendable>(_ change: @Sendable (inout JunosSystem, LabDevice) -> (Answer, Bool)) -> Answer? {
        let done = device.with { device -> (Answer, Bool)? in
            guard case .junos(var system) = device.system else { return nil }
            system.releaseBroken()
            let done = change(&system, device)
            device.system = .junos(system)
            return done
        }
        if done?.1 == true { device.count { $0.writes += 1 } }
        return done?.0
    }
}

extension SimulatedDevice {
    /// The Junos-like system; nil on another device.
    var junosSystem: JunosSystem? {
        guard case .junos(let system) = current.system else { return nil }
        return system
    }
}
