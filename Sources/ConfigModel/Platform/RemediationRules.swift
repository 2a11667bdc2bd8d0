/// How the lines that lead from one configuration to another are made, for one command language.
package struct RemediationRules: Sendable, Hashable, Codable {
    /// Enters the mode in which lines of the configuration are known.
    package var enter: [String]
    package var leave: [String]
    /// Takes a line back; `{line}` stands for it.
    package var negate: String
    /// Leaves a section; nil where the next line of the top level does.
    package var exit: String?
    /// Lines that are neither sent nor taken back: marks and settings that are no configuration.
    package var keep: [PatternText]
    /// Lines that are taken back otherwise than by `negate`; the first that matches counts.
    package var negations: [Negation]
    /// Lines of which a later one replaces an earlier: what stands before the match's end, or its first capture group, is the
    /// name of the setting, so that nothing has to be taken back.
    package var overwrites: [PatternText]
    /// Lines that enter a section, also where nothing stands in it.
    package var sections: [PatternText]
    /// Lists of which no single line can be changed: named as in `overwrites`, taken back once and entered anew as a whole.
    package var rebuilt: [PatternText]
    /// Lines that change what others of their section mean: where one comes or goes, the section is taken back and entered anew.
    package var renews: [PatternText]
    /// Lines that are taken back when all else in their section is entered: `shutdown`, so that a port comes up as it is to be.
    package var late: [PatternText]

    /// Lines of which the device has no two alike: addresses. Where another section gets such a line, the old ones are taken back first,
    /// also those that something overwrites.
    package var unique: [PatternText]

    package struct Negation: Sendable, Hashable, Codable {
        package var line: PatternText
        /// Matches the header of the section around it.
        package var under: PatternText?
        /// Sent in place of the line's negation, `{line}`, `{1}` and so on filled in; empty: nothing has to be sent, and of a section,
        /// which then stays, the lines in it are taken back one by one.
        package var send: [String]
        /// What lines of its section, and of those below, begin with that the device takes back along with it, `{1}` and so on filled
        /// in; they are entered anew where the target has them.
        package var takes: [String]

        package init(line: PatternText, under: PatternText? = nil, send: [String], takes: [String] = []) {
            self.line = line
            self.under = under
            self.send = send
            self.takes = takes
        }
    }

    package init(
        enter: [String] = [], leave: [String] = [], negate: String = "no {line}", exit: String? = nil,
        keep: [PatternText] = [], negations: [Negation] = [], overwrites: [PatternText] = [],
        sections: [PatternText] = [], rebuilt: [PatternText] = [], renews: [PatternText] = [], late: [PatternText] = [],
        unique: [PatternText] = []
    ) {
        self.enter = enter
        self.leave = leave
        self.negate = negate
        self.exit = exit
        self.keep = keep
        self.negations = negations
        self.overwrites = overwrites
        self.sections = sections
        self.rebuilt = rebuilt
        self.renews = renews
        self.late = late
        self.unique = unique
    }
}
