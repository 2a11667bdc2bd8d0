import ConfigModel
import Patterns

/// What the device is.
extension CollectionPass {
    mutating func find(_ rule: CollectionRules.Fact) async throws(SessionError) {
        do throws(SessionError) {
            let text: [UInt8]
            switch rule.source {
            case .command(let line):
                switch try await reply(to: line, collector.rules.errors) {
                case .text(let answer): text = answer
                case .refused(let error): throw error
                }
            case .file(let path):
                text = try await read(FoundFile(path: path), by: FileMethod.allCases, limit: collector.artifactLimit)
            }
            for finder in rule.finders { try take(finder, from: text) }
        } catch {
            guard rule.isOptional, !error.endsConnection else { throw error }
            if case .file = rule.source, case .fileUnavailable = error { return }
            notes.append("facts: \(error)")
        }
    }

    private mutating func take(_ finder: CollectionRules.Fact.Finder, from text: [UInt8]) throws(SessionError) {
        let matches = try matching { () throws(PatternError) in
            guard finder.field != .serial else { return try finder.pattern.allMatches(in: text) }
            return try finder.pattern.firstMatch(in: text).map { [$0] } ?? []
        }
        let values = matches.compactMap { match -> String? in
            guard let range = match.groups.count > 1 ? match.groups[1] : match.range else { return nil }
            let value = mask.shown(text[range], limit: 200)
            return value.isEmpty ? nil : value
        }
        switch finder.field {
        case .serial: facts.serials += values
        // The first rule that finds a value is right.
        case .hostname: facts.hostname = facts.hostname ?? values.first
        case .vendor: facts.vendor = facts.vendor ?? values.first
        case .model: facts.model = facts.model ?? values.first
        case .version: facts.version = facts.version ?? values.first
        }
    }

    mutating func noteMissingFacts() throws(SessionError) {
        let rules = collector.rules.facts.filter { !$0.isOptional }
        let wanted = Set(rules.flatMap { $0.finders.map(\.field) })
        for field in FactRule.Field.allCases where wanted.contains(field) && !has(field) {
            notes.append("facts: no \(field.rawValue) was found")
        }
    }

    private func has(_ field: FactRule.Field) -> Bool {
        switch field {
        case .hostname: facts.hostname != nil
        case .vendor: facts.vendor != nil
        case .model: facts.model != nil
        case .serial: !facts.serials.isEmpty
        case .version: facts.version != nil
        }
    }
}
