import ConfigModel

/// Stands before every text of a device that goes into an error or a note.
///
/// What comes out is one line without control characters, short, and without the secret, also where the device echoes it.
struct Mask: Sendable {
    private let secret: [UInt8]

    init(hiding secret: Secret?) { self.secret = Array((secret?.exposed ?? "").utf8) }

    func shown(_ bytes: some Sequence<UInt8>, limit: Int = 160) -> String {
        let text = LearnedPrompt.trimmed(hidden(Array(bytes))[...].drop { $0 == 0x20 || $0 == 0x0A })
        var line = ""
        for scalar in String(decoding: text.prefix(limit), as: UTF8.self).unicodeScalars {
            line.unicodeScalars.append(Self.isPrintable(scalar) ? scalar : " ")
        }
        return text.count > limit ? line + "…" : line
    }

    /// Control and format characters could write over or turn round what stands beside them.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }

    private func hidden(_ bytes: [UInt8]) -> [UInt8] {
        guard let first = secret.first else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == first, bytes[index...].starts(with: secret) {
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
