import ArgumentParser
import BackupWorkflow
import ConfigModel
import SnapshotStore

struct BundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Writes and verifies the offline kit for the day when everything else is gone.",
        discussion: """
            The kit is a tar archive that age or gpg has encrypted: approved configurations as the devices take them, firmware, digests,
            signatures, and a runbook with the order of work and the steps for a person with a serial cable. Stock tools open it.
            'plumbline bundle SELECTOR -o FILE' is 'bundle create'.
            """,
        subcommands: [BundleCreateCommand.self, BundleVerifyCommand.self], defaultSubcommand: BundleCreateCommand.self)
}

/// Where a passphrase comes from. It is in no argument.
struct PassphraseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The passphrase: the first line of a file that only you may read (0600), or env:NAME.", valueName: "file"))
    var passphraseFile: String?

    func passphrase(_ context: CommandContext) async throws -> Secret? {
        guard let word = passphraseFile else { return nil }
        let reference: SecretReference =
            if word.hasPrefix("env:") {
                .environment(String(word.dropFirst(4)))
            } else {
                .file(CommandContext.absolute(word.hasPrefix("file:") ? String(word.dropFirst(5)) : word))
            }
        do {
            return try await SecretResolver(environment: context.environment, root: CommandContext.here).secret(
                reference)
        } catch {
            throw WorkflowError.request("\(error)")
        }
    }
}

struct BundleCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Writes an encrypted offline kit of devices.",
        discussion: """
            To whom: --to age:age1…, --to 'age:ssh-ed25519 …', --to age:FILE of such keys, --to gpg:KEY, or a passphrase (gpg, AES256) by
            --passphrase-file or, asked twice on the terminal, --passphrase. Any of several opens it; age goes with no other kind.
            The order of work is that of 'restoreOrder' in the inventory, jump hosts before what is reached through them.
            A device that was never approved is not in it unless --latest says so; then it is marked so everywhere. Digests are signed by
            --key, else by the workspace's signingKey. Contacts no device; recorded in the audit log.
            Exit status: 0 every device is in it, 2 some are not (the runbook says why), 3 something does not hold.
            """)

    @Argument(help: "Device ids, globs, group:…, tag:…, platform:…; every device without one.") var selector: [String] =
        []
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to; no file may be there.", valueName: "file"))
    var output: String
    @Option(
        name: .customLong("to"), parsing: .singleValue,
        help: ArgumentHelp("age:KEY, age:FILE or gpg:KEY; several may be given.", valueName: "kind:key"))
    var receivers: [String] = []
    @Option(
        name: .customLong("recipient"), parsing: .singleValue,
        help: ArgumentHelp("The same as --to age:KEY.", valueName: "key"))
    var recipients: [String] = []
    @Option(
        name: .customLong("gpg"), parsing: .singleValue,
        help: ArgumentHelp("The same as --to gpg:KEY.", valueName: "key"))
    var gpgKeys: [String] = []
    @OptionGroup var secret: PassphraseOption
    @Flag(help: "Ask for a passphrase, twice, on the terminal.") var passphrase = false
    @Flag(help: "Do not encrypt it; needs --reason.") var clear = false
    @Flag(help: "Take the latest version of devices that were never approved.") var latest = false
    @Flag(name: .customLong("no-firmware"), help: "Leave firmware out.") var withoutFirmware = false
    @Option(
        help: ArgumentHelp(
            "Sign the digests with this SSH key; by default the workspace's signingKey.", valueName: "file"))
    var key: String?
    @Option(help: "Why, for the audit log.") var reason: String?
    @Option(help: "Who writes it; by default who is logged in.") var by: String?
    @OptionGroup var format: FormatOption

    func validate() throws {
        for receiver in receivers where !receiver.hasPrefix("age:") && !receiver.hasPrefix("gpg:") {
            throw ValidationError("--to takes age:KEY, age:FILE or gpg:KEY, not '\(receiver)'")
        }
        let hasAge = !recipients.isEmpty || receivers.contains { $0.hasPrefix("age:") }
        let hasGPG = !gpgKeys.isEmpty || receivers.contains { $0.hasPrefix("gpg:") }
        let hasPassphrase = passphrase || secret.passphraseFile != nil
        if passphrase, secret.passphraseFile != nil { throw ValidationError("say --passphrase or --passphrase-file") }
        if hasAge, hasGPG || hasPassphrase {
            throw ValidationError("age goes with no gpg key and no passphrase: write two kits")
        }
        if clear {
            guard !hasAge, !hasGPG, !hasPassphrase else {
                throw ValidationError("--clear goes with no key and no passphrase")
            }
            guard reason?.contains(where: { !$0.isWhitespace }) == true else {
                throw ValidationError("--clear needs --reason: whoever finds the kit has every password")
            }
        } else if !hasAge, !hasGPG, !hasPassphrase {
            throw ValidationError(
                "say to whom it is encrypted: --to age:KEY, --to gpg:KEY, --passphrase-file FILE, or --passphrase to be asked"
            )
        }
    }

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let seal = try await seal(context)
        let store = try await workspace.storeForReading()
        let result = try await BundleCreation(workspace: workspace, store: store).create(
            BundleCreation.Request(
                devices: devices, selector: selector, output: CommandContext.absolute(output), seal: seal,
                takesLatest: latest, hasFirmware: !withoutFirmware, key: key.map(CommandContext.absolute),
                by: by ?? context.person, reason: reason))
        for notice in await workspace.notices(store) { Console.complain("notice: \(printable(notice))") }
        if format.format == .json { try JSONOutput.print(result) } else { say(result, seal) }
        if result.status != .clean { throw ExitCode(result.status.rawValue) }
    }

    private func seal(_ context: CommandContext) async throws -> KitSeal {
        if clear { return .clear }
        let named = receivers.filter { $0.hasPrefix("age:") }.map { String($0.dropFirst(4)) } + recipients
        let ages = named.map { $0.hasPrefix("age:") ? String($0.dropFirst(4)) : $0 }
        if !ages.isEmpty {
            return .age(
                recipients: ages.map { $0.hasPrefix("age1") || $0.hasPrefix("ssh-") ? $0 : CommandContext.absolute($0) }
            )
        }
        let keys = receivers.filter { $0.hasPrefix("gpg:") }.map { String($0.dropFirst(4)) } + gpgKeys
        var word = try await secret.passphrase(context)
        if passphrase { word = try HiddenLine.ask(twice: "Passphrase of the kit: ", again: "The same again: ") }
        return .gpg(keys: keys, passphrase: word)
    }

    private func say(_ result: BundleCreation.Result, _ seal: KitSeal) {
        let paint = Console.paint()
        for device in result.missing {
            Console.complain("\(paint(.yellow, "not in it"))  \(device.device): \(printable(device.reason))")
        }
        for fault in result.faults { Console.complain("\(paint(.red, "does not hold"))  \(printable(fault))") }
        for line in result.withoutFirmware { Console.complain("\(paint(.yellow, "no firmware"))  \(printable(line))") }
        if !result.retired.isEmpty {
            Console.complain("passed over, because retired: \(result.retired.map(\.text).joined(separator: ", "))")
        }
        let unapproved = result.devices.filter { !$0.isApproved }.map(\.device.text)
        if !unapproved.isEmpty {
            Console.complain("\(paint(.yellow, "NOT APPROVED"))  \(unapproved.joined(separator: ", "))")
        }
        Console.say(
            "\(printable(output)): \(Wording.count(result.devices.count, "device")), \(Wording.count(result.files, "file")), "
                + "\(Wording.bytes(result.bytes)); \(printable(result.seal)); \(result.isSigned ? "signed" : "not signed")"
        )
        let name = printable(output)
        let opening =
            switch seal {
            case .age: "age --decrypt --identity KEYFILE '\(name)' | tar -xf -"
            case .gpg: "gpg --decrypt '\(name)' | tar -xf -"
            case .clear: "tar -xf '\(name)'"
            }
        Console.say("Without Plumbline: \(opening); then README.txt. Write that on the label.")
    }
}

struct BundleVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Says whether a kit is whole, ours, and what is approved now.",
        discussion: """
            The kit is opened by the tool that closed it, and read as a stream: every digest, nothing missing, nothing extra, the
            signature against Baselines/allowed_signers. In a workspace the versions are compared with what is approved now.
            Exit status: 0 it holds, 1 it is older than the baselines, 3 it does not hold.
            """)

    @Argument(help: "The kit.", completion: .file()) var file: String
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("The key that opens a kit of age; several may be given.", valueName: "file"))
    var identity: [String] = []
    @OptionGroup var secret: PassphraseOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let path = CommandContext.absolute(file)
        var workspace: Workspace?
        do throws(WorkflowError) {
            workspace = try context.workspace()
        } catch {
            if case .noWorkspace = error {
            } else {
                Console.complain("notice: \(printable(error.description, keepingLines: true))")
            }
        }
        var passphrase = try await secret.passphrase(context)
        if passphrase == nil, try await BundleVerification.wantsPassphrase(path), Console.isTerminal(0) {
            passphrase = try HiddenLine.ask("Passphrase of the kit: ")
        }
        let result = try await BundleVerification(workspace: workspace).verify(
            path, with: KitKey(identities: identity.map(CommandContext.absolute), passphrase: passphrase))
        if output.format == .json { try JSONOutput.print(result) } else { say(result) }
        if result.status != .clean { throw ExitCode(result.status.rawValue) }
    }

    private func say(_ result: BundleVerification.Result) {
        let paint = Console.paint()
        for fault in result.faults { Console.say("\(paint(.red, "does not hold"))  \(printable(fault))") }
        for line in result.older { Console.say("\(paint(.yellow, "older"))  \(printable(line))") }
        for remark in result.remarks { Console.say("\(paint(.dim, "note"))  \(printable(remark))") }
        var words = ["\(Wording.count(result.devices, "device")), \(Wording.count(result.files, "file"))"]
        if let created = result.created {
            words.append("written \(Wording.minute(created)) by \(printable(result.by ?? ""))")
        }
        if let signer = result.signer { words.append("signed by \(printable(signer)) (\(result.key ?? ""))") }
        let verdict =
            switch result.status {
            case .clean: "the kit holds"
            case .drift: "the kit is whole, and older than the baselines"
            default: "THE KIT DOES NOT HOLD"
            }
        Console.say("\(verdict): \(words.joined(separator: "; "))")
    }
}
