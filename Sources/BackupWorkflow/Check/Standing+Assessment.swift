import ConfigAnalysis
import ConfigModel
import SnapshotStore

/// What is to be said of a version by itself, whatever was approved.
extension Standing {
    func assessment(of snapshot: ComparableSnapshot, _ uncovered: [DeviceMemory.Uncovered]) -> [Finding] {
        snapshot.facts.unassessable.map { image in
            Finding(
                device: device, class: .firmware, severity: .notice, path: [image.path], summary: image.remark)
        } + uncoveredSecrets(in: snapshot, uncovered)
    }

    /// What the secret net masked although no rule of the platform covers it: one finding for each artifact.
    ///
    /// The lines are found in the text itself, so that nothing is missed after the index was lost; what each looks like is
    /// remembered from its collection. The digits of fingerprints are left out: a changed secret is the same finding.
    private func uncoveredSecrets(
        in snapshot: ComparableSnapshot, _ remembered: [DeviceMemory.Uncovered]
    ) -> [Finding] {
        let kinds = Dictionary(grouping: remembered, by: \.artifact)
        let found = snapshot.texts.mapValues(MaskedLine.all).filter { !$0.value.isEmpty }
        // Of a text that is kept as a digest alone there are no lines to show.
        let hidden = Set(kinds.keys).intersection(snapshot.texts.keys).filter { found[$0] == nil && mayHoldPatientData }
        return Set(found.keys).union(hidden).sorted().map { artifact in
            let lines = found[artifact] ?? []
            let known = Dictionary(grouping: kinds[artifact] ?? [], by: \.line)
            let places =
                lines.isEmpty
                ? known.keys.sorted().map { ($0, known[$0] ?? []) } : lines.map { ($0.number, known[$0.number] ?? []) }
            return Finding(
                device: device, class: .uncoveredSecret, severity: .warning, artifact: artifact,
                summary: Self.summary(places, platform: platform, isHidden: lines.isEmpty),
                extra: lines.prefix(Self.mostLines).map(\.text))
        }
    }

    private static let mostLines = 20

    private static func summary(
        _ places: [(line: Int, kinds: [DeviceMemory.Uncovered])], platform: String, isHidden: Bool
    ) -> String {
        let words = places.prefix(mostLines).map { place in
            var seen: Set<String> = []
            let kinds = place.kinds.map(\.kind).filter { seen.insert($0).inserted }
            return "\(place.line)" + (kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
        }
        let more = places.count > mostLines ? " and \(places.count - mostLines) more" : ""
        // Without lines the summary makes the finding's id, which must not move with them.
        let place = isHidden ? "lines that are kept as a digest alone" : "line \(words.joined(separator: ", "))\(more)"
        return "\(place): what looks like a secret is covered by no rule of the platform '\(platform)': it is masked; "
            + "add a rule"
    }
}

/// A line of comparable text in which the net alone has masked something.
private struct MaskedLine {
    var number: Int
    /// Without the digits of fingerprints of its kind.
    var text: String

    private static let mark = Array("<secret:uncovered".utf8)

    static func all(in text: [UInt8]) -> [MaskedLine] {
        // Most texts have none: one search tells.
        guard text.contains(mark) else { return [] }
        return text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            line.contains(mark) ? MaskedLine(number: index + 1, text: shown(line)) : nil
        }
    }

    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var rest = line
        while let start = rest.firstRange(of: mark) {
            result += rest[..<start.upperBound]
            let end = rest[start.upperBound...].firstIndex(of: UInt8(ascii: ">")) ?? rest.endIndex
            rest = rest[end...]
        }
        return String(decoding: (result + rest).prefix(500), as: UTF8.self)
    }
}

extension Collection<UInt8> {
    fileprivate func contains(_ wanted: [UInt8]) -> Bool { firstRange(of: wanted) != nil }

    fileprivate func firstRange(of wanted: [UInt8]) -> Range<Index>? {
        guard let first = wanted.first else { return nil }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            if rest[start...].starts(with: wanted) { return start..<rest.index(start, offsetBy: wanted.count) }
            rest = rest[index(after: start)...]
        }
        return nil
    }
}
