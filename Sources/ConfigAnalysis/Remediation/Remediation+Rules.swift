package import ConfigModel

extension Remediation {
    /// A platform's rules of how its configurations are led from one to another, its patterns compiled.
    package struct Rules: Sendable {
        private let platform: Platform
        private let rules: RemediationRules
        private let syntax: Platform.Syntax
        private let reader: ExactLines
        private let statements: StatementRules

        /// - Throws: `faultyPattern` for a pattern of the platform that does not compile.
        package init(_ platform: Platform) throws(AnalysisError) {
            self.platform = platform
            rules = platform.restore?.lines ?? RemediationRules()
            let artifact = platform.restore?.artifact.map { ArtifactName($0) } ?? .runningConfig
            syntax = try ArtifactRules(platform: platform).syntax(of: artifact)
            reader = try ExactLines(platform: platform, syntax: syntax)
            statements = try StatementRules(rules, of: platform)
        }

        /// The lines that make the target of the running configuration; with the arguments exchanged, those that lead back.
        ///
        /// Nothing where both say the same: line by line as `ordered`, `defaults` and the volatile lines have it, secrets in clear,
        /// but for those that the device salts anew.
        /// - Parameters: Exact bytes, as they were collected.
        package func lines(from running: [UInt8], to target: [UInt8]) throws(AnalysisError) -> Remediation {
            do throws(PatternFault) {
                return try remediation(try reader.read(running), try reader.read(target))
            } catch {
                throw .unmatchable(
                    platform: platform.name, location: error.location, artifact: "an exact text", fault: error.fault)
            }
        }

        private func remediation(_ old: [ExactLine], _ new: [ExactLine]) throws(PatternFault) -> Remediation {
            let typed = platform.restore?.transfer == .paste
            switch syntax {
            case .indented:
                return SectionRemediation.lines(
                    from: try StatementReader.read(old, rules: statements),
                    to: try StatementReader.read(new, rules: statements), exit: rules.exit, prefix: statements.prefix,
                    typed: typed)
            case .set, .braces:
                return try paths(old, new, typed: typed)
            case .configEnd:
                return EditRemediation.lines(
                    from: try EditReader.read(old, rules: statements), to: try EditReader.read(new, rules: statements),
                    typed: typed)
            case .menu:
                return MenuRemediation.lines(
                    from: try Menus(old, rules: statements), to: try Menus(new, rules: statements), typed: typed)
            case .xml, .json, .ini, .opaque:
                return Self.inexpressible(old, new, syntax)
            }
        }

        private func paths(
            _ old: [ExactLine], _ new: [ExactLine], typed: Bool
        ) throws(PatternFault) -> Remediation {
            var (mine, theirs) = (PathReader(rules: statements), PathReader(rules: statements))
            try mine.read(old, syntax: syntax)
            try theirs.read(new, syntax: syntax)
            let negate = platform.restore?.lines == nil ? "delete {line}" : rules.negate
            var result = PathRemediation.lines(
                from: mine.root, to: theirs.root, negate: negate, typed: typed, losesEmptied: syntax == .braces)
            for line in Set(mine.strange).symmetricDifference(theirs.strange).sorted() {
                result.refuse(line, "is no statement that can be entered")
            }
            return result
        }

        /// All that differs, for texts that no lines lead to.
        private static func inexpressible(
            _ old: [ExactLine], _ new: [ExactLine], _ syntax: Platform.Syntax
        ) -> Remediation {
            var result = Remediation()
            guard old.map(\.compared) != new.map(\.compared) else { return result }
            let (mine, theirs) = (Set(old.map(\.compared)), Set(new.map(\.compared)))
            let reason = "cannot be entered as a line: the text is \(syntax.rawValue)"
            for line in old where !theirs.contains(line.compared) { result.refuse(line.text.trimmed, reason) }
            for line in new where !mine.contains(line.compared) { result.refuse(line.text.trimmed, reason) }
            if result.unsupported.isEmpty {
                result.refuse(new.first?.text ?? "", "stands elsewhere: the text is \(syntax.rawValue)")
            }
            return result
        }
    }
}
