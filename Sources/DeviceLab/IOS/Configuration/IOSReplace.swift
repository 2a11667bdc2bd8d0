/// `configure replace FILE` as it was ordered.
struct IOSReplace: Hashable, Sendable {
    var file: String
    /// Asks nothing.
    var isForced = false
    /// After how many minutes the device comes back to what it had, unless this is confirmed.
    var minutes: Int?

    /// Nil when the words are no such order.
    init?(_ words: [String]) {
        guard let file = words.first else { return nil }
        self.file = file
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            switch word {
            case "force": isForced = true
            case "list", "nolock", "revert", "trigger", "error": break
            case "time", "timer":
                guard let minutes = rest.popFirst().flatMap({ Int($0) }), (1...120).contains(minutes) else {
                    return nil
                }
                self.minutes = minutes
            default: return nil
            }
        }
    }
}

extension IOSSystem {
    /// Replaces the running-config by a file's, and tells it as IOS does.
    /// - Parameters:
    ///   - minute: How long a minute of the timer lasts.
    mutating func replace(
        _ order: IOSReplace, fault: LabFault?, now: ContinuousClock.Instant, minute: Duration
    ) -> (text: [String], hasChanged: Bool) {
        guard let bytes = FlashFiles.isFlash(order.file) ? flash.read(order.file) : nil else {
            return (["%Error opening \(order.file) (No such file or directory)"], false)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
            .map(String.init)
        guard lines.contains("end") else { return (["%The input file is not a valid config file."], false) }
        var text: [String] = []
        if let minutes = order.minutes {
            guard archivePath != nil else {
                return (["%Turn config archive on before using Rollback Confirmed Change"], false)
            }
            guard rollback == nil else {
                return (["%There is already a Rollback Confirmed Change timer running"], false)
            }
            rollback = IOSRollback(
                deadline: IOSDeadline(due: now + minute * minutes, minutes: minutes), previous: running)
            text.append("Rollback Confirmed Change: Backing up current running config to \(archiveName)")
            archived += 1
            text.append("")
        }
        let done = apply(lines, fault)
        return (text + done.text, done.hasChanged || order.minutes != nil)
    }

    private mutating func apply(_ lines: [String], _ fault: LabFault?) -> (text: [String], hasChanged: Bool) {
        let entries = IOSText.read(lines, isPrinted: takesPrintedBanners)
        let unknown = IOSText.unknown(entries, rejecting: fault?.rejected)
        let refused = Set(unknown.map(\.number))
        var wanted = IOSConfiguration()
        wanted.enter(IOSText.without(refused, entries), at: [])
        var failed = unknown.map(\.text)
        for port in missingPorts(in: wanted) {
            wanted.enter([IOSText.Entry(text: port)], at: [])
            failed.append("no " + port)
        }
        let (before, after) = (running.text, wanted.text)
        if fault == .halfReplace, before != after {
            become(running.halfway(to: wanted))
            let left = after.filter { !Set(running.text).contains($0) && $0 != "!" }
            return (Self.abortion(left.isEmpty ? ["end"] : left), true)
        }
        if before != after { become(wanted) }
        guard failed.isEmpty else { return (Self.abortion(failed), before != after) }
        return (["Total number of passes: \(before == after ? 0 : 1)", "Rollback Done", ""], before != after)
    }

    /// Physical interfaces stay, also when the file has none of them; only what they were told goes.
    private func missingPorts(in wanted: IOSConfiguration) -> [String] {
        let kept = Set(wanted.lines.map(\.key))
        return running.lines.map(\.key).filter { IOSSystem.isPhysical($0) && !kept.contains($0) }
    }

    /// What IOS says when commands are left over after its five attempts.
    private static func abortion(_ failed: [String]) -> [String] {
        ["The rollback configlet from the last pass is listed below:", "********", "!List of Rollback Commands:"]
            + failed
            + [
                "end", "********", "", "", "Rollback aborted after 5 passes",
                "The following commands are failed to apply to the IOS image.", "********",
            ] + failed + ["********", ""]
    }
}

extension IOSText {
    /// The entries but for those of these lines.
    static func without(_ numbers: Set<Int>, _ entries: [Entry]) -> [Entry] {
        guard !numbers.isEmpty else { return entries }
        return entries.compactMap { entry in
            if numbers.contains(entry.number) { return nil }
            var entry = entry
            entry.below = without(numbers, entry.below)
            return entry
        }
    }
}

extension IOSConfiguration {
    /// The first half of the way to another configuration: every second top-level part that differs is there already.
    func halfway(to other: IOSConfiguration) -> IOSConfiguration {
        var result = IOSConfiguration()
        let (old, new) = (Dictionary(grouping: lines, by: \.key), Dictionary(grouping: other.lines, by: \.key))
        let keys = (lines + other.lines).map(\.key)
        var seen: Set<String> = []
        var changed = 0
        for key in keys where seen.insert(key).inserted {
            let (before, after) = (old[key] ?? [], new[key] ?? [])
            if before.map(\.flat) != after.map(\.flat) { changed += 1 }
            let takesNew = before.map(\.flat) != after.map(\.flat) && changed % 2 == 1
            result.append(takesNew ? after : before)
        }
        return result
    }
}
