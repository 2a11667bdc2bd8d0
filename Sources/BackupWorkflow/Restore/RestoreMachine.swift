/// What a restore does next: a value that is told what came of one step and says which follows. It does no I/O and knows no
/// clock, so that every way through it can be tried.
///
/// The way forward: before-image, checks, transfer, timer, push, verify, confirm, save, verify what was saved. Whatever fails
/// before the push ends it with nothing written. From the push on a failure leads to the undo, which saves nothing, and
/// which is over only when the device is seen to be as before.
package struct RestoreMachine: Sendable, Hashable {
    /// A step, as the journal names it.
    package enum Step: String, Sendable, Hashable, Codable, CaseIterable {
        /// Collects and stores what the device has now.
        case before
        /// Asks what the method needs of the device.
        case check
        /// Puts the text on the device; of files, beside their places.
        case transfer
        /// Schedules a restart, where that stands in for a confirm timer.
        case arm
        case push
        /// Collects again and compares; the device's own checks too.
        case verify
        /// Tells the device to keep it.
        case confirm
        /// Takes the scheduled restart back.
        case disarm
        case save
        case verifySaved = "verify-saved"
        /// Takes the transferred text away again.
        case clean
        /// Looks where an interrupted restore has left the device.
        case survey
        /// Undoes by the device's own means.
        case revert
        /// Puts the configuration of before back by the method.
        case putBack = "put-back"
        /// Collects again and compares with the configuration of before.
        case verifyBack = "verify-back"
        /// Saves what was put back, where the target may have been saved already.
        case saveBack = "save-back"
        /// As `disarm` and `clean`, after an undo.
        case disarmBack = "disarm-back"
        case cleanBack = "clean-back"
    }

    /// What a look at the device has shown.
    package enum Sight: Sendable, Hashable {
        case target
        case before
        /// Neither; in words.
        case other(String)
    }

    /// What came of a step.
    package enum Outcome: Sendable, Hashable {
        case done
        case saw(Sight)
        /// The device said no, or it cannot be done: what it says.
        case failed(String)
        /// The connection went, or time: whether the step was done is not known.
        case lost(String)
    }

    package enum Ending: Sendable, Hashable {
        case restored
        /// The device is as it was; why.
        case undone(String)
        /// A person has to look, or `restore resume`; why.
        case unresolved(String)
    }

    package enum Action: Sendable, Hashable {
        case perform(Step)
        case end(Ending)
    }

    /// What the method has.
    package struct Means: Sendable, Hashable, Codable {
        package var checks: Bool
        package var transfers: Bool
        /// A scheduled restart.
        package var arms: Bool
        /// A confirm timer of the device's own.
        package var confirms: Bool
        package var saves: Bool
        package var showsSaved: Bool
        package var cleans: Bool
        package var reverts: Bool

        package init(
            checks: Bool = false, transfers: Bool = false, arms: Bool = false, confirms: Bool = false,
            saves: Bool = false, showsSaved: Bool = false, cleans: Bool = false, reverts: Bool = false
        ) {
            self.checks = checks
            self.transfers = transfers
            self.arms = arms
            self.confirms = confirms
            self.saves = saves
            self.showsSaved = showsSaved
            self.cleans = cleans
            self.reverts = reverts
        }
    }

    private let means: Means
    /// Why it is being undone.
    private var reason: String?
    private var hasPutBack = false
    private var hasReverted = false
    /// Whether the connection went in the push, so that the verification is a look.
    private var isUnsure = false
    /// Whether the device said no to some of it: whatever it has now does not stay.
    private var isFailed = false
    private var hasConfirmed = false
    /// Whether an earlier process began it: what that had sent last may have been done.
    private var isResumed = false
    /// Whether the target may have been saved: then an undo has to be saved, too.
    private var savesBack = false

    package init(_ means: Means) { self.means = means }

    /// The first action of a new restore.
    package var first: Action { .perform(.before) }

    /// Goes on with a restore that was interrupted.
    /// - Parameters:
    ///   - step: The last one that was begun; nil when none was.
    ///   - reason: Why it was being undone, where it was.
    package mutating func resume(at step: Step?, reason: String?, hasConfirmed: Bool, maySaved: Bool = false) -> Action
    {
        self.hasConfirmed = hasConfirmed
        isResumed = true
        savesBack = maySaved && means.saves
        let interrupted = reason ?? "it was interrupted"
        switch step {
        case nil, .before, .check: return .end(.undone("\(interrupted) before anything was written"))
        case .transfer:
            self.reason = interrupted
            return after(.disarmBack, .done)
        case .arm:
            self.reason = interrupted
            return undone()
        case .revert, .putBack, .verifyBack, .saveBack, .disarmBack, .cleanBack:
            self.reason = interrupted
            return .perform(.verifyBack)
        case .push, .verify, .confirm, .disarm, .save, .verifySaved, .clean, .survey:
            isUnsure = true
            return .perform(.survey)
        }
    }

    /// Takes back what was left unresolved, whatever the device has now.
    package mutating func undoNow(because text: String, hasConfirmed: Bool, maySaved: Bool = false) -> Action {
        self.hasConfirmed = hasConfirmed
        isResumed = true
        savesBack = maySaved && means.saves
        return undo(because: text)
    }

    /// What follows from the outcome of the step that was performed.
    package mutating func after(_ step: Step, _ outcome: Outcome) -> Action {
        switch step {
        case .before, .check: return beforeWriting(step, outcome)
        case .transfer: return transferred(outcome)
        case .arm: return armed(outcome)
        case .push: return pushed(outcome)
        case .verify, .survey: return verified(outcome, step)
        case .confirm: return confirmed(outcome)
        case .disarm: return disarmed(outcome)
        case .save: return saved(outcome)
        case .verifySaved: return savedVerified(outcome)
        case .clean: return .end(.restored)
        case .revert: return reverted(outcome)
        case .putBack: return wasPutBack(outcome)
        case .verifyBack: return backVerified(outcome)
        case .saveBack:
            if let text = outcome.trouble {
                return .end(.unresolved("it is as it was before, but that is not saved: \(text)"))
            }
            return undone()
        case .disarmBack:
            if let text = outcome.trouble {
                return .end(.unresolved("the scheduled restart could not be taken back (\(text)): it may still come"))
            }
            return means.cleans ? .perform(.cleanBack) : .end(.undone(reason ?? ""))
        case .cleanBack: return .end(.undone(reason ?? ""))
        }
    }

    // MARK: Forward

    private mutating func beforeWriting(_ step: Step, _ outcome: Outcome) -> Action {
        if let text = outcome.trouble { return .end(.undone("\(text); nothing was written")) }
        if step == .before, means.checks { return .perform(.check) }
        return .perform(means.transfers ? .transfer : means.arms ? .arm : .push)
    }

    private mutating func transferred(_ outcome: Outcome) -> Action {
        if let text = outcome.trouble {
            reason = "\(text); the configuration was not touched"
            return means.cleans ? .perform(.cleanBack) : .end(.undone(reason ?? ""))
        }
        return .perform(means.arms ? .arm : .push)
    }

    private mutating func armed(_ outcome: Outcome) -> Action {
        if let text = outcome.trouble {
            reason = "\(text); the configuration was not touched"
            return undone()
        }
        return .perform(.push)
    }

    private mutating func pushed(_ outcome: Outcome) -> Action {
        switch outcome {
        case .done, .saw: return .perform(.verify)
        case .failed(let text):
            // Some devices take all or nothing: what nothing came of must not be undone, or something else would be.
            reason = text
            isFailed = true
            return .perform(.survey)
        case .lost(let text):
            // The device may have gone on by itself, or have changed the address it is reached by.
            isUnsure = true
            reason = text
            return .perform(.verify)
        }
    }

    private mutating func verified(_ outcome: Outcome, _ step: Step) -> Action {
        switch outcome {
        case .saw(.target) where isFailed: return undo(because: reason ?? "it was not taken whole")
        case .saw(.target), .done:
            reason = nil
            if hasConfirmed { return kept() }
            return means.confirms ? .perform(.confirm) : means.arms ? .perform(.disarm) : kept()
        case .saw(.before):
            reason = reason ?? "the device is as it was before"
            return undone()
        case .saw(.other(let text)):
            return undo(because: isFailed ? reason ?? text : isUnsure ? reason.map { "\($0); \(text)" } ?? text : text)
        case .failed(let text): return undo(because: text)
        case .lost(let text):
            reason = reason ?? text
            // Its own timer brings the device back, and us to it.
            if means.confirms || means.arms, step == .verify || isFailed { return .perform(.verifyBack) }
            return .end(.unresolved("\(text): what the device has now is not known"))
        }
    }

    /// It is the target, and stays.
    private func kept() -> Action {
        means.saves ? .perform(.save) : means.cleans ? .perform(.clean) : .end(.restored)
    }

    private mutating func confirmed(_ outcome: Outcome) -> Action {
        switch outcome {
        case .done, .saw:
            hasConfirmed = true
            return means.arms ? .perform(.disarm) : kept()
        case .failed(let text), .lost(let text):
            // Too late, perhaps: then the device has undone it by itself.
            reason = text
            return .perform(.verifyBack)
        }
    }

    private mutating func disarmed(_ outcome: Outcome) -> Action {
        switch outcome {
        case .done, .saw:
            hasConfirmed = true
            return kept()
        case .failed(let text), .lost(let text):
            return .end(.unresolved("the scheduled restart could not be taken back (\(text)): it may still come"))
        }
    }

    private mutating func saved(_ outcome: Outcome) -> Action {
        if let text = outcome.trouble {
            return .end(.unresolved("the device runs the target, but it is not saved: \(text)"))
        }
        return means.showsSaved ? .perform(.verifySaved) : means.cleans ? .perform(.clean) : .end(.restored)
    }

    private func savedVerified(_ outcome: Outcome) -> Action {
        switch outcome {
        case .done, .saw(.target): return means.cleans ? .perform(.clean) : .end(.restored)
        case .saw(.before):
            return .end(.unresolved("the device runs the target, but what it saved is what it had before"))
        case .saw(.other(let text)), .failed(let text), .lost(let text):
            return .end(.unresolved("the device runs the target, but what it saved is not that: \(text)"))
        }
    }

    // MARK: Back

    private mutating func undo(because text: String) -> Action {
        reason = text
        // What was confirmed the device does not take back by itself.
        if means.reverts, !hasConfirmed, !hasReverted { return .perform(.revert) }
        return .perform(.putBack)
    }

    private mutating func reverted(_ outcome: Outcome) -> Action {
        hasReverted = true
        if case .failed = outcome { return .perform(.putBack) }
        return .perform(.verifyBack)
    }

    private mutating func wasPutBack(_ outcome: Outcome) -> Action {
        hasPutBack = true
        // Whatever it said: what counts is what the device has.
        if let text = outcome.trouble { reason = "\(reason ?? "it failed"); putting it back: \(text)" }
        return .perform(.verifyBack)
    }

    private mutating func backVerified(_ outcome: Outcome) -> Action {
        switch outcome {
        case .saw(.before), .done: return undone()
        case .saw(.target)
        where isResumed && !hasPutBack && !hasReverted && !hasConfirmed && means.confirms && !isFailed:
            // The confirmation had been taken before we were interrupted: nothing is pending any more.
            hasConfirmed = true
            reason = nil
            return kept()
        case .saw(.target) where !hasPutBack && hasReverted == false && means.confirms && !hasConfirmed:
            // It was looked at because the confirmation failed, and the timer has not fired.
            return undo(because: reason ?? "it could not be confirmed")
        case .saw(.target), .saw(.other), .failed:
            if !hasPutBack { return .perform(.putBack) }
            return .end(.unresolved("\(reason ?? "it failed"); \(outcome.words) after the undo"))
        case .lost(let text):
            return .end(.unresolved("\(reason ?? "it failed"); the device cannot be looked at: \(text)"))
        }
    }

    private mutating func undone() -> Action {
        if savesBack {
            savesBack = false
            return .perform(.saveBack)
        }
        if means.arms, !hasConfirmed { return .perform(.disarmBack) }
        return means.cleans ? .perform(.cleanBack) : .end(.undone(reason ?? ""))
    }
}

extension RestoreMachine.Outcome {
    /// Why it went wrong; nil where it did not.
    fileprivate var trouble: String? {
        switch self {
        case .failed(let text), .lost(let text): text
        case .saw(.other(let text)): text
        case .done, .saw: nil
        }
    }

    fileprivate var words: String {
        switch self {
        case .done: "it is done"
        case .saw(.target): "the device has the target"
        case .saw(.before): "the device is as before"
        case .saw(.other(let text)), .failed(let text), .lost(let text): text
        }
    }
}
