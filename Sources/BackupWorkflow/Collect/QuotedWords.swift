import ConfigAnalysis
import ConfigModel

/// What our messages quote of a device: its own words, between quotation marks. Secrets may stand in them, as in its texts.
struct QuotedWords: Sendable {
    let normaliser: Normaliser
    let device: DeviceID
    let key: FingerprintKey

    /// The message with secrets in quoted words masked as they are in stored texts.
    func masked(_ message: String) -> String {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count > 2 else { return message }
        return parts.enumerated().map { index, part in index % 2 == 1 ? words(part) : String(part) }
            .joined(separator: "'")
    }

    private func words(_ text: Substring) -> String {
        // One word, or a command of ours that the message recommends.
        guard text.contains(" "), !text.hasPrefix("plumbline ") else { return String(text) }
        let artifact = Artifact(name: .runningConfig, collected: Array(text.utf8) + [0x0A])
        guard let masked = try? normaliser.comparable(artifact, device: device, key: key) else { return "<withheld>" }
        let line = String(decoding: masked.bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(
            separator: " ")
        // A line that is only volatile says nothing that must be hidden.
        return line.isEmpty ? String(text) : line
    }

    func masked(_ outcome: CollectionResult.Outcome) -> CollectionResult.Outcome {
        switch outcome {
        case .failed(var failure):
            failure.message = masked(failure.message)
            return .failed(failure)
        case .collected(var capture):
            capture.notes = capture.notes.map { masked($0) }
            for index in capture.artifacts.indices {
                capture.artifacts[index].defects = capture.artifacts[index].defects.map { masked($0) }
            }
            for index in capture.facts.images.indices {
                capture.facts.images[index].note = capture.facts.images[index].note.map { masked($0) }
            }
            return .collected(capture)
        }
    }
}
