package import ConfigModel
import Patterns

/// How a configuration stands to the text that it is made after.
package struct GoldenDifference: Sendable, Hashable {
    /// Lines of the golden text that are missing, each with its sections.
    package var missing: [String]
    /// Lines that the golden text does not have.
    package var extra: [String]
    /// Whether nothing but the order differs.
    package var isOrderAlone: Bool
}

/// Compares a rendered golden text with an artifact.
///
/// `<secret>` in the golden text stands for any secret, of which the comparable text has but a fingerprint.
/// - Returns: Nil where the artifact is as the text says.
/// - Throws: When a pattern of the platform's `ordered` list cannot be used.
package func difference(
    from golden: [UInt8], to actual: [UInt8], mode: GoldenTemplate.Mode, artifact: ArtifactName, platform: Platform
) throws(AnalysisError) -> GoldenDifference? {
    let syntax = ArtifactSyntax.syntax(of: artifact, text: actual, platform: platform)
    var ordered: [PlacedPattern] = []
    switch mode {
    case .ordered: ordered = [try PlacedPattern(PatternText("."), of: platform)]
    case .exact, .contains: for text in platform.ordered { ordered.append(try PlacedPattern(text, of: platform)) }
    }
    let changes: [TreeComparison.Change]
    do throws(PatternFault) {
        changes = TreeComparison.changes(
            from: try ComparedTree(withoutFingerprints(golden), syntax: syntax, ordered: ordered),
            to: try ComparedTree(withoutFingerprints(actual), syntax: syntax, ordered: ordered))
    } catch {
        throw .unmatchable(
            platform: platform.name, location: error.location, artifact: artifact.text, fault: error.fault)
    }
    var difference = GoldenDifference(missing: [], extra: [], isOrderAlone: true)
    for change in changes {
        if change.kind == .order, mode == .contains { continue }
        func placed(_ lines: [String]) -> [String] {
            change.path.isEmpty ? lines : lines.map { (change.path + [$0]).joined(separator: " › ") }
        }
        difference.missing += placed(change.missing)
        if mode == .exact || change.kind == .order { difference.extra += placed(change.extra) }
        if change.kind != .order, !change.missing.isEmpty || mode == .exact { difference.isOrderAlone = false }
    }
    return difference.missing.isEmpty && difference.extra.isEmpty ? nil : difference
}

/// A comparable text with every fingerprint as `<secret>`.
package func withoutFingerprints(_ text: [UInt8]) -> [UInt8] {
    let mark = Array("<secret:".utf8)
    guard text.count >= mark.count else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
        if text[place] == mark[0], text[place...].starts(with: mark),
            let end = text[place...].prefix(96).firstIndex(of: UInt8(ascii: ">"))
        {
            result += "<secret>".utf8
            place = end + 1
        } else {
            result.append(text[place])
            place += 1
        }
    }
    return result
}
