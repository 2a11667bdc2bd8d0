import ConfigModel

/// One line of the platform and what has come back so far.
struct Exchange: Sendable {
    enum Purpose: Sendable, Hashable {
        /// A line of the opening: its answer only has to be without an error; if it is optional not even that.
        case opening(_ isOptional: Bool)
        /// A line that changes the session, such as one that enters a mode.
        case session
        /// A short answer that is looked at, and not kept.
        case look
        /// A text to be kept: its end must be beyond doubt.
        case keep
    }

    /// An empty line that was sent because a prompt may have been a line of the text.
    struct Probe: Sendable {
        /// Where that prompt begins in the text, and where it ends.
        var place: Int
        var end: Int
    }

    let line: PlatformLine
    let purpose: Purpose
    let completeness: Completeness
    var echo: EchoSearch
    var probe: Probe?
    /// Empty lines that were sent in the middle of the text; each brings one prompt more at its end.
    var strays = 0
    /// Where the text stood when a question was answered last: what stands before it is no question any more.
    var answeredAt = 0
    /// Whether an empty line has asked a device that stopped in the middle.
    var hasAskedStall = false

    init(_ line: PlatformLine, _ purpose: Purpose, _ completeness: Completeness, prompt: [UInt8]) {
        self.line = line
        self.purpose = purpose
        self.completeness = completeness
        echo = EchoSearch(command: line.text, prompt: prompt)
    }

    /// Whether the line may change the prompt.
    var isSession: Bool {
        switch purpose {
        case .opening, .session: true
        case .look, .keep: false
        }
    }
}
