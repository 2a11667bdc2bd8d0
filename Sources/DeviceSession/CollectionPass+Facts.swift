import ConfigModel
import Patterns

/// What the device is.
extension CollectionPass {
    mutating func find(_ rule: CollectionRules.Fact) async throws(SessionError) {
        do throws(SessionError) {
            guard let text = try await text(for: rule) else { return }
            for finder in rule.finders { try take(finder, from: text) }
        } catch {
            guard rule.isOptional, !error.endsConnection else { throw error }
            if case .file = rule.source, case .fileUnavailable = error { return }
            notes.append("facts: \(error)")
        }
    }

    private mutating func text(for rule: CollectionRules.Fact) async throws(SessionError) -> [UInt8]? {
        switch rule.source {
        case .file(let glob):
            guard let path = DevicePath(glob.text, foundBy: glob) else { return nil }
            return try await read(FoundFile(path: path), by: FileMethod.usual, limit: collector.artifactLimit)
        case .command(let lines):
            let mode = try place(rule.mode, filling)
            var refusal: SessionError?
            var empty: [UInt8]?
            for listed in lines {
                switch try await reply(to: try filled(listed, filling), in: mode, as: .look, collector.rules.errors) {
                case .text(let text):
                    if !text.isEmpty { return text }
                    empty = text
                case .refused(let error): refusal = refusal ?? error
                }
            }
            if let refusal, empty == nil { throw refusal }
            return empty
        }
    }

    private mutating func take(_ finder: CollectionRules.Fact.Finder, from text: [UInt8]) throws(SessionError) {
        let matches = try matching { () throws(PatternError) in
            guard finder.field != .serial, finder.field != .boot else { return try finder.pattern.allMatches(in: text) }
            return try finder.pattern.firstMatch(in: text).map { [$0] } ?? []
        }
        let values = matches.prefix(1024).compactMap { match -> String? in
            guard let range = match.groups.count > 1 ? match.groups[1] : match.range else { return nil }
            let value = mask.shown(text[range], limit: 200)
            return value.isEmpty ? nil : value
        }
        switch finder.field {
        case .serial: facts.serials += values
        case .boot: for value in values where !facts.boot.contains(value) { facts.boot.append(value) }
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
        case .boot: !facts.boot.isEmpty
        }
    }
}
