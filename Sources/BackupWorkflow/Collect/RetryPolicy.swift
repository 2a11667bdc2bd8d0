import ConfigModel

/// When a connection that failed is tried again: only what can heal by itself, a few times, later and later, at a random moment
/// so that devices that failed together do not come back together.
///
/// Exponential backoff with full jitter, as in Marc Brooker's "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
struct RetryPolicy: Sendable {
    var first = Duration.seconds(2)
    var most = Duration.seconds(60)
    var tries = 4

    /// - Parameters:
    ///   - tries: How often it was tried already.
    ///   - left: Until the device's deadline.
    ///   - random: 0 ..< 1.
    /// - Returns: nil where it is not to be tried again: what was refused, what says something lasting about the device, and
    ///   what would come too late.
    func delay(
        after failure: CollectionFailure.Kind, tries: Int, left: Duration, random: Double
    ) -> Duration? {
        guard failure.canHeal, tries < self.tries else { return nil }
        let ceiling = min(most, first * (1 << min(tries - 1, 16)))
        let delay = ceiling * random
        // Something must be left to try it in.
        return delay + .seconds(1) < left ? delay : nil
    }
}

extension CollectionFailure.Kind {
    /// Whether a later attempt may fare better with nobody doing anything.
    var canHeal: Bool {
        switch self {
        case .unreachable, .closed, .timeout: true
        default: false
        }
    }
}

extension Duration {
    fileprivate static func * (left: Duration, right: Double) -> Duration {
        .nanoseconds(Int64(left.inSeconds * right * 1e9))
    }
}
