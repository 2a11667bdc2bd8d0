import ConfigModel
import DeviceSession

/// What may be said of a device whose artifacts may hold patient data: nothing that it said itself.
package enum PatientData {
    /// What reports say beside such a device.
    package static let remark = "may hold patient data: only keyed digests are kept and shown"

    /// A reason of ours without what it quotes of the device: from the first quotation mark to the last one.
    static func withheld(_ reason: String) -> String {
        guard let start = reason.firstIndex(of: "'"), let end = reason.lastIndex(of: "'") else { return reason }
        let rest = start == end ? "" : reason[reason.index(after: end)...]
        return "\(reason[..<start])<withheld>\(rest)"
    }

    /// The capture with its remarks made harmless. Its artifacts stay: they are what a restore needs.
    static func withheld(_ capture: Capture) -> Capture {
        var capture = capture
        capture.notes = capture.notes.map(remark)
        for index in capture.artifacts.indices {
            capture.artifacts[index].defects = capture.artifacts[index].defects.map { withheld($0) }
        }
        for index in capture.facts.images.indices where capture.facts.images[index].note != nil {
            capture.facts.images[index].note = "the device's words are withheld"
        }
        return capture
    }

    /// A note begins with what it is about; what follows may be the device's own words.
    private static func remark(_ note: String) -> String {
        "\(note.prefix { $0 != ":" }): not all was as expected; the device's words are withheld"
    }

    /// The error without the device's words.
    static func withheld(_ error: SessionError) -> SessionError {
        let words = "(its words are withheld)"
        return switch error {
        case .jump(let host, let inner): .jump(host: host, withheld(inner))
        case .commandRejected(let host, let command, _): .commandRejected(host: host, command: command, answer: words)
        case .commandFailed(let host, let command, let status, _):
            .commandFailed(host: host, command: command, status: status, answer: words)
        case .promptNotFound(let host, _): .promptNotFound(host: host, seen: words)
        case .deviceBusy(let host, _): .deviceBusy(host: host, answer: words)
        default: error
        }
    }

    /// What passed, without what was received.
    static func withheld(_ events: [SessionTranscript.Event]) -> [SessionTranscript.Event] {
        events.compactMap { event in
            switch event.kind {
            case .received, .note: nil
            case .opened, .sent, .closed, .elided: event
            }
        }
    }
}
