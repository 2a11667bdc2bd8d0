import ConfigModel
import Patterns

/// Holds one device against a book of rules.
struct PolicyPass {
    private let book: PolicyBook
    private let snapshot: ComparableSnapshot?
    private let collected: Result<[ArtifactName: [UInt8]], PolicyFault>
    private let known: KnownFacts
    private var texts: [ArtifactName: PolicyText] = [:]
    private var values: Result<[SecretAudit.Value], PolicyFault>?

    /// Of one rule no more places are told.
    private static let mostPlaces = 20

    init(
        book: PolicyBook, snapshot: ComparableSnapshot?, collected: Result<[ArtifactName: [UInt8]], PolicyFault>,
        known: KnownFacts
    ) {
        self.book = book
        self.snapshot = snapshot
        self.collected = collected
        self.known = known
    }

    mutating func outcome(of rule: PolicyRule) -> PolicyResult.Outcome {
        let checks = PolicyBook.checks(of: rule, on: book.platform.name)
        guard !checks.isEmpty else {
            return .notAssessable(
                rule.notAssessable[book.platform.name] ?? "the rule says nothing of the platform \(book.platform.name)")
        }
        return outcome(of: checks)
    }

    /// All of them: a failure outweighs what cannot be assessed, and that outweighs a pass.
    private mutating func outcome(of checks: [PolicyCheck]) -> PolicyResult.Outcome {
        var places: [String] = []
        var unknown: String?
        var missing: [String] = []
        for check in checks {
            // What is forbidden in a text that was not collected is neither there nor known not to be.
            if let artifact = check.artifact, case .forbid = check.kind, snapshot != nil, artifacts(of: check).isEmpty {
                missing.append(artifact)
                continue
            }
            switch outcome(of: check) {
            case .pass: break
            case .fail(let more): places += more
            case .notAssessable(let reason): unknown = unknown ?? reason
            }
        }
        if missing.count == checks.count {
            return .notAssessable(
                "none of the texts that it looks at was collected: \(missing.joined(separator: ", "))")
        }
        if !places.isEmpty {
            let more = places.count - Self.mostPlaces
            return .fail(places.prefix(Self.mostPlaces) + (more > 0 ? ["and \(more) more"] : []))
        }
        return unknown.map { .notAssessable($0) } ?? .pass
    }

    private mutating func outcome(of check: PolicyCheck) -> PolicyResult.Outcome {
        switch check.kind {
        case .assess(let what): return known[what] ?? .notAssessable("nothing is known of it")
        case .secret(let kind, let words, let knownDefaults): return secrets(kind, words, knownDefaults)
        case .either(let checks):
            var first: PolicyResult.Outcome?
            for check in checks {
                let outcome = outcome(of: check)
                if outcome == .pass { return .pass }
                if case .fail = outcome, first == nil { first = outcome }
                if first == nil { first = outcome }
            }
            return first ?? .pass
        case .require, .forbid, .count, .value: return textOutcome(of: check)
        }
    }

    // MARK: Secrets

    private mutating func secrets(_ kind: String?, _ words: [String], _ knownDefaults: Bool) -> PolicyResult.Outcome {
        guard let snapshot, !snapshot.texts.isEmpty else { return .notAssessable("nothing of the device is stored") }
        guard let audit = book.secrets else { return .notAssessable("the platform's rules for secrets cannot be used") }
        let found: [SecretAudit.Value]
        switch collected {
        case .failure(let fault): return .notAssessable(fault.reason)
        case .success(let texts):
            do {
                let values = try self.values ?? .success(audit.values(in: texts))
                self.values = values
                found = try values.get()
            } catch {
                return .notAssessable("\(error)")
            }
        }
        var places: [String] = []
        var opaque = 0
        let meant = found.filter { kind == nil || $0.kind == kind }
        for value in meant {
            switch audit.judge(value, words: words, knownDefaults: knownDefaults) {
            case .fine: break
            case .opaque: opaque += 1
            case .known: places.append("\(value.artifact) line \(value.line): a known default (\(value.kind))")
            }
        }
        if !places.isEmpty { return .fail(places) }
        guard opaque < meant.count || meant.isEmpty else {
            return .notAssessable("the device hides its secrets in a form that cannot be tried")
        }
        return .pass
    }

    // MARK: Texts

    private mutating func artifacts(of check: PolicyCheck) -> [ArtifactName] {
        let all = snapshot?.texts.keys.sorted() ?? []
        guard let wanted = check.artifact else {
            let answers = all.filter { !$0.isFile }
            return answers.isEmpty ? all : answers
        }
        return all.filter { ArtifactGlob.matches($0.text, wanted) }
    }

    private mutating func text(_ name: ArtifactName) throws(PatternError) -> PolicyText {
        if let known = texts[name] { return known }
        let text = try PolicyText(name, snapshot?.texts[name] ?? [], book)
        texts[name] = text
        return text
    }

    private mutating func textOutcome(of check: PolicyCheck) -> PolicyResult.Outcome {
        guard let snapshot, !snapshot.texts.isEmpty else { return .notAssessable("nothing of the device is stored") }
        guard !book.platform.phi else {
            return .notAssessable("its texts may hold patient data: only digests of them are kept")
        }
        let names = artifacts(of: check)
        guard !names.isEmpty || check.artifact != nil else { return .notAssessable("no text of the device is stored") }
        do throws(PatternError) {
            var scopes: [PolicyText.Scope] = []
            for name in names {
                let text = try text(name)
                if let objection = text.objection { return .notAssessable(objection) }
                scopes += try text.scopes(of: check, book)
            }
            return try judge(check, scopes)
        } catch {
            return .fail(["the rule cannot be matched: \(error)"])
        }
    }

    private func judge(_ check: PolicyCheck, _ scopes: [PolicyText.Scope]) throws(PatternError) -> PolicyResult.Outcome
    {
        var scopes = scopes
        // At top level a line in any of the artifacts will do.
        if check.under.isEmpty { scopes = [PolicyText.Scope(joining: scopes, called: check.artifact ?? "the texts")] }
        if let when = check.when {
            let number = book.number(of: when)
            scopes = scopes.filter { !$0.hits(number).isEmpty }
            if scopes.isEmpty { return .pass }
        }
        guard !scopes.isEmpty else {
            if case .forbid = check.kind { return .pass }
            let header = check.under.map(\.text).joined(separator: " › ")
            return check.isOptional ? .pass : .fail(["there is no section '\(header)'"])
        }
        var places: [String] = []
        for scope in scopes { places += try faults(check, scope) }
        return places.isEmpty ? .pass : .fail(places)
    }

    private func faults(_ check: PolicyCheck, _ scope: PolicyText.Scope) throws(PatternError) -> [String] {
        switch check.kind {
        case .require(let text):
            let hasLine = !scope.hits(book.number(of: text)).isEmpty
            return hasLine || (check.isOptional && check.under.isEmpty)
                ? [] : ["\(scope.name): no line '\(text.text)'"]
        case .forbid(let text): return scope.hits(book.number(of: text)).map { $0.described }
        case .count(let text, let least, let most):
            let count = scope.hits(book.number(of: text)).count
            if let least, count < least {
                return ["\(scope.name): \(count) lines '\(text.text)', at least \(least) are wanted"]
            }
            if let most, count > most { return ["\(scope.name): \(count) lines '\(text.text)', \(most) are the most"] }
            return []
        case .value(let text, let bounds):
            let number = book.number(of: text)
            let hits = scope.hits(number)
            if hits.isEmpty { return check.isOptional ? [] : ["\(scope.name): no line '\(text.text)'"] }
            var places: [String] = []
            for hit in hits {
                guard let match = try book.patterns[number].firstMatch(in: hit.bytes), let range = match.firstGroup
                else {
                    continue
                }
                let value = String(decoding: hit.bytes[range], as: UTF8.self)
                if let fault = bounds.fault(of: value) { places.append("\(hit.described): \(fault)") }
            }
            return places
        case .secret, .assess, .either: return []
        }
    }
}

/// `*` and `?` in names of artifacts; a `*` does not cross a slash.
enum ArtifactGlob {
    static func matches(_ name: String, _ glob: String) -> Bool {
        guard glob.contains("*") || glob.contains("?") else { return name == glob }
        return matches(Array(name.utf8)[...], Array(glob.utf8)[...])
    }

    private static func matches(_ name: ArraySlice<UInt8>, _ glob: ArraySlice<UInt8>) -> Bool {
        guard let first = glob.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            var rest = name
            while true {
                if matches(rest, glob.dropFirst()) { return true }
                guard let byte = rest.first, byte != UInt8(ascii: "/") else { return false }
                rest = rest.dropFirst()
            }
        }
        guard let byte = name.first, byte == first || (first == UInt8(ascii: "?") && byte != UInt8(ascii: "/")) else {
            return false
        }
        return matches(name.dropFirst(), glob.dropFirst())
    }
}
