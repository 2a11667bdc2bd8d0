import Glibc

/// How much of the processor's time searches in one long subject may take together.
///
/// It grows with the subject, so that an honest pattern never meets it; one whose work grows with the square of the
/// subject does. Measured is the time of the thread: a busy machine makes no pattern a runaway.
struct MatchBudget {
    /// Shorter subjects need none: the limit on steps is enough.
    private static let shortLength = 1_024
    private static let base = 30_000_000
    /// In nanoseconds. A slow but honest pattern takes some ten.
    private static let perByte = 250
    /// In nanoseconds for each starting point: what took no longer may go on in longer stretches.
    private static let quick = 20
    /// How much slower than compiled code the interpreter is.
    private static let interpreted = 20

    /// Whether the subject is long enough for the clock to be asked.
    let isNeeded: Bool
    /// How many starting points are tried before the clock is asked for the first time.
    let firstStretch: Int

    private let longestStretch: Int
    private let limit: Int
    private let begun: Int?

    init(length: Int, isCompiled: Bool) {
        isNeeded = length > Self.shortLength
        limit = (Self.base + Self.perByte * length) * (isCompiled ? 1 : Self.interpreted)
        // The interpreter looks for a start in the whole subject at every call: few calls.
        firstStretch = isCompiled ? 128 : 4_096
        longestStretch = isCompiled ? 16_384 : 65_536
        begun = isNeeded ? Self.now : nil
    }

    var allowsMore: Bool { used.map(allows) ?? true }

    func allows(_ used: Int) -> Bool { used <= limit }

    /// Nanoseconds since it began; nil where none are counted.
    var used: Int? { begun.map { Self.now - $0 } }

    /// How many starting points come next.
    /// - Parameter took: The nanoseconds of the stretch before.
    func stretch(after count: Int, took: Int) -> Int {
        let next = took <= Self.quick * count ? count * 4 : took <= Self.quick * 100 * count ? count : count / 2
        return max(min(firstStretch, 128), min(next, longestStretch))
    }

    /// What this thread has used of the processor, in nanoseconds.
    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
