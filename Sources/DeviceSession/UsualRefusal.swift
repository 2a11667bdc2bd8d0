import Patterns

/// The words by which devices of many kinds say that they do not know or allow a command.
///
/// Platforms list the words of their devices; a new version, or a shell in front, may say it in others. Only an answer
/// of a few lines is looked at: within a configuration these words mean something else.
enum UsualRefusal {
    private static var mostLines: Int { 4 }

    /// A pattern of ours; a test holds that it compiles. Without it nothing is taken for a refusal.
    private static let pattern = try? Pattern(
        #"^\s*(?:%\s?[A-Z]|[%^!]?\s*(?:error|syntax error|cli syntax error|invalid|unknown|unrecogni[sz]ed|incomplete|"#
            + #"ambiguous|illegal|bad)\b[^=]{0,20}\b(?:command|input|keyword|parameter|argument|token|syntax|option)\b|"#
            + #"(?:-?\w{0,12}: )?(?:line \d{1,6}: )?[\w./-]{1,64}: (?:command )?not found\b|"#
            + #"(?:permission|access) denied\b|not (?:authori[sz]ed|permitted|supported)\b|authorization failed\b)"#,
        options: [.multiline, .caseInsensitive])

    /// The line that says so.
    static func line(in text: [UInt8], mask: Mask) throws(PatternError) -> String? {
        guard let pattern, Completeness.lineCount(of: text, upTo: mostLines + 1) <= mostLines,
            let match = try pattern.firstMatch(in: text)
        else { return nil }
        let start =
            text[match.range].first { $0 != 0x0A && $0 != 0x0D && $0 != 0x20 }
            .flatMap { text[match.range].firstIndex(of: $0) } ?? match.range.lowerBound
        let end = text[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.count
        return mask.shown(text[start..<end])
    }
}
