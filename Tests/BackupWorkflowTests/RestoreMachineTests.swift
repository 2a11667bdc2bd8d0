import Testing

@testable import BackupWorkflow

/// Every way through a restore, tried in memory: what is called restored is the target, what is called undone is as before.
@Suite("The state machine of a restore")
struct RestoreMachineTests {
    typealias Machine = RestoreMachine

    private static let full = Machine.Means(
        checks: true, transfers: true, arms: false, confirms: true, saves: true, showsSaved: true, cleans: true,
        reverts: true)

    /// A device as far as a restore sees it.
    struct Model {
        enum Config: Hashable { case before, target, half }
        var running = Config.before
        var startup = Config.before
        var isArmed = false
        var isConfirmed = true
        var writes = 0

        mutating func perform(_ step: Machine.Step, failing: Machine.Step?, how: Failure) -> Machine.Outcome {
            if step == failing {
                switch how {
                case .refused: return .failed("no")
                case .lostBefore: return .lost("gone")
                case .lostAfter:
                    _ = done(step)
                    return .lost("gone")
                case .half:
                    if step == .push { running = .half }
                    return .failed("half")
                }
            }
            return done(step)
        }

        mutating func done(_ step: Machine.Step) -> Machine.Outcome {
            switch step {
            case .push:
                (running, isConfirmed) = (.target, false)
                writes += 1
            case .verify, .survey, .verifyBack:
                return .saw(running == .target ? .target : running == .before ? .before : .other("half"))
            case .confirm: isConfirmed = true
            case .arm: isArmed = true
            case .disarm, .disarmBack: isArmed = false
            case .save, .saveBack: startup = running
            case .verifySaved: return .saw(startup == .target ? .target : .before)
            case .revert, .putBack: (running, isConfirmed) = (.before, true)
            case .before, .check, .transfer, .clean, .cleanBack: break
            }
            return .done
        }
    }

    enum Failure: CaseIterable { case refused, lostBefore, lostAfter, half }

    private func run(
        _ means: Machine.Means, _ model: inout Model, failing: Machine.Step?, how: Failure
    ) throws -> Machine.Ending {
        var machine = Machine(means)
        var action = machine.first
        for _ in 0..<100 {
            switch action {
            case .end(let ending): return ending
            case .perform(let step):
                action = machine.after(step, model.perform(step, failing: failing, how: how))
            }
        }
        throw Endless()
    }

    struct Endless: Error {}

    private static let allMeans: [Machine.Means] = (0..<64).map { bits in
        Machine.Means(
            checks: true, transfers: bits & 1 != 0, arms: bits & 2 != 0 && bits & 4 == 0, confirms: bits & 4 != 0,
            saves: bits & 8 != 0, showsSaved: bits & 8 != 0, cleans: bits & 16 != 0, reverts: bits & 32 != 0)
    }

    @Test("whatever fails in whatever way, the ending says what the device has", arguments: Machine.Step.allCases)
    func failures(step: Machine.Step) throws {
        for means in Self.allMeans {
            for how in Failure.allCases {
                var model = Model()
                let ending = try run(means, &model, failing: step, how: how)
                switch ending {
                case .restored:
                    #expect(model.running == .target, "\(means) \(how)")
                    if means.saves { #expect(model.startup == .target) }
                    #expect(!model.isArmed && (model.isConfirmed || !means.confirms), "\(means) \(how)")
                case .undone:
                    #expect(model.running == .before && model.startup == .before, "\(means) \(how)")
                    #expect(!model.isArmed)
                case .unresolved: break
                }
            }
        }
    }

    @Test("what was not refused and not lost ends restored, in the order that the design has")
    func forward() throws {
        var model = Model()
        #expect(try run(Self.full, &model, failing: nil, how: .refused) == .restored)
        #expect(model.running == .target && model.startup == .target && model.writes == 1)
    }

    @Test("a device that refuses a line after it took the rest is put back, although it looks like the target")
    func refusedButTaken() throws {
        var machine = Machine(Machine.Means(saves: true))
        _ = machine.first
        _ = machine.after(.before, .done)
        #expect(machine.after(.push, .failed("line 17")) == .perform(.survey))
        #expect(machine.after(.survey, .saw(.target)) == .perform(.putBack))
        #expect(machine.after(.putBack, .done) == .perform(.verifyBack))
        #expect(machine.after(.verifyBack, .saw(.before)) == .end(.undone("line 17")))
    }

    @Test("nothing is saved and nothing confirmed after an undo began", arguments: [true, false])
    func undoSavesNothing(reverts: Bool) throws {
        for sight in [Machine.Sight.target, .before, .other("x")] {
            var means = Self.full
            means.reverts = reverts
            var machine = Machine(means)
            var action = machine.after(.verify, .saw(.other("differs")))
            for _ in 0..<20 {
                guard case .perform(let step) = action else { break }
                #expect(step != .save && step != .confirm)
                action = machine.after(step, [.verifyBack, .survey].contains(step) ? .saw(sight) : .done)
            }
        }
    }

    @Test("an interrupted restore that had written nothing is over; one that may have is looked at")
    func resume() {
        var machine = Machine(Self.full)
        for step in [nil, Machine.Step.before, .check] {
            guard case .end(.undone) = machine.resume(at: step, reason: nil, hasConfirmed: false) else {
                Issue.record("\(String(describing: step))")
                continue
            }
        }
        for step in [Machine.Step.push, .verify, .confirm, .save, .verifySaved, .clean] {
            #expect(machine.resume(at: step, reason: nil, hasConfirmed: false) == .perform(.survey))
        }
        for step in [Machine.Step.revert, .putBack, .verifyBack] {
            #expect(machine.resume(at: step, reason: "x", hasConfirmed: false) == .perform(.verifyBack))
        }
    }
}

@Suite("Restoring many devices")
struct RestoreWavesTests {
    @Test("first the canary, then batches, each device once")
    func waves() {
        let waves = RestoreWaves(canary: 1, batch: .percent(10)).waves(of: 31)
        #expect(waves.first == 0..<1 && waves[1] == 1..<4 && waves.map(\.count).reduce(0, +) == 31)
        #expect(RestoreWaves(canary: 0, batch: .count(5)).waves(of: 7) == [0..<5, 5..<7])
        #expect(RestoreWaves(canary: 3, batch: .percent(1)).waves(of: 2) == [0..<1, 1..<2])
        #expect(RestoreWaves().waves(of: 0).isEmpty)
    }

    @Test("too many failures end it")
    func failures() {
        #expect(RestoreWaves(mostFailures: 2).mayGoOn(failures: 1))
        #expect(!RestoreWaves(mostFailures: 2).mayGoOn(failures: 2))
    }
}

@Suite("Taking up a restore that was interrupted")
struct RestoreResumeTests {
    private static let means = RestoreMachine.Means(confirms: true, saves: true, cleans: true, reverts: true)

    @Test("where the device has the target and nothing is pending any more, it is saved and not undone")
    func confirmed() {
        var machine = RestoreMachine(Self.means)
        #expect(machine.resume(at: .confirm, reason: nil, hasConfirmed: false) == .perform(.survey))
        #expect(machine.after(.survey, .saw(.target)) == .perform(.confirm))
        #expect(machine.after(.confirm, .failed("nothing pending")) == .perform(.verifyBack))
        #expect(machine.after(.verifyBack, .saw(.target)) == .perform(.save))
        #expect(machine.after(.save, .done) == .perform(.clean))
        #expect(machine.after(.clean, .done) == .end(.restored))
    }

    @Test("an undo after the target may have been saved saves what it put back")
    func savedBefore() {
        var machine = RestoreMachine(Self.means)
        #expect(machine.undoNow(because: "asked", hasConfirmed: true, maySaved: true) == .perform(.putBack))
        #expect(machine.after(.putBack, .done) == .perform(.verifyBack))
        #expect(machine.after(.verifyBack, .saw(.before)) == .perform(.saveBack))
        #expect(machine.after(.saveBack, .done) == .perform(.cleanBack))
        #expect(machine.after(.cleanBack, .done) == .end(.undone("asked")))
    }

    @Test("an undo of what was never saved saves nothing")
    func neverSaved() {
        var machine = RestoreMachine(Self.means)
        _ = machine.undoNow(because: "asked", hasConfirmed: false)
        #expect(machine.after(.revert, .done) == .perform(.verifyBack))
        #expect(machine.after(.verifyBack, .saw(.before)) == .perform(.cleanBack))
    }
}
