import ConfigModel
import Patterns

/// Artifacts: rule by rule, value by value, command by command.
extension CollectionPass {
    /// The most values of one list.
    private static var mostValues: Int { 4096 }

    mutating func follow(_ rule: CollectionRules.Collect) async throws(SessionError) {
        if rule.isHeavy, !collector.inWindow {
            let what = rule.name
            notes.append("\(what): not asked for, it loads the device and no window is open")
            return
        }
        switch rule.source {
        case .files(let glob, let methods): try await collect(glob, by: methods, rule)
        case .command(let lines, let artifact):
            guard let list = rule.list else {
                return try await collect(lines, as: ArtifactName(artifact), rule, filling)
            }
            for value in try await valuesOrNote(list, for: rule) {
                let name = ArtifactName(artifact.replacing("{\(list)}", with: value.text))
                try await collect(lines, as: name, rule, filling.with(value, for: list))
            }
        }
    }

    private mutating func valuesOrNote(
        _ list: String, for rule: CollectionRules.Collect
    ) async throws(SessionError) -> [AllowedValue] {
        do throws(SessionError) {
            return try await values(of: list)
        } catch {
            guard rule.isOptional, !error.endsConnection else { throw error }
            notes.append("\(rule.name): \(error)")
            return []
        }
    }

    private mutating func collect(
        _ lines: [ListedLine], as name: ArtifactName, _ rule: CollectionRules.Collect, _ filling: Filling
    ) async throws(SessionError) {
        // An earlier rule has brought it: this one was the fallback.
        guard !artifacts.contains(where: { $0.name == name }) else { return }
        let mode = try place(rule.mode, filling)
        /// The first text that is not empty, in case no command brings a complete one.
        var best: Artifact?
        var refusal: SessionError?
        var empty: PlatformLine?
        for (index, listed) in lines.enumerated() {
            let line = try filled(listed, filling)
            switch try await reply(to: line, in: mode, as: .keep, rule.completeness) {
            case .refused(let error): refusal = refusal ?? error
            case .text(let text):
                let defects = try matching { () throws(PatternError) in
                    try rule.completeness.defects(of: text, mask: mask)
                }
                if let said = try usualRefusal(in: text, rule, defects) {
                    refusal = refusal ?? .commandRejected(host: host, command: line.text, answer: said)
                    continue
                }
                if defects.isEmpty || (lines.count == 1 && !text.isEmpty) {
                    return try keep(Artifact(name: name, collected: text, defects: defects))
                }
                if text.isEmpty {
                    empty = empty ?? line
                } else if best == nil {
                    best = Artifact(name: name, collected: text, defects: defects)
                }
                if index + 1 < lines.count, best?.collected != text { forget(line, in: mode) }
            }
        }
        if let best { return try keep(best) }
        if let empty {
            guard rule.isOptional else {
                return try keep(Artifact(name: name, collected: [], defects: ["it is empty"]))
            }
            notes.append("\(name): '\(empty.text)' answered nothing")
        } else if let refusal {
            guard rule.isOptional else { throw refusal }
            notes.append("\(name): \(refusal)")
        }
    }

    /// What stands for a text although the device only says, in words that its platform does not know, that it has none.
    private func usualRefusal(
        in text: [UInt8], _ rule: CollectionRules.Collect, _ defects: [String]
    ) throws(SessionError) -> String? {
        guard let said = try matching({ () throws(PatternError) in try UsualRefusal.line(in: text, mask: mask) }) else {
            // One line in place of a text that may be missing is no text that was cut short.
            let isRemark = rule.isOptional && !defects.isEmpty && Completeness.lineCount(of: text, upTo: 3) == 1
            return isRemark ? mask.shown(Completeness.lastLine(of: text[...])) : nil
        }
        return said
    }

    /// What the device tells for a list, asked once. Values that are not allowed are noted, and never sent.
    mutating func values(of name: String) async throws(SessionError) -> [AllowedValue] {
        if let known = values[name] { return known }
        guard let list = collector.rules.lists[name] else { return [] }
        let line = try filled(list.line, filling)
        let text: [UInt8]
        switch try await reply(to: line, in: try place(list.mode, filling), as: .look, collector.rules.errors) {
        case .text(let answer): text = answer
        case .refused(let error):
            guard list.isOptional else { throw error }
            notes.append("list '\(name)': \(error)")
            text = []
        }
        let found = try matching { () throws(PatternError) in try list.values(in: text) }
        for value in found.refused {
            notes.append(
                "list '\(name)': the value '\(mask.shown(value))' is not one that 'allow' admits; it is not used")
        }
        guard found.allowed.count <= Self.mostValues else {
            throw .tooLarge(host: host, what: "the list '\(name)'", limit: Self.mostValues)
        }
        values[name] = found.allowed
        return found.allowed
    }

    /// Keeps an artifact, and the whole within bounds.
    mutating func keep(_ artifact: Artifact) throws(SessionError) {
        let total = held + artifact.collected.count
        let limit = collector.artifactLimit.multipliedReportingOverflow(by: 4)
        guard limit.overflow || total <= limit.partialValue else {
            throw .tooLarge(host: host, what: "everything together", limit: limit.partialValue)
        }
        artifacts.append(artifact)
        lease?.shrink(to: total)
    }
}

extension CollectionRules.Collect {
    /// For a remark.
    var name: String {
        switch source {
        case .command(_, let artifact): artifact
        case .files(let glob, _): glob.text
        }
    }
}

extension CollectionRules.List {
    /// Refused values are told a few of.
    func values(in text: [UInt8]) throws(PatternError) -> (allowed: [AllowedValue], refused: [[UInt8]]) {
        var allowed: [AllowedValue] = []
        var seen: Set<[UInt8]> = []
        var refused: [[UInt8]] = []
        for match in try find.allMatches(in: text) {
            guard let range = match.groups.count > 1 ? match.groups[1] : match.range else { continue }
            let value = Array(text[range])
            guard seen.insert(value).inserted else { continue }
            if let fit = try AllowedValue(value, allow: allow) {
                allowed.append(fit)
            } else if refused.count < 16 {
                refused.append(Array(value.prefix(256)))
            }
        }
        return (allowed, refused)
    }
}
