import ConfigModel
import Testing

@testable import ConfigAnalysis

/// What is computed is entered into made-up devices, which know nothing of how it was computed.
@Suite("Remediation goes in a circle")
struct RemediationPropertyTests {
    private static let pairs = 1_000

    @Test("of a thousand pairs in the manner of IOS the lines lead to the target, and back, and no line is refused")
    func linesByMode() throws {
        let rules = try Remediation.Rules(GeneratedModes.platform)
        for seed in 0..<Self.pairs {
            var dice = Dice(seed)
            let (running, target) = (GeneratedModes.text(&dice), GeneratedModes.text(&dice))
            let there = try rules.step(running, target)
            let back = try rules.step(target, running)
            var device = LineEntryModel()
            // The first text is typed, too: the device's own idea of it must be the text.
            let first = try rules.step("", running)
            device.enter(first.lines)
            var report = try Self.fault(device, running, "typing", first)
            if report == nil {
                device.enter(there.lines)
                report = try Self.fault(device, target, "going there", there)
            }
            if report == nil {
                device.enter(back.lines)
                report = try Self.fault(device, running, "coming back", back)
            }
            if let report {
                Issue.record("seed \(seed): \(report)\nrunning:\n\(running)\ntarget:\n\(target)")
                return
            }
            guard try rules.step(target, target) == Remediation() else {
                Issue.record("seed \(seed): lines for what is already so")
                return
            }
        }
    }

    private static func fault(
        _ device: LineEntryModel, _ wanted: String, _ way: String, _ step: Remediation
    ) throws -> String? {
        let drift = try Samples.drift(wanted, device.text, platform: GeneratedModes.platform)
        guard !drift.isEmpty || !device.refusals.isEmpty || !step.unsupported.isEmpty else { return nil }
        return """
            \(way): \(drift.map { "\($0.summary) \($0.missing) \($0.extra)" }) \(device.refusals) \(step.unsupported)
            lines:\n\(step.lines.joined(separator: "\n"))
            """
    }

    @Test(
        "of a thousand pairs in the manner of Junos the lines lead to the target, and back, and delete only what is there"
    )
    func paths() throws {
        let rules = try Remediation.Rules(GeneratedPaths.platform)
        for seed in 0..<Self.pairs {
            var dice = Dice(seed)
            let (running, target) = (GeneratedPaths.tree(&dice), GeneratedPaths.tree(&dice))
            let (old, new) = (running.text, target.text)
            let there = try rules.step(old, new)
            let back = try rules.step(new, old)
            var device = PathModel(running)
            device.enter(there.lines)
            let (found, refused) = (device.state, device.refusals)
            device.enter(back.lines)
            guard found == PathModel(target).state, device.state == PathModel(running).state,
                refused + device.refusals == [], there.unsupported + back.unsupported == [],
                try rules.step(new, new) == Remediation()
            else {
                Issue.record(
                    """
                    seed \(seed): \(refused) \(device.refusals)
                    \(old)\nto\n\(new)\nby\n\(there.lines.joined(separator: "\n"))
                    back by\n\(back.lines.joined(separator: "\n"))
                    found \(found)\nwanted \(PathModel(target).state)
                    back \(device.state)\nwanted \(PathModel(running).state)
                    """)
                return
            }
        }
    }

    @Test("the same holds of lines that set paths, as Junos shows them too")
    func setLines() throws {
        var platform = GeneratedPaths.platform
        platform.syntax = .set
        let rules = try Remediation.Rules(platform)
        for seed in 0..<Self.pairs {
            var dice = Dice(seed)
            let (running, target) = (GeneratedPaths.tree(&dice), GeneratedPaths.tree(&dice))
            let there = try rules.step(running.setText, target.setText)
            let back = try rules.step(target.setText, running.setText)
            var device = PathModel(running)
            device.enter(there.lines)
            let found = device.state
            device.enter(back.lines)
            let (first, second) = (PathModel(running).state, PathModel(target).state)
            // In which order terms stand, such lines do not tell.
            guard found.paths == second.paths, found.inactive == second.inactive, device.state.paths == first.paths,
                device.state.inactive == first.inactive, device.refusals == [],
                there.unsupported + back.unsupported == []
            else {
                Issue.record(
                    "seed \(seed): \(device.refusals)\n\(running.setText)\nto\n\(target.setText)\nby\n\(there.lines)")
                return
            }
        }
    }

    @Test(
        "of a thousand pairs in the manner of FortiOS the lines lead to the target, and back, and nothing in use is deleted"
    )
    func tables() throws {
        let rules = try Remediation.Rules(GeneratedEdits.platform)
        for seed in 0..<Self.pairs {
            var dice = Dice(seed)
            let (running, target) = (GeneratedEdits.text(&dice), GeneratedEdits.text(&dice))
            var device = EditModel()
            for (old, new) in [("", running), (running, target), (target, running)] {
                let step = try rules.step(old, new)
                device.enter(step.lines)
                let drift = try Samples.drift(new, device.text, platform: GeneratedEdits.platform)
                guard drift.isEmpty, device.refusals.isEmpty, step.unsupported.isEmpty else {
                    Issue.record(
                        """
                        seed \(seed): \(drift.map { "\($0.missing) \($0.extra)" }) \(device.refusals)
                        \(old)\nto\n\(new)\nby\n\(step.lines.joined(separator: "\n"))
                        """)
                    return
                }
            }
            #expect(try rules.step(target, target) == Remediation(), "seed \(seed)")
        }
    }
}

extension Remediation.Rules {
    func step(_ old: String, _ new: String) throws -> Remediation {
        try lines(from: Array(old.utf8), to: Array(new.utf8))
    }
}
