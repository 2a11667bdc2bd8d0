import ConfigAnalysis
import ConfigModel
import DeviceSession
import Patterns

/// Takes the secrets out of a recorded transcript, and what tells one device from another where that is wanted.
struct TranscriptCleaning {
    /// The secrets that were used to log in.
    var login: Secret?
    var enable: Secret?
    /// Serial numbers, host name and hardware addresses go too.
    var anonymises: Bool

    private static let invented = Transcript.Login()

    /// - Parameter capture: What was collected: texts without the marks of a pager between their lines.
    /// - Returns: The transcript without them, and the values that stood for secrets, those of the login left out.
    func cleaned(
        _ transcript: Transcript, capture: Capture, platform: Platform
    ) throws(AnalysisError) -> (transcript: Transcript, invention: Invention, secrets: [String]) {
        var invention = Invention()
        // Hidden in the trace where they were typed; here where a device repeats them.
        if let login { invention.add(login.exposed, as: Self.invented.password) }
        if let enable { invention.add(enable.exposed, as: Self.invented.enable ?? "") }
        let finder = try SecretFinder(platform)
        var secrets: [String] = []
        for artifact in capture.artifacts {
            let text = String(decoding: artifact.collected, as: UTF8.self)
            secrets += try finder.values(in: text, isFile: artifact.name.isFile)
        }
        for step in transcript.steps {
            for text in [step.answer] + step.then.map(\.answer) {
                secrets += try finder.values(in: text, isFile: false)
            }
        }
        for text in (transcript.files ?? [:]).values { secrets += try finder.values(in: text, isFile: true) }
        for secret in secrets { invention.add(secret) }
        if anonymises { addNames(of: transcript, capture.facts, to: &invention) }
        return (changed(transcript, by: invention), invention, secrets.compactMap { invention[$0] })
    }

    private func addNames(of transcript: Transcript, _ facts: Facts, to invention: inout Invention) {
        for serial in facts.serials { invention.add(serial) }
        if let hostname = facts.hostname { invention.add(hostname) }
        let name = transcript.prompt.utf8.split { !Self.isNamePart($0) }.max { $0.count < $1.count }
        if let name { invention.add(String(decoding: name, as: UTF8.self)) }
        guard let address = try? Pattern(Self.hardwareAddress) else { return }
        for text in transcript.said {
            let bytes = Array(text.utf8)
            for match in (try? address.allMatches(in: bytes)) ?? [] {
                invention.add(String(decoding: bytes[match.range], as: UTF8.self))
            }
        }
    }

    private static let hardwareAddress =
        #"(?i)(?<![0-9a-f:.-])(?:(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})(?![0-9a-f:.-])"#

    private static func isNamePart(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == 0x2D || byte == 0x5F || byte == 0x2E
    }

    private func changed(_ transcript: Transcript, by invention: Invention) -> Transcript {
        var changed = transcript.saying { invention.applied(to: $0) }
        changed.prompt = invention.applied(to: transcript.prompt)
        changed.steps = changed.steps.map { step in
            var step = step
            step.send = invention.applied(to: step.send)
            step.prompt = step.prompt.map { invention.applied(to: $0) }
            return step
        }
        return changed
    }
}
