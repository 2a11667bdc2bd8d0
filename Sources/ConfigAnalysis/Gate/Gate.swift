package import ConfigModel
import Patterns

/// Judges whether what a collection brought may be stored as good.
///
/// It fails closed: a text that is not clearly whole is reported, and the caller puts it in quarantine. Where a `Doubt` asks
/// for it the caller reads the device again and hands in both readings: what they agree on is good.
package struct Gate: Sendable {
    private let platform: Platform
    private let errors: ErrorTexts
    private let names: ArtifactRules
    private let requirements: [ArtifactRequirement]

    /// - Throws: `faultyPattern` for a pattern of the platform that does not compile.
    package init(platform: Platform) throws(AnalysisError) {
        self.platform = platform
        errors = try ErrorTexts(platform: platform)
        names = try ArtifactRules(platform: platform)
        var requirements: [ArtifactRequirement] = []
        for rule in platform.collect { requirements.append(try ArtifactRequirement(rule, of: platform)) }
        self.requirements = requirements
    }

    /// Why the capture may not be stored as good, each in words for the person on call; empty when it may.
    /// - Parameters:
    ///   - previous: How many bytes each artifact had in the last good version.
    ///   - secondReading: A capture taken after this one because a doubt asked for it; this one is stored when they agree.
    package func reasons(
        against capture: Capture, previous: [ArtifactName: Int] = [:], secondReading: Capture? = nil
    ) throws(AnalysisError) -> [String] {
        try doubts(about: capture, previous: previous, secondReading: secondReading).map(\.description)
    }

    /// Why the capture may not be stored as good; empty when it may. When all of them ask for a second reading, one may
    /// settle them.
    package func doubts(
        about capture: Capture, previous: [ArtifactName: Int] = [:], secondReading: Capture? = nil
    ) throws(AnalysisError) -> [Doubt] {
        var doubts: [Doubt] = []
        if capture.artifacts.isEmpty {
            doubts.append(.fault("the device gave no artifact at all: check what it lets this user read"))
        }
        for artifact in capture.artifacts {
            doubts += artifact.defects.map { .fault("\(artifact.name): \($0)") }
            doubts += try faults(of: artifact).map { .fault("\(artifact.name): \($0)") }
            // A file may have been emptied; whatever else is empty is a fault already.
            if let old = previous[artifact.name], artifact.collected.count < old - artifact.collected.count {
                doubts.append(.shrunk(artifact.name, from: old, to: artifact.collected.count))
            }
        }
        doubts += missing(from: capture)
        doubts += gone(from: capture, previous: previous)
        if let secondReading { doubts = try unsettled(doubts, capture, secondReading) }
        var seen: Set<Doubt> = []
        return doubts.filter { seen.insert($0).inserted }
    }

    private func faults(of artifact: Artifact) throws(AnalysisError) -> [String] {
        let bytes = artifact.collected
        guard bytes.contains(where: { $0 > 0x20 }) else {
            // A file may be empty; an answer that is empty says that the command did not do its work.
            return artifact.name.isFile ? [] : ["it is empty: the device answered nothing"]
        }
        var faults: [String] = []
        do throws(PatternFault) {
            let lines = TextLines(bytes)
            // What the session has said already is not said again.
            if artifact.defects.isEmpty, let rule = names.rule(of: artifact.name) {
                faults += try requirements[rule].faults(of: lines)
            }
            guard !artifact.name.isFile else { return faults }
            if let fault = TextFault.first(in: bytes) { faults.append(fault) }
            if let error = try errors.first(in: lines) { faults.append(error) }
        } catch {
            throw .unmatchable(
                platform: platform.name, location: error.location, artifact: artifact.name.text, fault: error.fault)
        }
        return faults
    }

    /// Rules none of whose artifacts was delivered although they are not optional.
    private func missing(from capture: Capture) -> [Doubt] {
        platform.collect.indices.compactMap { index in
            let rule = platform.collect[index]
            guard case .command(let commands, let artifact, _) = rule.source, !rule.optional else { return nil }
            // Without contexts there is nothing to do once for each.
            if let list = rule.foreach.flatMap({ platform.lists[$0] }), list.optional { return nil }
            guard !capture.artifacts.contains(where: { names.isOf(index, $0.name) }) else { return nil }
            let asked = commands.map { "'\($0)'" }.joined(separator: ", ")
            return .fault("\(artifact): it is missing: \(asked) brought nothing")
        }
    }

    /// What the last good version has of rules that may bring less: an optional command, a list that the device tells.
    /// Files come and go, and are compared.
    private func gone(from capture: Capture, previous: [ArtifactName: Int]) -> [Doubt] {
        let delivered = Set(capture.artifacts.map(\.name))
        return previous.keys.sorted().compactMap { name in
            guard !name.isFile, !delivered.contains(name), let rule = names.rule(of: name) else { return nil }
            return platform.collect[rule].optional || platform.collect[rule].foreach != nil ? .gone(name) : nil
        }
    }

    /// The doubts that a second reading does not settle. One that is not sound itself settles nothing.
    private func unsettled(
        _ doubts: [Doubt], _ capture: Capture, _ second: Capture
    ) throws(AnalysisError) -> [Doubt] {
        guard doubts.contains(where: \.asksForSecondReading), try self.doubts(about: second).isEmpty else {
            return doubts
        }
        let agreement = Agreement(platform: platform, second: second)
        var left: [Doubt] = []
        for doubt in doubts {
            switch doubt {
            case .fault: left.append(doubt)
            case .shrunk(let name, _, _), .gone(let name):
                if try !agreement.isReached(on: name, in: capture) { left.append(doubt) }
            }
        }
        return left
    }
}
