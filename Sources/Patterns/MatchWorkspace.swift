import CPCRE2
import Glibc

/// What PCRE2 writes into while it matches: one for each thread, reused by all patterns, freed as the thread ends.
///
/// A match never suspends, so the thread's own workspace is never in use twice.
final class MatchWorkspace {
    /// Groups that a pattern may have, the whole match counted.
    static let groupLimit = 256
    /// Steps from one starting point. A sensible pattern needs some hundred; so many take a millisecond.
    private static let stepLimit: UInt32 = 500_000
    /// Nested steps of the interpreter, which stands in where there is no JIT.
    private static let depthLimit: UInt32 = 100_000
    /// In KiB, of the interpreter.
    private static let heapLimit: UInt32 = 32 * 1024
    /// In bytes, of JIT code; only what is touched takes memory.
    private static let stackLimit = 1024 * 1024

    private let data: OpaquePointer
    private let context: OpaquePointer
    private let stack: OpaquePointer?

    private init?() {
        guard let data = pcre2_match_data_create_8(UInt32(Self.groupLimit), nil) else { return nil }
        guard let context = pcre2_match_context_create_8(nil) else {
            pcre2_match_data_free_8(data)
            return nil
        }
        pcre2_set_match_limit_8(context, Self.stepLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        stack = pcre2_jit_stack_create_8(32 * 1024, Self.stackLimit, nil)
        if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
        self.data = data
        self.context = context
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        if let stack { pcre2_jit_stack_free_8(stack) }
    }

    /// - Parameter last: Where a match may begin at the latest; nil: anywhere.
    func match(
        _ code: OpaquePointer, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, upTo last: Int? = nil,
        options: UInt32
    ) -> Int32 {
        // `PCRE2_UNSET`, the greatest value, lifts the limit.
        pcre2_set_offset_limit_8(context, last ?? Int(bitPattern: ~0))
        guard let address = bytes.baseAddress else {
            return withUnsafePointer(to: UInt8(0)) { pcre2_match_8(code, $0, 0, 0, options, data, context) }
        }
        return pcre2_match_8(code, address, bytes.count, start, options, data, context)
    }

    /// Copied out of PCRE2's memory: the next match overwrites it.
    func lastMatch(groups: Int) -> PatternMatch? {
        guard let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
        let ranges = (0...groups).map { group -> Range<Int>? in
            let (lower, upper) = (offsets[2 * group], offsets[2 * group + 1])
            // `PCRE2_UNSET` is the greatest value. By `\K` in a lookahead a match can end before it starts.
            guard lower != Int.max, lower >= 0, lower <= upper else { return nil }
            return lower..<upper
        }
        guard let whole = ranges[0] else { return nil }
        return PatternMatch(range: whole, groups: ranges)
    }
}

extension MatchWorkspace {
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key) { pointer in
            if let pointer { Unmanaged<MatchWorkspace>.fromOpaque(pointer).release() }
        }
        return status == 0 ? key : nil
    }()

    static func ofThisThread(for pattern: String) throws(PatternError) -> MatchWorkspace {
        guard let key else { throw .failed(pattern: pattern, reason: "the process has no thread-specific keys left") }
        if let pointer = pthread_getspecific(key) {
            return Unmanaged<MatchWorkspace>.fromOpaque(pointer).takeUnretainedValue()
        }
        guard let workspace = MatchWorkspace() else { throw .failed(pattern: pattern, reason: "out of memory") }
        pthread_setspecific(key, Unmanaged.passRetained(workspace).toOpaque())
        return workspace
    }
}
