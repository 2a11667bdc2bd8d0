import ConfigModel

/// Stands before every text of a device that goes into an error or a note.
///
/// What comes out is one line without control characters, short, and without the secrets, also where the device echoes them.
struct Mask: Sendable {
    private let secrets: [[UInt8]]

    init(hiding secrets: [Secret?]) {
        // The longest first: one may be a part of another.
        self.secrets = secrets.compactMap { $0.map { Array($0.exposed.utf8) } }.filter { !$0.isEmpty }
            .sorted { $0.count > $1.count }
    }

    func shown(_ bytes: some Sequence<UInt8>, limit: Int = 160) -> String {
        let text = LearnedPrompt.trimmed(
            hidden(Array(bytes.prefix(limit + 4096)))[...].drop { $0 == 0x20 || $0 == 0x0A })
        var line = ""
        for scalar in String(decoding: text.prefix(limit), as: UTF8.self).unicodeScalars {
            line.unicodeScalars.append(Self.isPrintable(scalar) ? scalar : " ")
        }
        return text.count > limit ? line + "…" : line
    }

    /// Control and format characters could write over or turn round what stands beside them.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }

    private func hidden(_ bytes: [UInt8]) -> [UInt8] {
        guard !secrets.isEmpty else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let secret = secrets.first(where: { bytes[index...].starts(with: $0) }) {
                result += "<secret>".utf8
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
