package import ConfigModel
import Patterns

/// The rules of a platform, compiled: used for all of its devices, from any thread.
package struct PolicyBook: Sendable {
    package let rules: [PolicyRule]
    /// Rules that cannot be used: on every device they are as good as failed.
    package let faults: [PolicyFault]
    let platform: Platform
    /// Of all checks, by number.
    let patterns: [Pattern]
    private let numbers: [String: Int]
    let secrets: SecretAudit?

    /// - Parameter rules: Those that are about the platform's devices.
    package init(rules: [PolicyRule], platform: Platform) {
        self.platform = platform
        var patterns: [Pattern] = []
        var numbers: [String: Int] = [:]
        var faults: [PolicyFault] = []
        var usable: [PolicyRule] = []
        let masks = (try? SecretMasks(platform: platform)) ?? SecretMasks()
        var asksSecrets = false
        for rule in rules {
            let checks = Self.checks(of: rule, on: platform.name)
            do throws(PolicyFault) {
                for check in checks {
                    for text in check.texts {
                        if numbers[text.text] == nil {
                            do throws(PatternError) {
                                patterns.append(try Pattern(text.text))
                                numbers[text.text] = patterns.count - 1
                            } catch {
                                throw PolicyFault(
                                    rule: rule.id, location: text.location ?? rule.location, reason: "\(error)")
                            }
                        }
                        if let number = numbers[text.text], let kind = masks.kind(touchedBy: patterns[number]) {
                            throw PolicyFault(
                                rule: rule.id, location: text.location ?? rule.location,
                                reason:
                                    "'\(text.text)' depends on the value of a secret (\(kind)), which no text holds: "
                                    + "use a 'secret' check")
                        }
                    }
                    asksSecrets = asksSecrets || check.asksSecrets
                }
                usable.append(rule)
            } catch {
                faults.append(error)
            }
        }
        self.rules = usable
        self.faults = faults
        self.patterns = patterns
        self.numbers = numbers
        secrets = asksSecrets ? try? SecretAudit(platform: platform) : nil
    }

    /// Whether some rule looks at secrets, so that the collected text is needed.
    package var needsCollected: Bool {
        rules.contains { Self.checks(of: $0, on: platform.name).contains(where: \.asksSecrets) }
    }

    func number(of text: PatternText) -> Int { numbers[text.text] ?? 0 }

    static func checks(of rule: PolicyRule, on platform: String) -> [PolicyCheck] {
        guard rule.notAssessable[platform] == nil || rule.checks[platform] != nil else { return [] }
        return rule.checks[platform] ?? rule.checks["*"] ?? []
    }

    /// Holds a device against the rules.
    /// - Parameters:
    ///   - snapshot: Nil where nothing is stored.
    ///   - collected: The exact bytes, for checks of secrets; nil where they cannot be read, with the reason.
    ///   - known: What is known of the device by other means.
    /// - Returns: One result for each rule, those that cannot be used as failed.
    package func results(
        of snapshot: ComparableSnapshot?, collected: Result<[ArtifactName: [UInt8]], PolicyFault>, known: KnownFacts
    ) -> [PolicyResult] {
        var pass = PolicyPass(book: self, snapshot: snapshot, collected: collected, known: known)
        return rules.map { rule in PolicyResult(rule: rule.id, outcome: pass.outcome(of: rule)) }
            + faults.map { PolicyResult(rule: $0.rule, outcome: .fail(["the rule cannot be used: \($0)"])) }
    }
}

extension PolicyCheck {
    /// Every pattern of the check.
    var texts: [PatternText] {
        var texts = under + (when.map { [$0] } ?? [])
        switch kind {
        case .require(let text), .forbid(let text), .count(let text, _, _), .value(let text, _): texts.append(text)
        case .either(let checks): texts += checks.flatMap(\.texts)
        case .secret, .assess: break
        }
        return texts
    }

    var asksSecrets: Bool {
        switch kind {
        case .secret: true
        case .either(let checks): checks.contains(where: \.asksSecrets)
        default: false
        }
    }
}

/// What the platform's rules mask, to find out whether a pattern depends on a secret's value.
private struct SecretMasks {
    private var rules: [(pattern: Pattern, kind: String)] = []

    init() {}

    init(platform: Platform) throws(PatternError) {
        for rule in platform.secrets where rule.section == nil {
            rules.append((try Pattern(rule.pattern.text), rule.kind))
        }
    }

    /// The kind of a secret that a line must hold for the pattern to match: tried on lines made from the pattern.
    func kind(touchedBy pattern: Pattern) -> String? {
        for sample in PatternSample.lines(of: pattern.text) where !sample.isEmpty {
            // A pattern that stops before the value does not depend on it: only what ends the match whatever follows counts.
            var kinds: [String?] = []
            for more in ["", "x1y2z3", " x1y2z3"] {
                let line = sample + Array(more.utf8)
                // A pattern that speaks of the mask itself knows what it does.
                guard (try? pattern.matches(line)) == true, !line.containsMask else { continue }
                kinds.append(kindLost(by: pattern, in: line))
            }
            if let first = kinds.first, let kind = first, !kinds.contains(nil) { return kind }
        }
        return nil
    }
}

extension SecretMasks {
    /// The kind of the secret whose masking makes the pattern match no more; nil where it matches still.
    fileprivate func kindLost(by pattern: Pattern, in line: [UInt8]) -> String? {
        for rule in rules {
            guard let match = try? rule.pattern.firstMatch(in: line), let range = match.firstGroup, !range.isEmpty
            else {
                continue
            }
            var masked = line
            masked.replaceSubrange(range, with: Array("<secret:\(rule.kind):0123456789abcdef>".utf8))
            if (try? pattern.matches(masked)) == false { return rule.kind }
        }
        return nil
    }
}

extension [UInt8] {
    fileprivate var containsMask: Bool {
        let mark = Array("<secret".utf8)
        return indices.contains { self[$0] == mark[0] && self[$0...].starts(with: mark) }
    }
}
