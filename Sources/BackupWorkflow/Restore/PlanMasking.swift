import ConfigAnalysis
import ConfigModel

/// What people may see of the lines that a restore sends: secrets as fingerprints, as in comparable text.
struct PlanMasking: Sendable {
    let rules: DeviceIntake.Rules
    let intake: DeviceIntake
    let device: DeviceID

    /// Everything that is sent when nothing goes wrong, in order.
    func actions(_ steps: RestoreSteps) throws(WorkflowError) -> [RestorePlan.Action] {
        var actions: [RestorePlan.Action] = []
        func add(_ step: RestoreMachine.Step, _ texts: [String], isFile: Bool = false) {
            actions += texts.map { RestorePlan.Action(step: step, text: printable($0), isFile: isFile) }
        }
        add(.check, steps.checks.map(\.command))
        if let upload = steps.forward.upload {
            add(.transfer, ["\(upload.path) (\(Wording.bytes(upload.bytes.count)))"], isFile: true)
        }
        add(.transfer, steps.forward.files.map { "\($0.staged) (\(Wording.bytes($0.bytes.count)))" }, isFile: true)
        add(.transfer, steps.services.flatMap(\.check))
        add(.arm, steps.arm.map(\.text))
        add(.push, steps.forward.files.map(\.path), isFile: true)
        add(.push, try lines(steps.forward.lines.map(\.text)))
        add(.push, steps.services.flatMap { $0.reload + $0.health })
        add(.verify, steps.verify.map(\.command))
        add(.confirm, steps.confirm.map(\.text))
        add(.disarm, steps.disarm.map(\.text))
        add(.save, steps.save.map(\.text))
        add(.clean, steps.clean.map(\.text))
        return actions
    }

    /// Lines of a configuration with their secrets masked, one for one.
    func lines(_ lines: [String]) throws(WorkflowError) -> [String] {
        guard !lines.isEmpty else { return [] }
        guard let main = rules.platform.restoredArtifact, !rules.platform.phi else {
            return rules.platform.phi ? lines.map { _ in "(a line that may hold patient data)" } : lines
        }
        // As one text, for rules about sections; where lines vanish in it, each for itself.
        if let text = try masked(lines.joined(separator: "\n"), main) {
            let masked = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if masked.count == lines.count { return masked }
        }
        var result: [String] = []
        for line in lines { result.append(try masked(line, main) ?? line.prefixWords) }
        return result
    }

    private func masked(_ text: String, _ main: ArtifactName) throws(WorkflowError) -> String? {
        let artifact = Artifact(name: main, collected: Array(text.utf8))
        do throws(AnalysisError) {
            let normalised = try intake.normalise(
                Capture(artifacts: [artifact], facts: Facts()), device: device, by: rules.normaliser)
            var bytes = normalised.texts[main] ?? []
            if bytes.last == 0x0A { bytes.removeLast() }
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .rules("\(error)")
        }
    }
}

extension String {
    /// What is said of a line that no rule shows: its first two words.
    fileprivate var prefixWords: String {
        let words = split(separator: " ", omittingEmptySubsequences: true)
        return words.count <= 2 ? self : words.prefix(2).joined(separator: " ") + " …"
    }
}
