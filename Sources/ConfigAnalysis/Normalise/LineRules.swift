import ConfigModel
import Patterns

/// All rules that look at a line, with the scan that says which of them are worth trying on it.
///
/// Rules are numbered: volatile ones first, then secrets, then the net, then the two marks of private keys.
struct LineRules: Sendable {
    struct Volatile: Sendable {
        enum Extent: Sendable {
            case line, part
            case section(until: PlacedPattern, through: Bool)
        }

        let pattern: PlacedPattern
        let extent: Extent
    }

    struct Secret: Sendable {
        let pattern: PlacedPattern
        let kind: String
        let isResalted: Bool
    }

    let volatile: [Volatile]
    let secrets: [Secret]
    let net: SecretNet
    let openValue: OpenValue
    let prefilter: LinePrefilter

    var firstSecret: Int { volatile.count }
    var firstNet: Int { volatile.count + secrets.count }
    /// The number of the mark for PEM blocks.
    var pemMark: Int { firstNet + net.count }
    /// The number of the mark for PuTTY's key files.
    var puttyMark: Int { pemMark + 1 }

    init(platform: Platform) throws(AnalysisError) {
        var volatile: [Volatile] = []
        for rule in platform.volatile { volatile.append(try Volatile(rule, of: platform)) }
        var secrets: [Secret] = []
        for rule in platform.secrets where rule.section == nil {
            let pattern = try PlacedPattern(rule.pattern, of: platform)
            secrets.append(Secret(pattern: pattern, kind: rule.kind, isResalted: rule.resalted))
        }
        do throws(PatternError) {
            net = try SecretNet.shared.get()
            openValue = try OpenValue.shared.get()
        } catch {
            throw .faultyPattern(platform: "built in", location: nil, fault: error)
        }
        self.volatile = volatile
        self.secrets = secrets
        let first = volatile.count + secrets.count
        var literals = net.triggers.map { (text: $0.text, mark: first + $0.rule) }
        literals.append((Array("-----begin ".utf8), first + net.count))
        literals.append((Array("private-lines:".utf8), first + net.count + 1))
        prefilter = LinePrefilter(
            patterns: volatile.map(\.pattern.pattern) + secrets.map(\.pattern.pattern), literals: literals,
            count: first + net.count + 2)
    }
}

extension LineRules.Volatile {
    init(_ rule: VolatileRule, of platform: Platform) throws(AnalysisError) {
        switch rule {
        case .line(let text):
            self.init(pattern: try PlacedPattern(text, of: platform), extent: .line)
        case .part(let text):
            self.init(pattern: try PlacedPattern(text, of: platform), extent: .part)
        case .section(let from, let until, let through):
            self.init(
                pattern: try PlacedPattern(from, of: platform),
                extent: .section(until: try PlacedPattern(until, of: platform), through: through))
        }
    }
}
