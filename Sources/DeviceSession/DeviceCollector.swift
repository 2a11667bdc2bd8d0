package import ConfigModel
import Patterns

/// Turns a platform and a connection into a `Capture`.
///
/// It sends what the platform lists and nothing else: its lines on the command line or as commands, and, to read files, the
/// SFTP and SCP protocols, `cat` and a listing for the platform's own paths.
package struct DeviceCollector: Sendable {
    private let compiled: CollectorRules
    let host: String
    let artifactLimit: Int
    let login: SessionLogin?
    let enable: Secret?
    let patience: Patience
    let vars: [String: String]
    let knownImages: [KnownImage]
    let inWindow: Bool
    let pause: Duration
    let entered: (@Sendable () async -> Void)?
    let trace: (@Sendable (SessionTrace) -> Void)?

    var platform: Platform { compiled.platform }
    var plan: SessionPlan? { compiled.plan }
    var rules: CollectionRules { compiled.rules }

    /// The same as with rules that were made ready before.
    /// - Throws: When the platform has a faulty pattern, line or path.
    package init(
        platform: Platform, host: String, artifactLimit: Int, login: SessionLogin? = nil, enable: Secret?,
        patience: Patience = Patience(), vars: [String: String] = [:], knownImages: [KnownImage] = [],
        inWindow: Bool = false, trace: (@Sendable (SessionTrace) -> Void)? = nil
    ) throws(CollectorFault) {
        self.init(
            rules: try CollectorRules(platform), host: host, artifactLimit: artifactLimit, login: login,
            enable: enable, patience: patience, vars: vars, knownImages: knownImages, inWindow: inWindow, trace: trace)
    }

    /// A fleet of one platform compiles its patterns once.
    /// - Parameters:
    ///   - host: How errors call the device, with its address.
    ///   - artifactLimit: The most bytes of one artifact.
    ///   - login: For a device that asks for a login of its own, and for `sudo`.
    ///   - enable: The password for the privileged mode.
    ///   - vars: Variables of the device, for `{vars.NAME}`.
    ///   - knownImages: Digests that hold as long as size and time of a file are the same.
    ///   - inWindow: Whether heavy commands may be sent.
    ///   - pause: Between one command or file and the next, for a device that does not bear much.
    ///   - entered: Told once the command line is entered and privileged, each time it is opened.
    ///   - trace: Told of everything that passes, as it happens, and not to keep the session waiting.
    package init(
        rules: CollectorRules, host: String, artifactLimit: Int, login: SessionLogin? = nil, enable: Secret?,
        patience: Patience = Patience(), vars: [String: String] = [:], knownImages: [KnownImage] = [],
        inWindow: Bool = false, pause: Duration = .zero, entered: (@Sendable () async -> Void)? = nil,
        trace: (@Sendable (SessionTrace) -> Void)? = nil
    ) {
        compiled = rules
        self.host = host
        self.artifactLimit = artifactLimit
        self.login = login
        self.enable = enable
        self.patience = patience
        self.vars = vars
        self.knownImages = knownImages
        self.inWindow = inWindow
        self.pause = pause
        self.entered = entered
        self.trace = trace
    }

    /// Collects everything, one thing after another. The connection stays open.
    /// - Parameter budget: What the session may hold in memory; to be released once the capture is stored. Nil: as much as
    ///   the limits allow.
    /// - Throws: What ended the connection or the dialogue; what a rule that is not optional failed by; `deviceBusy`;
    ///   `nothingCollected` when there is no artifact at all.
    package func collect(
        from connection: any DeviceConnection, until deadline: ContinuousClock.Instant, budget: ByteLease? = nil
    ) async throws(SessionError) -> Capture {
        var pass = CollectionPass(self, connection, deadline, budget)
        do throws(SessionError) {
            try await pass.run()
        } catch {
            await pass.abandon()
            throw error
        }
        guard !pass.artifacts.isEmpty else { throw .nothingCollected(host: host) }
        return Capture(artifacts: pass.artifacts, facts: pass.sortedFacts, notes: pass.notes)
    }
}

/// A platform with everything compiled that collecting by it needs: one for all devices of the platform.
package final class CollectorRules: Sendable {
    package let platform: Platform
    let plan: SessionPlan?
    let rules: CollectionRules

    /// - Throws: When the platform has a faulty pattern, line or path.
    package init(_ platform: Platform) throws(CollectorFault) {
        self.platform = platform
        plan = try SessionPlan(platform)
        rules = try CollectionRules(platform)
    }
}
