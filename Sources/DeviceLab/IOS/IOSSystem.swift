/// A switch or router with an IOS-like command line.
///
/// The configuration is kept as the lines between its header and `end`; what moves by itself (the time of the last
/// change, the clock period) is put in at each reading.
package struct IOSSystem: Sendable {
    package var hostname: String
    /// Lines between the header and `end`, without line ends.
    package private(set) var runningConfig: [String]
    package var startupConfig: [String]
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

    /// After how many readings somebody has entered the configuration mode and left it again.
    private static let readingsAVisit = 16

    private var changes = 0
    /// Where in that round the device begins: not all at once, and the same after a new start of the lab.
    private let visits: Int
    /// How often the running-config was read.
    private(set) var reads = 0
    private var lines: RenderedLines

    package init(
        hostname: String, runningConfig: [String], startupConfig: [String]? = nil, version: String = "15.2(7)E4",
        model: String = "WS-C2960X-48FPD-L", serial: String = "FCW2140L0AB",
        image: String = "flash:c2960x-universalk9-mz.152-7.E4.bin", enablePassword: String? = nil,
        banner: String? = nil, pageLength: Int = 24
    ) {
        self.hostname = hostname
        self.runningConfig = runningConfig
        self.startupConfig = startupConfig ?? runningConfig
        self.version = version
        self.model = model
        self.serial = serial
        self.image = image
        self.enablePassword = enablePassword
        self.banner = banner
        self.pageLength = pageLength
        lines = RenderedLines(runningConfig)
        visits = hostname.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % Self.readingsAVisit
    }

    /// Changes the running-config as `configure terminal` would: the startup-config stays, and the time of the last
    /// change moves.
    package mutating func change(_ change: (inout [String]) -> Void) {
        change(&runningConfig)
        lines = RenderedLines(runningConfig)
        changes += 1
    }

    /// What `copy running-config startup-config` does.
    package mutating func save() { startupConfig = runningConfig }

    /// The answer to `show running-config`, lines ended by CR LF, with its marks that move at each reading.
    mutating func readRunningConfig() -> [UInt8] {
        reads += 1
        // Now and then somebody enters and leaves the configuration mode between two readings: nothing changed, the mark moved.
        let moment = IOSClock(minutes: changes * 60 + (reads + visits) / Self.readingsAVisit)
        let size = lines.before.count + lines.after.count
        let header = [
            "Building configuration...", "", "Current configuration : \(size) bytes", "!",
            "! Last configuration change at \(moment) by netadmin",
            "! NVRAM config last updated at \(IOSClock(minutes: 0)) by netadmin", "!",
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
        let rendered = RenderedLines(startupConfig)
        var answer: [UInt8] = []
        answer.append(line: "Using \(rendered.before.count + rendered.after.count) out of 524288 bytes")
        answer.append(line: "!")
        answer.append(line: "! Last configuration change at \(IOSClock(minutes: 0)) by netadmin")
        answer.append(line: "!")
        answer += rendered.before
        answer.append(line: "ntp clock-period 36028800")
        answer += rendered.after
        answer.append(line: "end")
        answer.append(line: "")
        return answer
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
