package import ConfigModel
import Patterns

/// Turns a platform and a connection into a `Capture`.
///
/// It sends what the platform lists and nothing else: its lines on the command line or as commands, and, to read files, the
/// SFTP and SCP protocols, `cat` and a listing for the platform's own paths.
package struct DeviceCollector: Sendable {
    let platform: Platform
    let host: String
    let artifactLimit: Int
    let enable: Secret?
    let patience: Patience
    let plan: SessionPlan?
    let rules: CollectionRules

    /// - Parameters:
    ///   - host: How errors call the device, with its address.
    ///   - artifactLimit: The most bytes of one artifact.
    ///   - enable: The password for the privileged mode.
    /// - Throws: When the platform has a faulty pattern, line or path.
    package init(
        platform: Platform, host: String, artifactLimit: Int, enable: Secret?, patience: Patience = Patience()
    ) throws(CollectorFault) {
        self.init(
            rules: try CollectorRules(platform), host: host, artifactLimit: artifactLimit, enable: enable,
            patience: patience)
    }

    /// The same with rules that were made ready before: a fleet of one platform compiles its patterns once.
    package init(
        rules: CollectorRules, host: String, artifactLimit: Int, enable: Secret?, patience: Patience = Patience()
    ) {
        platform = rules.platform
        self.host = host
        self.artifactLimit = artifactLimit
        self.enable = enable
        self.patience = patience
        plan = rules.plan
        self.rules = rules.rules
    }

    /// Collects everything, one thing after another. The connection stays open.
    /// - Throws: What ended the connection or the dialogue; what a rule that is not optional failed by;
    ///   `nothingCollected` when there is no artifact at all.
    package func collect(
        from connection: any DeviceConnection, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> Capture {
        var pass = CollectionPass(self, connection, deadline)
        try await pass.run()
        guard !pass.artifacts.isEmpty else { throw .nothingCollected(host: host) }
        return Capture(artifacts: pass.artifacts, facts: pass.sortedFacts, notes: pass.notes)
    }
}

/// A platform with everything compiled that collecting by it needs.
package struct CollectorRules: Sendable {
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

/// The platform's rules with their patterns, lines and paths made ready.
struct CollectionRules: Sendable {
    struct Collect: Sendable {
        enum Source: Sendable {
            case command(PlatformLine, ArtifactName)
            case files(PathGlob, [FileMethod])
        }

        var source: Source
        var completeness: Completeness
        var isOptional: Bool
    }

    struct Fact: Sendable {
        enum Source: Sendable {
            case command(PlatformLine)
            case file(String)
        }

        struct Finder: Sendable {
            var field: FactRule.Field
            var pattern: Pattern
        }

        var source: Source
        var finders: [Finder]
        var isOptional: Bool
    }

    struct Firmware: Sendable {
        var glob: PathGlob
        var hashing: PlatformLine?
    }

    var collect: [Collect] = []
    var facts: [Fact] = []
    var firmware: [Firmware] = []
    /// Of an answer to a fact's command.
    var errors: Completeness

    init(_ platform: Platform) throws(CollectorFault) {
        let errors = try SessionPlan.errors(of: platform)
        self.errors = Completeness(errors: errors)
        for rule in platform.collect {
            let source = try Self.source(of: rule, in: platform)
            var completeness = try SessionPlan.completeness(of: rule, errors: errors, in: platform)
            if case .files = source {
                completeness.errors = []
                completeness.mayBeEmpty = true
            }
            collect.append(Collect(source: source, completeness: completeness, isOptional: rule.optional))
        }
        for rule in platform.facts { facts.append(try Self.fact(rule, in: platform)) }
        for rule in platform.firmware {
            let hashing = try PlatformLine.hashing(of: rule, in: platform)
            firmware.append(Firmware(glob: try Self.glob(rule.glob, in: platform), hashing: hashing))
        }
    }

    private static func source(
        of rule: CollectRule, in platform: Platform
    ) throws(CollectorFault) -> Collect.Source {
        switch rule.source {
        case .files(let glob, let methods):
            return .files(try Self.glob(glob, in: platform), methods)
        case .command(_, let artifact, _):
            guard let line = try PlatformLine.command(of: rule, in: platform) else {
                throw CollectorFault(platform: platform.name, location: nil, reason: "'\(artifact)' has no command")
            }
            return .command(line, ArtifactName(artifact))
        }
    }

    private static func fact(_ rule: FactRule, in platform: Platform) throws(CollectorFault) -> Fact {
        let source: Fact.Source
        switch rule.source {
        case .file(let path): source = .file(try glob(path, in: platform).text)
        case .command(let text, _):
            guard let line = try PlatformLine.command(of: rule, in: platform) else {
                throw CollectorFault(platform: platform.name, location: nil, reason: "'\(text)' is no command")
            }
            source = .command(line)
        }
        var finders: [Fact.Finder] = []
        for finder in rule.finders {
            let pattern = try SessionPlan.compiled(finder.pattern, multiline: true, in: platform)
            finders.append(Fact.Finder(field: finder.field, pattern: pattern))
        }
        return Fact(source: source, finders: finders, isOptional: rule.optional)
    }

    private static func glob(_ text: String, in platform: Platform) throws(CollectorFault) -> PathGlob {
        if let glob = PathGlob(text) { return glob }
        let reason = "\(text.debugDescription) is no absolute path of a file"
        throw CollectorFault(platform: platform.name, location: nil, reason: reason)
    }
}
