import CPCRE2

/// The compiled code of a pattern: owns it and frees it.
// Unchecked: the code is never changed after `init`, and PCRE2 lets threads share it (pcre2api, "Multithreading").
final class CompiledPattern: @unchecked Sendable {
    let groupCount: Int
    let groupNames: [(number: Int, name: String)]
    private let code: OpaquePointer
    private let text: String

    init(_ text: String, options: Pattern.Options) throws(PatternError) {
        let (code, status, offset) = Self.compile(text, options: options)
        guard let code else {
            throw .invalid(pattern: text, offset: offset, reason: Self.message(status))
        }
        // Without JIT (a locked-down kernel refuses executable memory) the interpreter does the same, more slowly.
        _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        self.code = code
        self.text = text
        groupCount = Self.groupCount(of: code)
        groupNames = Self.groupNames(of: code)
        // Here all members are set, so that `deinit` frees the code when this throws.
        guard groupCount < MatchWorkspace.groupLimit else {
            let reason = "it has \(groupCount) groups, \(MatchWorkspace.groupLimit - 1) are the most"
            throw .invalid(pattern: text, offset: 0, reason: reason)
        }
    }

    deinit { pcre2_code_free_8(code) }

    /// - Parameter notEmptyHere: Only a match that begins at `start` and is not empty counts.
    func match(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, notEmptyHere: Bool = false
    ) throws(PatternError) -> PatternMatch? {
        guard start >= 0, start <= bytes.count else { return nil }
        let options = notEmptyHere ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0
        let workspace = try MatchWorkspace.ofThisThread(for: text)
        guard try found(by: workspace.match(code, bytes, from: start, options: options)) else { return nil }
        return workspace.lastMatch(groups: groupCount)
    }

    func isMatched(in bytes: UnsafeBufferPointer<UInt8>) throws(PatternError) -> Bool {
        let workspace = try MatchWorkspace.ofThisThread(for: text)
        return try found(by: workspace.match(code, bytes, from: 0, options: 0))
    }

    private func found(by status: Int32) throws(PatternError) -> Bool {
        switch status {
        case 0...: return true
        case PCRE2_ERROR_NOMATCH: return false
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT:
            throw .runaway(pattern: text)
        default: throw .failed(pattern: text, reason: Self.message(status))
        }
    }
}

extension CompiledPattern {
    private static func compile(_ text: String, options: Pattern.Options) -> (OpaquePointer?, Int32, Int) {
        let context = pcre2_compile_context_create_8(nil)
        defer { pcre2_compile_context_free_8(context) }
        if let context { pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF)) }
        var status: Int32 = PCRE2_ERROR_NOMEMORY
        var offset = 0
        let bits = flags(options)
        let code = Array(text.utf8).withUnsafeBufferPointer { buffer in
            // An empty text has no address; its length 0 says that nothing is read.
            withUnsafePointer(to: UInt8(0)) { nothing in
                pcre2_compile_8(buffer.baseAddress ?? nothing, buffer.count, bits, &status, &offset, context)
            }
        }
        return (code, status, offset)
    }

    private static func flags(_ options: Pattern.Options) -> UInt32 {
        var bits: UInt32 = 0
        if options.contains(.multiline) { bits |= PCRE2_MULTILINE }
        if options.contains(.caseInsensitive) { bits |= PCRE2_CASELESS }
        if options.contains(.dotMatchesNewlines) { bits |= PCRE2_DOTALL }
        if options.contains(.anchored) { bits |= PCRE2_ANCHORED }
        // A literal pattern refuses the options that speak of special characters.
        if options.contains(.literal) { return bits & (PCRE2_CASELESS | PCRE2_ANCHORED) | PCRE2_LITERAL }
        // `NEVER_UTF`: a pattern cannot turn on by `(*UTF)` what would make each match check the whole subject.
        return bits | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C
    }

    private static func groupCount(of code: OpaquePointer) -> Int {
        var count: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
        return Int(count)
    }

    /// The name table: entries of one size, each the group's number in two bytes and the name, ended by a zero.
    private static func groupNames(of code: OpaquePointer) -> [(number: Int, name: String)] {
        var count: UInt32 = 0
        var size: UInt32 = 0
        var table: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        guard let table, count > 0, size > 2 else { return [] }
        let names = (0..<Int(count)).map { index in
            let entry = UnsafeBufferPointer(start: table + index * Int(size), count: Int(size))
            let name = String(decoding: entry.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self)
            return (number: Int(entry[0]) << 8 | Int(entry[1]), name: name)
        }
        return names.sorted { $0.number < $1.number }
    }

    static func message(_ status: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        guard pcre2_get_error_message_8(status, &buffer, buffer.count) > 0 else { return "PCRE2 error \(status)" }
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
}
