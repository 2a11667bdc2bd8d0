import ConfigModel
import DeviceSession
import FoundationEssentials

/// Replays a transcript with other line ends and with the stream cut at many places: each must bring the same.
struct TrialCuts: Sendable {
    let trial: PlatformTrial
    let transcript: Transcript
    let cuts: PlatformTrial.Cuts

    private struct Replay: Sendable {
        var lineEnds: Transcript.LineEnds
        var cut: TranscriptConnection.Cut
    }

    /// So many differences are told; one more says nothing new.
    private static let mostTold = 3

    /// - Returns: How many replays there were, and which of them brought something else.
    func run() async -> (count: Int, failures: [String]) {
        let first = await replay(Replay(lineEnds: transcript.lineEnds, cut: .none))
        var failures: [String] = []
        var count = 0
        for lineEnds in Transcript.LineEnds.allCases {
            let whole = await replay(Replay(lineEnds: lineEnds, cut: .none))
            count += 1
            if let difference = Self.difference(whole.outcome, first.outcome) {
                failures.append("with \(Self.name(lineEnds)) it is not the same: \(difference)")
                continue
            }
            let replays = places(in: whole.length).map { Replay(lineEnds: lineEnds, cut: .after($0)) }
            let all = replays + [Replay(lineEnds: lineEnds, cut: .everyByte)]
            failures += await differences(of: all, from: whole.outcome)
            count += all.count
        }
        return (count, failures)
    }

    private func places(in length: Int) -> [Int] {
        guard length > 1 else { return [] }
        switch cuts {
        case .every: return Array(1..<length)
        case .samples(let count):
            // A step that is no multiple of a line's length comes to all kinds of places.
            return Array(stride(from: 1, to: length, by: max(1, length / max(1, count))))
        }
    }

    private func differences(of replays: [Replay], from expected: TrialVisit.Outcome) async -> [String] {
        let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
        let found = await withTaskGroup(of: [(Int, String)].self) { group in
            for lane in 0..<width {
                group.addTask {
                    var told: [(Int, String)] = []
                    for index in stride(from: lane, to: replays.count, by: width) where told.count < Self.mostTold {
                        if Task.isCancelled { break }
                        let outcome = await replay(replays[index]).outcome
                        if let difference = Self.difference(outcome, expected) {
                            told.append((index, "\(Self.name(replays[index])): \(difference)"))
                        }
                    }
                    return told
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return found.sorted { $0.0 < $1.0 }.prefix(Self.mostTold).map(\.1)
    }

    private func replay(_ replay: Replay) async -> (outcome: TrialVisit.Outcome, length: Int) {
        let connection = trial.connection(to: transcript, lineEnds: replay.lineEnds, cut: replay.cut)
        return (await trial.outcome(of: connection, transcript), await connection.length)
    }

    // MARK: In words

    private static func difference(_ outcome: TrialVisit.Outcome, _ expected: TrialVisit.Outcome) -> String? {
        guard outcome != expected else { return nil }
        switch (outcome, expected) {
        case (.failed(let reason), _): return reason
        case (.captured, .failed(let reason)): return "it succeeds, and failed before (\(reason))"
        case (.captured(let new), .captured(let old)): return difference(new, old)
        }
    }

    private static func difference(_ new: Capture, _ old: Capture) -> String {
        if new.artifacts.map(\.name) != old.artifacts.map(\.name) {
            return "other artifacts (\(new.artifacts.map(\.name.text).joined(separator: ", ")))"
        }
        for (artifact, before) in zip(new.artifacts, old.artifacts) where artifact != before {
            if artifact.defects != before.defects {
                return "\(artifact.name): \(artifact.defects.joined(separator: "; "))"
            }
            let lines = zip(TrialLines.of(artifact.collected), TrialLines.of(before.collected))
            let place = lines.enumerated().first { $1.0 != $1.1 }?.offset ?? 0
            return
                "\(artifact.name) has \(artifact.collected.count) bytes and not \(before.collected.count), the first "
                + "difference is in line \(place + 1)"
        }
        if new.facts != old.facts { return "other facts" }
        return "other notes (\(new.notes.joined(separator: "; ")))"
    }

    private static func name(_ lineEnds: Transcript.LineEnds) -> String { lineEnds == .lf ? "LF" : "CR LF" }

    private static func name(_ replay: Replay) -> String {
        let ends = name(replay.lineEnds)
        return switch replay.cut {
        case .none: ends
        case .after(let place): "cut behind byte \(place), with \(ends)"
        case .everyByte: "byte by byte, with \(ends)"
        }
    }
}
