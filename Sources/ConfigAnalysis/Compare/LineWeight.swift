import ConfigModel
import Patterns

/// How much a change weighs, by the lines that it touches.
struct LineWeight {
    private let major: Pattern
    private let notice: Pattern

    /// Who may log in, how, from where, and what is filtered: vendors use the same words.
    private static let majorWords = #"""
        (?i)^(?:no |set |delete )?(?:aaa|username|user|enable|snmp-server (?:community|user|group|host|enable)|snmp-server\b\
        |access-list|ip access-(?:list|group)|ipv6 access-list|access-class|access-group|ip http|transport (?:input|output)\
        |line (?:vty|con|aux)|tacacs|radius|login|password|secret|crypto|ip ssh|service (?:password|telnet)|telnet|\
        logging (?:host|\d)|ntp (?:authenticate|trusted)|firewall|security|privilege|permit(?:rootlogin|emptypasswords)|\
        passwordauthentication|allowusers|authorizedkeysfile|permit|deny)
        """#.split(separator: "\\\n").joined()

    private static let jsonWords =
        #"(?i)"(?:[^"]*(?:authentication|password|secret|registeredusers|remoteaccess|sslenabled|tls|https?port)[^"]*)""#

    /// Compiled once for the process.
    static let shared = Result { () throws(PatternError) in try LineWeight() }

    private init() throws(PatternError) {
        major = try Pattern(Self.majorWords + "|" + Self.jsonWords)
        notice = try Pattern(#"(?i)^(?:description\b|remark\b|!|#|//|set description)"#)
    }

    func severity(of change: TreeComparison.Change) throws(PatternError) -> Finding.Severity {
        let lines = change.missing + change.extra
        for text in change.path + lines where try major.matches(Self.trimmed(text)) { return .major }
        var isRemark = !lines.isEmpty
        for text in lines where isRemark { isRemark = try notice.matches(Self.trimmed(text)) }
        return isRemark ? .notice : .warning
    }

    private static func trimmed(_ text: String) -> [UInt8] { SecretValue.trimmed(text.utf8) }
}
