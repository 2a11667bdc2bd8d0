import ConfigModel
import Patterns

/// What a rule of `collect` asks of a complete text.
struct ArtifactRequirement: Sendable {
    let rule: CollectRule
    let endMarker: Pattern?

    /// Lines at the end of a text among which the marker is looked for: some devices say a word more after it.
    private static let lastLines = 3

    func applies(to artifact: ArtifactName) -> Bool {
        switch rule.source {
        case .command(_, let name, _): name == artifact.text
        case .files(let glob, _): PathGlob(glob)?.matches(path: artifact.text) ?? false
        }
    }

    func faults(
        of lines: TextLines, artifact: ArtifactName, platform: Platform
    ) throws(AnalysisError) -> [String] {
        var faults: [String] = []
        let filled = lines.ranges.indices.filter { !lines.isBlank($0) }
        if let least = rule.leastLines, filled.count < least {
            faults.append("it has \(filled.count) lines, a complete one has at least \(least)")
        }
        if let endMarker, let marker = rule.endMarker, try !isSeen(endMarker, in: lines, filled, artifact, platform) {
            faults.append("its end ('\(marker.text)') was not seen: the text was cut short")
        }
        return faults
    }

    private func isSeen(
        _ marker: Pattern, in lines: TextLines, _ filled: [Int], _ artifact: ArtifactName, _ platform: Platform
    ) throws(AnalysisError) -> Bool {
        do throws(PatternError) {
            for index in filled.suffix(Self.lastLines) {
                if try lines.withLine(index, { (line) throws(PatternError) in try marker.matches(line) }) {
                    return true
                }
            }
            return false
        } catch {
            throw .unmatchable(
                platform: platform.name, location: rule.endMarker?.location, artifact: artifact.text, fault: error)
        }
    }
}
