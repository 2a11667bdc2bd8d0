import ConfigModel
import FoundationEssentials

/// The order of work and, device by device, how it is put back: `RUNBOOK.txt` and `RUNBOOK.html`.
struct Runbook: Sendable {
    var workspace: String
    var created: Date
    var by: String
    var selector: String
    /// In the order of work.
    var devices: [KitDevice]
    var missing: [KitManifest.Missing]
    /// What is wrong beside that, such as an image that is damaged.
    var faults: [String]
    var hasFirmware: Bool

    var document: RunbookDocument {
        var document = RunbookDocument(
            title: "\(workspace): restoring from the offline kit",
            subtitle: "Written \(Wording.minute(created)) UTC by \(by), for: \(selector). Times are UTC.")
        document.parts = introduction + order + absent + firmware
        for device in devices { document.parts += parts(of: device) }
        return document
    }

    private var introduction: [RunbookDocument.Part] {
        var parts: [RunbookDocument.Part] = [
            .warning(
                "This kit holds every password that is in the configurations. Keep it off the network, and wipe the folder in the end."
            ),
            .paragraph(
                "What is needed: a laptop that was never on the network that fell, serial cables and adapters, a USB stick with FAT32, a TFTP "
                    + "server on the laptop, the passwords of the accounts that are named below, and this kit "
                    + "unpacked and checked as README.txt says."),
            .paragraph(
                "Work in the order of the table. Check each file's SHA-256 before it goes to a device: 'sha256sum FILE' must say what "
                    + "stands here. Device by device: read its page to the end, do the steps, tick it off."),
        ]
        let unapproved = devices.filter { !$0.isApproved }
        if !unapproved.isEmpty {
            parts.append(
                .warning(
                    "NOT APPROVED, only the latest copy: \(unapproved.map(\.device.id.text).joined(separator: ", ")). Nobody has said that "
                        + "these configurations are good; an attacker's change may be in them."))
        }
        for fault in faults { parts.append(.warning(fault)) }
        return parts
    }

    // MARK: Order

    private var order: [RunbookDocument.Part] {
        let rows = devices.map { device in
            [
                "[ ]", "\(device.number)", device.device.id.text, device.device.group, device.device.address,
                device.facts.model ?? "–",
                device.isApproved ? device.target.name : "\(device.target.name) NOT APPROVED",
                device.restorability.verdict.rawValue,
            ]
        }
        var parts: [RunbookDocument.Part] = [
            .heading("Order of work"),
            .table(
                columns: ["", "no", "device", "group", "address", "model", "copy", "restorable"], rows: rows),
            .paragraph(
                "The order is that of 'restoreOrder' in the inventory; a device through which others are reached stands before them; then by "
                    + "group and name."),
        ]
        let reasons = devices.flatMap(reasons)
        if !reasons.isEmpty { parts.append(.list(reasons)) }
        return parts
    }

    private func reasons(_ kit: KitDevice) -> [String] {
        before(kit).map { "\(kit.device.id) comes after \($0)" }
    }

    /// What must stand before a device, and why.
    private func before(_ kit: KitDevice) -> [String] {
        let here = Set(devices.map(\.device.id))
        let absent = " (not in this kit: see that it works)"
        return kit.place.after.map { "\($0), through which it is reached" + (here.contains($0) ? "" : absent) }
            + kit.place.outside.map { "\($0), through which it is reached" + absent }
    }

    private var absent: [RunbookDocument.Part] {
        guard !missing.isEmpty else { return [] }
        return [
            .heading("Not in this kit"), .list(missing.map { "\($0.device): \($0.reason)" }),
        ]
    }

    private var firmware: [RunbookDocument.Part] {
        guard hasFirmware else { return [.warning("Firmware was left out of this kit (--no-firmware).")] }
        let lacking = devices.flatMap { device in
            device.firmware.compactMap { image -> String? in
                guard case .missing(let reason) = image.copy else { return nil }
                return "\(device.device.id): \(image.name)\(image.version.map { " (version \($0))" } ?? ""): \(reason)"
            }
        }
        return lacking.isEmpty ? [] : [.heading("Firmware without a spare copy"), .list(lacking)]
    }

    // MARK: Devices

    private func parts(of kit: KitDevice) -> [RunbookDocument.Part] {
        let steps = HandSteps(kit)
        var parts: [RunbookDocument.Part] = [
            .device("\(kit.number). \(kit.device.id)\(kit.isApproved ? "" : "   NOT APPROVED")"),
            .facts(facts(of: kit)),
        ]
        if !kit.isApproved {
            parts.append(
                .warning("Nobody approved this configuration: it is only the latest copy. Read it before it goes back.")
            )
        }
        let restorability = kit.restorability
        parts.append(
            .facts(
                [
                    (
                        "restorable",
                        restorability.verdict.rawValue
                            + (restorability.reasons.isEmpty
                                ? "" : ": " + restorability.reasons.joined(separator: "; "))
                    )
                ]
                    + steps.vars.map { ("variable", "\($0.name) = \($0.value)") }))
        parts.append(.heading("Files"))
        parts.append(.list(files(of: kit)))
        parts.append(.heading("Steps"))
        parts.append(.steps(steps.steps))
        return parts
    }

    private func facts(of kit: KitDevice) -> [(name: String, value: String)] {
        let device = kit.device
        var facts: [(String, String)] = []
        func add(_ name: String, _ value: String?) { if let value, !value.isEmpty { facts.append((name, value)) } }
        add("name", kit.facts.hostname)
        add("model", [kit.facts.vendor, kit.facts.model].compactMap { $0 }.joined(separator: " "))
        add("serials", kit.facts.serials.joined(separator: ", "))
        add("version", kit.facts.version)
        add("platform", kit.platform.name + (kit.platform.title.isEmpty ? "" : " (\(kit.platform.title))"))
        add(
            "address",
            device.address.isEmpty ? nil : device.address + (device.port == 22 ? "" : ", SSH on port \(device.port)"))
        add("group", device.group + (device.tags.isEmpty ? "" : "; tags: \(device.tags.joined(separator: ", "))"))
        add("owner", device.owner)
        if device.state != .active { add("state", device.state.rawValue) }
        add("before it", before(kit).joined(separator: "; "))
        for account in kit.accounts {
            add("account", "'\(account.user)' (credential '\(account.name)'; \(Self.secret(of: account)))")
        }
        add("copy", copy(kit))
        add("age", age(kit))
        return facts
    }

    private func copy(_ kit: KitDevice) -> String {
        guard let approval = kit.approval else {
            return "\(kit.target.name), commit \(kit.commit.prefix(12)), NOT APPROVED"
        }
        return
            "\(kit.target.name), commit \(kit.commit.prefix(12)), approved \(Wording.minute(approval.manifest.decided)) by "
            + approval.people.joined(separator: ", ") + (approval.isSigned ? ", signed" : "")
            + (approval.manifest.isAdopted ? " (adopted, unreviewed)" : "")
    }

    private func age(_ kit: KitDevice) -> String {
        guard let taken = kit.target.taken else { return "not known" }
        let copied = kit.target.copied ?? taken
        return "taken \(Wording.minute(taken)); its exact bytes last read \(Wording.minute(copied)), "
            + "\(Wording.age(created.timeIntervalSince(copied))) before this kit"
    }

    /// Where it is kept, never what it is.
    private static func secret(of account: Credential) -> String {
        switch account.method {
        case .password(let reference): "its password is kept as \(reference)"
        case .keyFile(let path, _): "by SSH it logs in with the key \(path); a console asks for a password"
        case .agentKey: "by SSH it logs in with a key of an agent; a console asks for a password"
        }
    }

    private func files(of kit: KitDevice) -> [String] {
        var lines = kit.files.map {
            "\($0.path): \($0.artifact.text), \(Wording.bytes($0.size)), SHA-256 \($0.sha256)"
                + ($0.isPutBack ? "" : " (to look at, not to put back)")
        }
        lines.append("\(kit.folder)/facts.yaml: what the device was")
        for image in kit.firmware {
            guard case .there(let path, let sha256, let size, let note) = image.copy else { continue }
            lines.append(
                "\(path): firmware \(image.name)\(image.version.map { ", version \($0)" } ?? ""), \(Wording.bytes(size)), "
                    + "SHA-256 \(sha256)\(note.map { " (\($0))" } ?? "")")
        }
        return lines
    }
}
