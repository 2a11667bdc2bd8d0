import ConfigModel
import DeviceSession
import Synchronization

/// Keeps what was compiled of platforms: a fleet has few of them and many devices.
final class CompiledPlatforms: Sendable {
    private let compiled = Mutex<[String: CollectorRules]>([:])

    /// - Throws: When the platform has a faulty pattern, line or path.
    func rules(of platform: Platform) throws(CollectorFault) -> CollectorRules {
        // A job brings its platform with it, and two of one name need not be the same.
        if let known = compiled.withLock({ $0[platform.name] }), known.platform == platform { return known }
        let rules = try CollectorRules(platform)
        compiled.withLock { $0[platform.name] = rules }
        return rules
    }
}
