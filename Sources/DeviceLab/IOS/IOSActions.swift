/// The commands that change an IOS-like device, and those that tell of such changes.
extension SimulatedDevice {
    func perform(_ command: IOSCommand) -> IOSReply {
        switch command {
        case .configureReplace(let order) where !order.isForced:
            return IOSReply(
                text: [
                    "This will apply all necessary additions and deletions",
                    "to replace the current running configuration with the",
                    "contents of the specified configuration file, which is",
                    "assumed to be a complete configuration, not a partial", "configuration.",
                ], next: .ask(.sureToReplace(order)))
        case .configureReplace(let order): return replace(order)
        case .configureConfirm: return confirm()
        case .configureRevert: return revert()
        case .writeMemory: return save()
        case .copy(let from, let to):
            let (from, to) = (Self.place(from), Self.place(to))
            let target = to == "flash:" ? "flash:" + from : to
            if system?.running.section(["file prompt quiet"]) != nil { return copy(from, target) }
            return IOSReply(next: .ask(.destination(from: from, to: target)))
        case .reload(let minutes):
            return system?.isUnsaved == true
                ? IOSReply(next: .ask(.save(minutes: minutes))) : askToReload(minutes)
        case .cancelReload: return cancelReload()
        case .delete(let name, let isForced):
            return isForced ? delete(name) : IOSReply(next: .ask(.nameToDelete(name)))
        case .showReload: return showReload()
        case .showRollbackTimer: return showRollbackTimer()
        default: return IOSReply()
        }
    }

    /// What the answer to a question leads to; for a question of one key it holds that key.
    func answer(_ question: IOSQuestion, with answer: String) -> IOSReply {
        let isYes = ["y", "ye", "yes"].contains(answer.lowercased())
        switch question {
        case .destination(let from, let to): return copy(from, answer.isEmpty ? to : Self.place(answer, like: to))
        case .sureToReplace(let order): return isYes ? replace(order) : IOSReply()
        case .save(let minutes):
            if isYes {
                let saved = save()
                let next = askToReload(minutes)
                return IOSReply(text: saved.text + next.text, next: next.next)
            }
            guard ["n", "no"].contains(answer.lowercased()) else {
                return IOSReply(text: ["% Please answer 'yes' or 'no'."], next: .ask(question))
            }
            return askToReload(minutes)
        case .sureToReload(let minutes): return isYes || answer.isEmpty ? reload(minutes) : IOSReply()
        case .nameToDelete(let name): return IOSReply(next: .ask(.sureToDelete(answer.isEmpty ? name : answer)))
        case .sureToDelete(let name): return isYes || answer.isEmpty ? delete(name) : IOSReply()
        }
    }

    /// `run` and `start` written out.
    private static func place(_ name: String) -> String {
        for whole in ["running-config", "startup-config"] where name.count > 1 && whole.hasPrefix(name) { return whole }
        return name
    }

    /// A file name given as an answer lies where the one asked about does.
    private static func place(_ answer: String, like place: String) -> String {
        !answer.contains(":") && place.hasPrefix("flash:") ? "flash:" + answer : Self.place(answer)
    }

    private func replace(_ order: IOSReplace) -> IOSReply {
        ios { system, device in
            let done = system.replace(order, fault: device.fault, now: .now, minute: device.minute)
            return (IOSReply(text: done.text), done.hasChanged)
        }
    }

    private func confirm() -> IOSReply {
        ios { system, device in
            guard system.rollback?.isHidden == false else {
                return (IOSReply(text: ["%No Rollback Confirmed Change pending"]), false)
            }
            if device.fault == .deafConfirm { system.rollback?.isHidden = true } else { system.rollback = nil }
            return (IOSReply(), true)
        }
    }

    private func revert() -> IOSReply {
        ios { system, _ in
            guard let rollback = system.rollback, !rollback.isHidden else {
                return (IOSReply(text: ["%No Rollback Confirmed Change pending"]), false)
            }
            system.rollback = nil
            system.become(rollback.previous)
            return (
                IOSReply(text: [
                    "Rollback Confirmed Change: Rolling to: \(system.archivePath ?? "flash:")-\(system.archived)", "",
                    "Total number of passes: 1", "Rollback Done", "",
                ]), true
            )
        }
    }

    private func save() -> IOSReply {
        ios { system, _ in
            system.save()
            return (IOSReply(text: ["Building configuration...", "[OK]"]), true)
        }
    }

    private func askToReload(_ minutes: Int?) -> IOSReply {
        let text = minutes.map { minutes in
            [
                "Reload scheduled for \(IOSClock(minutes: minutes)) (in \(Self.minutes(minutes))) by netadmin on vty0",
                "Reload reason: Reload Command",
            ]
        }
        return IOSReply(text: text ?? [], next: .ask(.sureToReload(minutes: minutes)))
    }

    private func reload(_ minutes: Int?) -> IOSReply {
        guard let minutes else {
            count { $0.writes += 1 }
            restart()
            return IOSReply(next: .hangUp)
        }
        return ios { system, device in
            system.reload = IOSDeadline(due: .now + device.minute * minutes, minutes: minutes)
            return (IOSReply(), true)
        }
    }

    private func cancelReload() -> IOSReply {
        ios { system, _ in
            guard system.reload != nil else { return (IOSReply(text: ["%No reload is scheduled."]), false) }
            system.reload = nil
            return (IOSReply(text: ["", "", "***", "*** --- SHUTDOWN ABORTED ---", "***", ""]), true)
        }
    }

    private func showReload() -> IOSReply {
        guard let reload = system?.reload else { return IOSReply(text: ["No reload is scheduled."]) }
        return IOSReply(text: [
            "Reload scheduled for \(IOSClock(minutes: reload.minutes)) (in \(Self.minutes(reload.minutes))) by netadmin on vty0",
            "Reload reason: Reload Command",
        ])
    }

    private func showRollbackTimer() -> IOSReply {
        guard let rollback = system?.rollback, !rollback.isHidden else {
            return IOSReply(text: ["%No Rollback Confirmed Change pending"])
        }
        return IOSReply(text: [
            "Time configured(or reconfigured): \(IOSClock(minutes: 0))", " Timer type: absolute timer",
            " Timer value: \(rollback.deadline.minutes) min", " User: netadmin", "",
        ])
    }

    private func delete(_ name: String) -> IOSReply {
        ios { system, _ in
            guard FlashFiles.isFlash(name), system.flash.delete(name) else {
                return (IOSReply(text: ["%Error deleting \(name) (No such file or directory)"]), false)
            }
            return (IOSReply(), true)
        }
    }

    private static func minutes(_ count: Int) -> String { count == 1 ? "1 minute" : "\(count) minutes" }

    /// Changes the IOS-like system; the second half of what `change` returns says whether it did.
    func ios(_ change: @Sendable (inout IOSSystem, LabDevice) -> (IOSReply, Bool)) -> IOSReply {
        let (reply, changed) = with { device -> (IOSReply, Bool) in
            guard case .ios(var system) = device.system else { return (IOSReply(), false) }
            let answer = change(&system, device)
            device.system = .ios(system)
            return answer
        }
        if changed { count { $0.writes += 1 } }
        return reply
    }
}
