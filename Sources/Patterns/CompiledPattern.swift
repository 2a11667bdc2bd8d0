import CPCRE2

/// The compiled code of a pattern: owns it and frees it.
// Unchecked: the code is never changed after `init`, and PCRE2 lets threads share it (pcre2api, "Multithreading").
final class CompiledPattern: @unchecked Sendable {
    let groupCount: Int
    let groupNames: [(number: Int, name: String)]
    private let code: OpaquePointer
    private let text: String
    /// Whether a match can begin nowhere but at the start of the subject or of the search.
    private let isAnchored: Bool
    private let isCompiled: Bool

    init(_ text: String, options: Pattern.Options) throws(PatternError) {
        if !options.contains(.literal) { try PatternLimits.check(text) }
        let (code, status, offset) = Self.compile(text, options: options)
        guard let code else {
            throw .invalid(pattern: text, offset: offset, reason: Self.message(status))
        }
        // Without JIT (a locked-down kernel refuses executable memory) the interpreter does the same, more slowly.
        isCompiled = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
        isAnchored = Self.isAnchored(code)
        self.code = code
        self.text = text
        groupCount = Self.groupCount(of: code)
        groupNames = Self.groupNames(of: code)
        // Here all members are set, so that `deinit` frees the code when this throws.
        guard groupCount < MatchWorkspace.groupLimit else {
            let reason = "it has \(groupCount) groups, \(MatchWorkspace.groupLimit - 1) are the most"
            throw .invalid(pattern: text, offset: 0, reason: reason)
        }
        let lookbehind = Self.longestLookbehind(of: code)
        guard lookbehind <= PatternLimits.longestLookbehind else {
            let reason =
                "it looks \(lookbehind) bytes behind itself, \(PatternLimits.longestLookbehind) are the most"
            throw .invalid(pattern: text, offset: 0, reason: reason)
        }
    }

    deinit { pcre2_code_free_8(code) }

    /// - Parameters:
    ///   - notEmptyHere: Only a match that begins at `start` and is not empty counts.
    ///   - budget: What this and further searches in the same subject may take together.
    func match(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, notEmptyHere: Bool = false, budget: MatchBudget
    ) throws(PatternError) -> PatternMatch? {
        guard start >= 0, start <= bytes.count else { return nil }
        let options = notEmptyHere ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0
        let workspace = try MatchWorkspace.ofThisThread(for: text)
        guard try search(bytes, from: start, options: options, in: workspace, budget: budget) else { return nil }
        return workspace.lastMatch(groups: groupCount)
    }

    func isMatched(in bytes: UnsafeBufferPointer<UInt8>) throws(PatternError) -> Bool {
        let workspace = try MatchWorkspace.ofThisThread(for: text)
        let budget = self.budget(for: bytes)
        return try search(bytes, from: 0, options: 0, in: workspace, budget: budget)
    }

    func budget(for bytes: UnsafeBufferPointer<UInt8>) -> MatchBudget {
        MatchBudget(length: bytes.count, isCompiled: isCompiled)
    }

    /// PCRE2 limits the steps from each starting point; of a long subject the starting points are taken by the hundred,
    /// with a look at the processor's clock between, so that their sum has a limit too.
    private func search(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, options: UInt32, in workspace: MatchWorkspace,
        budget: MatchBudget
    ) throws(PatternError) -> Bool {
        guard budget.isNeeded, !isAnchored, options & PCRE2_ANCHORED == 0 else {
            let isFound = try found(by: workspace.match(code, bytes, from: start, options: options))
            guard budget.allowsMore else { throw .runaway(pattern: text) }
            return isFound
        }
        var from = start
        var count = budget.firstStretch
        var before = 0
        while from <= bytes.count {
            let status = workspace.match(code, bytes, from: from, upTo: from + count - 1, options: options)
            let isFound = try found(by: status)
            guard let used = budget.used, budget.allows(used) else { throw .runaway(pattern: text) }
            if isFound { return true }
            from += count
            count = budget.stretch(after: count, took: used - before)
            before = used
        }
        return false
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
        if let context {
            pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF))
            pcre2_set_max_pattern_length_8(context, PatternLimits.longestText)
            pcre2_set_parens_nest_limit_8(context, PatternLimits.deepestNesting)
        }
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
        if options.contains(.literal) {
            return bits & (PCRE2_CASELESS | PCRE2_ANCHORED) | PCRE2_LITERAL | PCRE2_USE_OFFSET_LIMIT
        }
        // `NEVER_UTF`: a pattern cannot turn on by `(*UTF)` what would make each match check the whole subject.
        return bits | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT
    }

    private static func isAnchored(_ code: OpaquePointer) -> Bool {
        var bits: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_ALLOPTIONS), &bits)
        return bits & PCRE2_ANCHORED != 0
    }

    private static func groupCount(of code: OpaquePointer) -> Int {
        var count: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
        return Int(count)
    }

    /// What PCRE2 found out about the start and the length of every match.
    var opening: PatternOpening {
        var length: UInt32 = 0
        var type: UInt32 = 0
        var unit: UInt32 = 0
        var bitmap: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_MINLENGTH), &length)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_FIRSTCODETYPE), &type)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_FIRSTCODEUNIT), &unit)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_FIRSTBITMAP), &bitmap)
        var bytes: [Bool]?
        if type == 1 {
            // Whether it tells cases apart is not said: both are let through.
            let first = UInt8(truncatingIfNeeded: unit)
            bytes = (0...255).map { $0 == first || ($0 ^ 0x20) == first }
        } else if type == 0, let bitmap {
            bytes = (0..<256).map { bitmap[$0 / 8] & (1 << UInt8($0 % 8)) != 0 }
        }
        return PatternOpening(isAnchored: isAnchored, leastLength: Int(length), firstBytes: bytes)
    }

    private static func longestLookbehind(of code: OpaquePointer) -> Int {
        var length: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_MAXLOOKBEHIND), &length)
        return Int(length)
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
