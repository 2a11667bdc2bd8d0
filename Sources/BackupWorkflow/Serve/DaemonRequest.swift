import ConfigModel
import FoundationEssentials

/// What `plumbline run --via-daemon` asks of the daemon: one line of JSON.
package struct DaemonRequest: Sendable, Codable, Hashable {
    /// As typed; empty for what is due.
    package var selector: [String]
    package var all: Bool
    package var failOn: String
    /// Why windows bind nobody this time; nil where they do.
    package var outsideWindows: String?

    package init(selector: [String], all: Bool, failOn: FailOn, outsideWindows: String?) {
        self.selector = selector
        self.all = all
        self.failOn = failOn.rawValue
        self.outsideWindows = outsideWindows
    }

    package var command: String { (["run"] + (all ? ["--all"] : selector)).joined(separator: " ") }
}

/// What the daemon says to it, a line of JSON each: how far it is, and at last a report or why there is none.
package enum DaemonReply: Sendable {
    case waiting(String)
    case progress(RunWorkflow.Progress)
    case report(RunReport)
    case refused(message: String, status: Int32)
}

extension DaemonReply: Codable {
    private enum CodingKeys: String, CodingKey { case waiting, progress, report, message, status }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let report = try container.decodeIfPresent(RunReport.self, forKey: .report) {
            self = .report(report)
        } else if let progress = try container.decodeIfPresent(RunWorkflow.Progress.self, forKey: .progress) {
            self = .progress(progress)
        } else if let waiting = try container.decodeIfPresent(String.self, forKey: .waiting) {
            self = .waiting(waiting)
        } else {
            self = .refused(
                message: try container.decode(String.self, forKey: .message),
                status: try container.decode(Int32.self, forKey: .status))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .waiting(let why): try container.encode(why, forKey: .waiting)
        case .progress(let progress): try container.encode(progress, forKey: .progress)
        case .report(let report): try container.encode(report, forKey: .report)
        case .refused(let message, let status):
            try container.encode(message, forKey: .message)
            try container.encode(status, forKey: .status)
        }
    }

    /// One line, its end included.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        // Texts, numbers and times: encoding cannot fail.
        return Array((try? encoder.encode(self)) ?? Data()) + [0x0A]
    }
}
