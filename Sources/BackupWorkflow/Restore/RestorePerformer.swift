import ConfigAnalysis
import ConfigModel
import DeviceSession
import FoundationEssentials

/// Carries out the steps of one restore on its device.
struct RestorePerformer: Sendable {
    typealias Step = RestoreMachine.Step
    typealias Outcome = RestoreMachine.Outcome

    let link: RestoreLink
    let steps: RestoreSteps
    let computation: RestoreComputation
    /// By today's rules; of the artifacts that are put back alone.
    let target: [ArtifactName: [UInt8]]
    let before: RestoreLink.Sample
    /// Where what it had before is all that is wanted.
    var isUndo = false
    /// The last look at the device.
    let last: LastSample
    let remarks: Remarks

    /// - Parameter step: Any but `before`, which is over.
    func perform(_ step: Step) async -> Outcome {
        switch step {
        case .before: return .done
        case .check: return await check()
        case .transfer:
            return await outcome { session throws(SessionError) in try await transfer(steps.forward, session) }
        case .arm: return await send(steps.arm)
        case .push: return await outcome { session throws(SessionError) in try await push(steps.forward, session) }
        case .verify: return await verify()
        case .survey: return await look(within: .seconds(30))
        case .confirm: return await send(steps.confirm)
        case .disarm, .disarmBack: return await send(steps.disarm)
        case .save, .saveBack: return await send(steps.save)
        case .verifySaved: return await verifySaved()
        case .clean, .cleanBack: return await clean()
        case .revert: return await send(steps.revert)
        case .putBack: return await putBack()
        case .verifyBack: return await verifyBack()
        }
    }

    // MARK: Writing

    private func outcome(
        _ body: @Sendable (RestoreSession) async throws(SessionError) -> Void
    ) async -> Outcome {
        do throws(RestoreLink.Fault) {
            try await link.converse(body)
            return .done
        } catch {
            switch error {
            case .refused(let text): return .failed(text)
            case .lost(let text): return .lost(text)
            }
        }
    }

    private func send(_ lines: [PlannedLine]) async -> Outcome {
        await outcome { session throws(SessionError) in
            for line in lines { try await session.send(line) }
        }
    }

    private func transfer(_ way: RestoreSteps.Way, _ session: RestoreSession) async throws(SessionError) {
        if let upload = way.upload {
            try await session.transfer(upload.bytes, to: upload.path, by: upload.method)
        }
        for file in way.files {
            let permissions = try await session.permissions(of: file.path, by: steps.fileMethod)
            try await session.stage(
                file.bytes, beside: file.path, as: file.staged, permissions: permissions, by: steps.fileMethod)
        }
        for service in steps.services {
            for command in service.check {
                // A check of a file that waits is asked for each; one without that place once.
                guard command.contains("{new}") else {
                    try await session.succeed(command)
                    continue
                }
                for file in way.files where service.isAbout(file.path) {
                    try await session.succeed(command.replacing("{new}", with: RestoreSession.quoted(file.staged)))
                }
            }
        }
    }

    private func push(_ way: RestoreSteps.Way, _ session: RestoreSession) async throws(SessionError) {
        for file in way.files {
            try await session.place(file.staged, at: file.path, by: steps.fileMethod)
        }
        for line in way.lines { try await session.send(line) }
        for service in steps.services {
            for command in service.reload { try await session.succeed(command) }
        }
        for service in steps.services {
            for command in service.health { try await session.succeed(command) }
        }
    }

    private func clean() async -> Outcome {
        let result = await outcome { session throws(SessionError) in
            for file in steps.forward.files + steps.back.files {
                await session.remove(file.staged, by: steps.fileMethod)
            }
            for line in steps.clean { try await session.send(line) }
        }
        if case .failed(let text) = result { remarks.add("what was transferred is still on the device: \(text)") }
        if case .lost(let text) = result { remarks.add("what was transferred may still be on the device: \(text)") }
        return result
    }

    private func check() async -> Outcome {
        await objections(to: steps.checks).map { .failed($0) } ?? .done
    }

    private func objections(to checks: [RestoreRules.Check]) async -> String? {
        guard !checks.isEmpty else { return nil }
        do throws(RestoreLink.Fault) {
            return try await link.converse { session throws(SessionError) in
                for check in checks {
                    if let text = try await session.objection(to: check) { return text }
                }
                return nil
            }
        } catch {
            return "\(error)"
        }
    }

    // MARK: Looking

    /// A new login, with everything collected again.
    private func verify() async -> Outcome {
        let sight = await look(within: steps.mayEnd ? .seconds(60 * steps.minutes) : .seconds(30))
        guard case .saw(.target) = sight, let text = await objections(to: steps.verify) else { return sight }
        return .failed(text)
    }

    private func look(within patience: Duration) async -> Outcome {
        do throws(RestoreLink.Fault) {
            let sample = try await link.collect(within: patience)
            last.sample = sample
            return .saw(sight(of: sample))
        } catch {
            switch error {
            // It lets nobody in: as good as gone.
            case .refused(let text), .lost(let text): return .lost(text)
            }
        }
    }

    private func sight(of sample: RestoreLink.Sample) -> RestoreMachine.Sight {
        guard let differences = differences(sample.comparable, from: target) else {
            return .other("what the device has now cannot be compared with the target")
        }
        if differences.isEmpty { return isUndo ? .before : .target }
        if let old = self.differences(sample.comparable, from: before.comparable), old.isEmpty { return .before }
        let first = differences.prefix(3).map(\.summary).joined(separator: "; ")
        return .other("\(Wording.count(differences.count, "difference")) from the target: \(first)")
    }

    /// By tree, of what is put back; nil where it cannot be compared.
    func differences(
        _ actual: [ArtifactName: [UInt8]], from expected: [ArtifactName: [UInt8]]
    ) -> [Finding]? {
        RestoreComparison(link.rules.platform, link.device.id).differences(actual, from: expected)
    }

    private func verifyBack() async -> Outcome {
        // While its own timer runs the device may need until then to be as it was.
        let isTimed = !steps.confirm.isEmpty || !steps.arm.isEmpty
        let deadline = ContinuousClock.now + (isTimed ? .seconds(60 * steps.minutes + 90) : .seconds(30))
        var last = Outcome.lost("it was not looked at")
        var pause = Duration.seconds(1)
        while true {
            last = await look(within: max(.seconds(1), min(.seconds(60), deadline - .now)))
            if case .saw(.before) = last { return last }
            // What can be reached and is otherwise is put back by us: nobody has to wait for the timer.
            if case .saw = last { return last }
            guard isTimed, ContinuousClock.now + pause < deadline, !Task.isCancelled else { return last }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
    }

    /// What was saved, where the device shows it.
    private func verifySaved() async -> Outcome {
        guard let command = steps.saved, let main = link.rules.platform.restoredArtifact else { return .done }
        do throws(RestoreLink.Fault) {
            let text = try await link.converse { session throws(SessionError) in try await session.read(command) }
            let saved = try comparable(text, as: main)
            guard let differences = differences([main: saved], from: target.filter { $0.key == main }) else {
                return .failed("what '\(command)' shows cannot be compared")
            }
            if differences.isEmpty { return .saw(.target) }
            return .saw(.other(differences.prefix(3).map(\.summary).joined(separator: "; ")))
        } catch {
            switch error {
            case .refused(let text): return .failed(text)
            case .lost(let text): return .lost(text)
            }
        }
    }

    private func comparable(_ text: [UInt8], as main: ArtifactName) throws(RestoreLink.Fault) -> [UInt8] {
        do throws(WorkflowError) { return try link.comparable(text, as: main) } catch { throw .refused("\(error)") }
    }

    // MARK: Back

    /// By the way that was planned; of computed lines by those that lead from what the device has by now.
    private func putBack() async -> Outcome {
        var way = steps.back
        if steps.method == .lines, way.upload == nil {
            do throws(RestoreLink.Fault) {
                let now = try await link.collect(within: .seconds(30))
                way.lines = try linesBack(from: now)
            } catch {
                return .lost("\(error)")
            }
        }
        let back = way
        return await outcome { session throws(SessionError) in
            try await transfer(back, session)
            try await push(back, session)
        }
    }

    private func linesBack(from now: RestoreLink.Sample) throws(RestoreLink.Fault) -> [PlannedLine] {
        do throws(WorkflowError) {
            return try computation.linesBack(from: now.collected, to: before.collected).map { line in
                // Some of it may be so already: what counts is what is seen afterwards.
                var line = line
                line.isOptional = true
                return line
            }
        } catch {
            throw .refused("\(error)")
        }
    }
}

extension RestoreRules.Service {
    /// Whether a file is of this service. The pattern was compiled when the steps were computed.
    fileprivate func isAbout(_ path: String) -> Bool {
        let matcher = try? PatternMatcher(self.path, in: Platform(name: ""))
        return (try? matcher?.matches(Array(path.utf8))) ?? false
    }
}
