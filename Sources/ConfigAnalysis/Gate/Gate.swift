package import ConfigModel
import Patterns

/// Judges whether what a collection brought may be stored as good.
///
/// It fails closed: a text that is not clearly whole is reported, and the caller puts it in quarantine.
package struct Gate: Sendable {
    private let platform: Platform
    private let errors: [(pattern: Pattern, location: SourceLocation?)]
    private let requirements: [ArtifactRequirement]

    /// - Throws: `faultyPattern` for a pattern of the platform that does not compile.
    package init(platform: Platform) throws(AnalysisError) {
        self.platform = platform
        var errors: [(Pattern, SourceLocation?)] = []
        var requirements: [ArtifactRequirement] = []
        func compiled(_ text: PatternText, _ options: Pattern.Options) throws(AnalysisError) -> Pattern {
            do throws(PatternError) { return try Pattern(text.text, options: options) } catch {
                throw .faultyPattern(platform: platform.name, location: text.location, fault: error)
            }
        }
        // At the start of a line only: a line of the configuration may quote an error text.
        for text in platform.errors { errors.append((try compiled(text, .anchored), text.location)) }
        for rule in platform.collect {
            var marker: Pattern?
            if let text = rule.endMarker { marker = try compiled(text, []) }
            requirements.append(ArtifactRequirement(rule: rule, endMarker: marker))
        }
        self.errors = errors
        self.requirements = requirements
    }

    /// Why the capture may not be stored as good, each in words for the person on call; empty when it may.
    /// - Parameter previous: How many bytes each artifact had in the last good version: one that shrank by more than half
    ///   is doubted. Leave it out once a second reading has agreed.
    package func reasons(
        against capture: Capture, previous: [ArtifactName: Int] = [:]
    ) throws(AnalysisError) -> [String] {
        var reasons: [String] = []
        if capture.artifacts.isEmpty {
            reasons.append("the device gave no artifact at all: check what it lets this user read")
        }
        for artifact in capture.artifacts {
            reasons += artifact.defects.map { "\(artifact.name): \($0)" }
            reasons += try faults(of: artifact, previous: previous[artifact.name]).map { "\(artifact.name): \($0)" }
        }
        reasons += missing(from: capture)
        var seen: Set<String> = []
        return reasons.filter { seen.insert($0).inserted }
    }

    private func faults(of artifact: Artifact, previous: Int?) throws(AnalysisError) -> [String] {
        let bytes = artifact.collected
        guard bytes.contains(where: { $0 > 0x20 }) else {
            // A file may be empty; an answer that is empty says that the command did not do its work.
            return artifact.name.isFile ? [] : ["it is empty: the device answered nothing"]
        }
        var faults: [String] = []
        if let previous, bytes.count * 2 < previous {
            faults.append(
                "it shrank from \(previous) to \(bytes.count) bytes: read it again, and accept it if that agrees")
        }
        let lines = TextLines(bytes)
        // What the session has said already is not said again.
        if artifact.defects.isEmpty, let requirement = requirements.first(where: { $0.applies(to: artifact.name) }) {
            faults += try requirement.faults(of: lines, artifact: artifact.name, platform: platform)
        }
        guard !artifact.name.isFile else { return faults }
        if let fault = TextFault.first(in: bytes) { faults.append(fault) }
        if let error = try errorText(in: lines, of: artifact.name) { faults.append(error) }
        return faults
    }

    /// The first line that is an error text of the device, banners and their like left out.
    private func errorText(in lines: TextLines, of artifact: ArtifactName) throws(AnalysisError) -> String? {
        guard !errors.isEmpty else { return nil }
        let quoted = platform.syntax == .indented ? IndentedAtoms.lines(of: lines) : []
        for index in lines.ranges.indices where !quoted.contains(index) {
            for error in errors where try matches(error, lines, index, artifact) {
                return "line \(index + 1) is an error text of the device: '\(lines.shown(index))'"
            }
        }
        return nil
    }

    private func matches(
        _ error: (pattern: Pattern, location: SourceLocation?), _ lines: TextLines, _ index: Int,
        _ artifact: ArtifactName
    ) throws(AnalysisError) -> Bool {
        do throws(PatternError) {
            return try lines.withLine(index) { (line) throws(PatternError) in try error.pattern.matches(line) }
        } catch {
            throw .unmatchable(
                platform: platform.name, location: location(of: error), artifact: artifact.text, fault: error)
        }
    }

    private func location(of fault: PatternError) -> SourceLocation? {
        guard case .runaway(let text) = fault else { return nil }
        return platform.errors.first { $0.text == text }?.location
    }

    /// Commands whose artifact was not delivered although they are not optional.
    private func missing(from capture: Capture) -> [String] {
        let names = Set(capture.artifacts.map(\.name))
        return platform.collect.compactMap { rule in
            guard case .command(let command, let artifact, _) = rule.source, !rule.optional else { return nil }
            guard !names.contains(ArtifactName(artifact)) else { return nil }
            return "\(artifact): it is missing: '\(command)' brought nothing"
        }
    }
}
