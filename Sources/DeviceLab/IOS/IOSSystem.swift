/// A switch or router with an IOS-like command line.
///
/// What moves by itself in a configuration (the time of the last change, the clock period) is put in at each reading.
package struct IOSSystem: Sendable {
    /// Follows the configuration's `hostname`.
    package var hostname: String
    var running: IOSConfiguration {
        get { runningHeld.configuration }
        set {
            runningHeld = .read(newValue)
            rendered = nil
        }
    }
    var startup: IOSConfiguration {
        get { startupHeld.configuration }
        set { startupHeld = .read(newValue) }
    }
    /// Such as `15.2(7)E4`.
    package var version: String
    package var model: String
    package var serial: String
    /// Such as `flash:c2960x-universalk9-mz.152-7.E4.bin`.
    package var image: String
    /// The password of `enable`; nil where it asks for none.
    package var enablePassword: String?
    /// Shown after the login, before the first prompt.
    package var banner: String?
    /// Lines to a page until `terminal length` says otherwise; 0 for no paging.
    package var pageLength: Int
    package var flash = FlashFiles()
    /// The physical interfaces that may be configured; nil for any.
    package var ports: Set<String>?
    /// Takes `^C` in a banner for Ctrl-C also where it comes as two characters, which no real device does.
    package var takesPrintedBanners = false
    /// The reload that `reload in` has set.
    var reload: IOSDeadline?
    /// The way back that `configure replace … time` keeps open.
    var rollback: IOSRollback?
    /// How many copies `archive` has made.
    var archived = 0

    /// After how many readings somebody has entered the configuration mode and left it again.
    private static let readingsAVisit = 16

    private var runningHeld: Held
    private var startupHeld: Held
    private var changes = 0
    private var changesSaved = 0
    /// Where in that round the device begins: not all at once, and the same after a new start of the lab.
    private let visits: Int
    /// How often the running-config was read.
    private(set) var reads = 0
    private var rendered: RenderedLines?

    /// - Parameters:
    ///   - runningConfig: Lines between the header and `end`, in any order; they are kept as IOS orders them.
    ///   - startupConfig: The same as `runningConfig` where it is nil.
    package init(
        hostname: String, runningConfig: [String], startupConfig: [String]? = nil, version: String = "15.2(7)E4",
        model: String = "WS-C2960X-48FPD-L", serial: String = "FCW2140L0AB",
        image: String = "flash:c2960x-universalk9-mz.152-7.E4.bin", enablePassword: String? = nil,
        banner: String? = nil, pageLength: Int = 24
    ) {
        self.hostname = hostname
        runningHeld = .unread(runningConfig)
        startupHeld = .unread(startupConfig ?? runningConfig)
        self.version = version
        self.model = model
        self.serial = serial
        self.image = image
        self.enablePassword = enablePassword
        self.banner = banner
        self.pageLength = pageLength
        visits = hostname.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % Self.readingsAVisit
    }

    /// Lines between the header and `end`, without line ends, in the order in which IOS prints them.
    package var runningConfig: [String] { running.text }
    /// As `runningConfig`.
    package var startupConfig: [String] {
        get { startup.text }
        set { startup = IOSConfiguration(newValue) }
    }
    /// Whether the running-config was changed since it was saved.
    package var isUnsaved: Bool { changes != changesSaved && running.text != startup.text }

    /// Changes the running-config as `configure terminal` would: the startup-config stays, and the time of the last
    /// change moves.
    package mutating func change(_ change: (inout [String]) -> Void) {
        var lines = runningConfig
        change(&lines)
        become(IOSConfiguration(lines))
    }

    /// Makes another configuration the running one.
    mutating func become(_ configuration: IOSConfiguration) {
        let before = running.value("hostname")
        running = configuration
        noteChange(hostnameBefore: before)
    }

    /// To be called after each change of `running`.
    mutating func noteChange(hostnameBefore before: String?) {
        changes += 1
        let after = running.value("hostname")
        if after != before { hostname = after ?? "Switch" }
    }

    /// What `copy running-config startup-config` does.
    package mutating func save() {
        startupHeld = runningHeld
        changesSaved = changes
    }

    /// The answer to `show running-config`, lines ended by CR LF, with its marks that move at each reading.
    mutating func readRunningConfig() -> [UInt8] {
        reads += 1
        let lines = rendered ?? RenderedLines(running.text)
        rendered = lines
        // Now and then somebody enters and leaves the configuration mode between two readings: nothing changed, the mark moved.
        let moment = IOSClock(minutes: changes * 60 + (reads + visits) / Self.readingsAVisit)
        let size = lines.before.count + lines.after.count
        let header = [
            "Building configuration...", "", "Current configuration : \(size) bytes", "!",
            "! Last configuration change at \(moment) by netadmin",
            "! NVRAM config last updated at \(IOSClock(minutes: changesSaved * 60)) by netadmin", "!",
        ]
        var answer: [UInt8] = []
        answer.reserveCapacity(size + 512)
        header.forEach { answer.append(line: $0) }
        answer += lines.before
        answer.append(line: "ntp clock-period \(36_028_000 + (reads * 37) % 2_000)")
        answer += lines.after
        answer.append(line: "end")
        answer.append(line: "")
        return answer
    }

    /// The answer to `show startup-config`.
    func readStartupConfig() -> [UInt8] {
        let rendered = RenderedLines(startup.text)
        var answer: [UInt8] = []
        answer.append(line: "Using \(rendered.before.count + rendered.after.count) out of 524288 bytes")
        answer.append(line: "!")
        answer.append(line: "! Last configuration change at \(IOSClock(minutes: changesSaved * 60)) by netadmin")
        answer.append(line: "!")
        answer += rendered.before
        answer.append(line: "ntp clock-period 36028800")
        answer += rendered.after
        answer.append(line: "end")
        answer.append(line: "")
        return answer
    }
}

/// A configuration that may not have been read yet: most of ten thousand devices are never changed, and reading takes
/// milliseconds and memory.
private enum Held: Sendable {
    case unread([String])
    case read(IOSConfiguration)

    var configuration: IOSConfiguration {
        switch self {
        case .unread(let text): IOSConfiguration(text)
        case .read(let configuration): configuration
        }
    }
}

/// The configuration as bytes, cut in two where `ntp clock-period` stands.
private struct RenderedLines: Sendable {
    var before: [UInt8] = []
    var after: [UInt8] = []

    init(_ lines: [String]) {
        let cut = lines.firstIndex { $0.hasPrefix("ntp ") } ?? lines.endIndex
        for line in lines[..<cut] { before.append(line: line) }
        for line in lines[cut...] { after.append(line: line) }
    }
}

/// The lab's own calendar: minutes after a Tuesday at noon, so that two readings never show one time.
struct IOSClock: CustomStringConvertible {
    var minutes: Int

    var description: String {
        let days = ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]
        let day = minutes / 1440
        let clock = [12 + minutes / 60 % 12, minutes % 60, minutes * 7 % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(clock) UTC \(days[day % 7]) Mar \(2 + day % 27) 2027"
    }
}

extension [UInt8] {
    /// Appends the text and CR LF.
    mutating func append(line: String) {
        append(contentsOf: line.utf8)
        append(13)
        append(10)
    }
}
