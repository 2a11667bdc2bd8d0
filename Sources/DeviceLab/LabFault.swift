/// How a device misbehaves.
package enum LabFault: Sendable, Hashable {
    /// Every login is refused, with the right secret too.
    case refuseLogin
    /// Accepts the connection and says nothing, not even its SSH version.
    case silentAfterAccept
    /// Drops the connection after so many bytes of the running-config (on Linux: of any output).
    case cut(afterBytes: Int)
    /// The answer to the running-config (on Linux: to any command) never ends.
    case endless
    /// Takes commands, echoes them and never answers.
    case mute
    /// The running-config lacks its `end`.
    case noEndMarker
    /// The running-config holds bytes that are no UTF-8, and terminal controls.
    case invalidText
    /// The running-config holds a line that is the device's own prompt.
    case promptLookAlike
    /// The device's error text stands inside the running-config.
    case errorInside
    /// So many bytes at a time, with a pause after each.
    case drip(bytes: Int, every: Duration)
    /// The running-config lacks most of its lines, other ones at each reading, and ends as if it were whole.
    case forgetful
    /// In the middle of the running-config stand so many bytes of this.
    case flood(Flood, bytes: Int)

    /// Takes no configuration line that holds this text.
    case rejectLines(String)
    /// Replacing the configuration stops half-way, with an error.
    case halfReplace
    /// The connection breaks after so many lines of configuration.
    case cutLines(after: Int)
    /// The connection breaks, once, at a line or a file transfer that begins with this text: before it is done, or as soon as it is.
    case cutAt(String, isDone: Bool)
    /// No file can be written.
    case diskFull
    /// The confirmation of a timed change is taken, and the change is taken back all the same.
    case deafConfirm
    /// Services do not come up again.
    case serviceFails

    /// The text that configuration lines must not hold; nil without such a fault.
    var rejected: String? {
        if case .rejectLines(let text) = self { text } else { nil }
    }

    /// What a device may pour over a client.
    package enum Flood: String, Sendable, Hashable, CaseIterable {
        /// Lines like those of a configuration.
        case lines = "huge"
        /// One line without an end.
        case line = "long-line"
        case nul
        /// Commands that set a terminal's title.
        case osc
        /// Every second byte is no UTF-8.
        case badText = "bad-utf8"

        /// What is repeated.
        var piece: [UInt8] {
            let unit: [UInt8] =
                switch self {
                case .lines: Array("! a line of a configuration that is far too large to be one\r\n".utf8)
                case .line: Array("x".utf8)
                case .nul: [0]
                case .osc: Array("\u{1B}]0;owned\u{07}".utf8)
                case .badText: [0x41, 0xFF]
                }
            return Array(repeatElement(unit, count: max(1, 16_384 / unit.count)).joined())
        }

        fileprivate var usual: Int {
            switch self {
            case .lines: 200_000_000
            case .line: 10_000_000
            case .nul, .osc, .badText: 1_000_000
            }
        }
    }
}

extension LabFault {
    /// The texts that `init(_:)` reads.
    package static let forms =
        [
            "refuse-login", "silent", "cut[:BYTES]", "endless", "mute", "no-end", "invalid-text", "look-alike",
            "error-inside", "forgetful", "drip[:BYTES[:MILLISECONDS]]",
            "reject:TEXT", "cut-before:TEXT", "cut-behind:TEXT", "half-replace", "cut-lines[:LINES]", "disk-full",
            "deaf-confirm", "service-fails",
        ] + Flood.allCases.map { "\($0.rawValue)[:BYTES]" }

    /// Reads a fault as the command line gives it, such as `cut:2000` or `drip:3:20`.
    package init(_ text: String) throws(LabError) {
        if let colon = text.firstIndex(of: ":"), let fault = Self.aboutText(text[..<colon], text[colon...].dropFirst())
        {
            self = fault
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().map { Int($0) ?? -1 }
        guard let name = parts.first, numbers.allSatisfy({ $0 > 0 }),
            let fault = Self.named(name, numbers)
        else { throw .faultUnknown(text) }
        self = fault
    }

    private static func aboutText(_ name: Substring, _ text: Substring) -> LabFault? {
        guard !text.isEmpty else { return nil }
        return switch name {
        case "reject": .rejectLines(String(text))
        case "cut-before": .cutAt(String(text), isDone: false)
        case "cut-behind": .cutAt(String(text), isDone: true)
        default: nil
        }
    }

    private static func named(_ name: Substring, _ numbers: [Int]) -> LabFault? {
        switch (name, numbers.count) {
        case ("refuse-login", 0): .refuseLogin
        case ("silent", 0): .silentAfterAccept
        case ("cut", 0...1): .cut(afterBytes: numbers.first ?? 1_000)
        case ("endless", 0): .endless
        case ("mute", 0): .mute
        case ("no-end", 0): .noEndMarker
        case ("invalid-text", 0): .invalidText
        case ("look-alike", 0): .promptLookAlike
        case ("error-inside", 0): .errorInside
        case ("forgetful", 0): .forgetful
        case ("half-replace", 0): .halfReplace
        case ("cut-lines", 0...1): .cutLines(after: numbers.first ?? 5)
        case ("disk-full", 0): .diskFull
        case ("deaf-confirm", 0): .deafConfirm
        case ("service-fails", 0): .serviceFails
        case ("drip", 0...2):
            .drip(bytes: numbers.first ?? 3, every: .milliseconds(numbers.count > 1 ? numbers[1] : 20))
        case (_, 0...1): Flood(rawValue: String(name)).map { .flood($0, bytes: numbers.first ?? $0.usual) }
        default: nil
        }
    }
}
