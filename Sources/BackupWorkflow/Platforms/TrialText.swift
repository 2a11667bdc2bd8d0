/// Texts of transcripts, searched byte by byte: to Swift CR LF is one character, and a search for its LF finds nothing.
enum TrialText {
    static func contains(_ text: String, _ part: String) -> Bool {
        part.isEmpty || Array(text.utf8).firstRange(of: Array(part.utf8)) != nil
    }

    static func replacing(_ part: String, with other: String, in text: String) -> String {
        guard !part.isEmpty else { return text }
        return String(decoding: Array(text.utf8).replacing(Array(part.utf8), with: Array(other.utf8)), as: UTF8.self)
    }
}
