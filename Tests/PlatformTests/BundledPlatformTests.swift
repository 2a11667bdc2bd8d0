import BackupWorkflow
import ConfigModel
import DeviceInventory
import Foundation
import Testing

@Suite("Every bundled platform")
struct BundledPlatformTests {
    @Test("all of them can be read, and nothing about them is in doubt")
    func readable() throws {
        let platforms = try Cases.bundled.get()
        #expect(platforms.count == BundledPlatforms.files.count)
        #expect(platforms.count > 2)
    }

    @Test("every file of the transcripts can be read and names a bundled platform")
    func transcriptsAreReadable() throws {
        let files = try TranscriptFile.read([Cases.folder.appending(path: "Transcripts").path()])
        #expect(files.count == Cases.ofBundled.count)
        for file in files {
            let name = file.transcript.platform ?? ""
            #expect(Cases.ofBundled.contains { $0.file.path == file.path }, "\(file.path): no platform '\(name)'")
        }
    }

    @Test("has a transcript with prompts that match and that do not, one with noise, one with secrets")
    func hasTranscripts() throws {
        for platform in try Cases.bundled.get() {
            let cases = Cases.ofBundled.filter { $0.platform.name == platform.name }.map(\.transcript)
            #expect(!cases.isEmpty, "\(platform.name) has no transcript")
            // A platform without a command line has no prompt to recognise.
            if platform.prompt != nil {
                #expect(cases.contains { !$0.prompts.match.isEmpty }, "\(platform.name): no prompt that must match")
                #expect(cases.contains { !$0.prompts.not.isEmpty }, "\(platform.name): no prompt that must not match")
            }
            #expect(cases.contains { !$0.expect.noise.isEmpty }, "\(platform.name): no case of noise")
            #expect(cases.contains { !$0.expect.secrets.isEmpty }, "\(platform.name): no case of secrets")
            // A document on one line has no lines to name; what must bring a new version says as much.
            let isHeld = cases.contains { !$0.expect.stored.isEmpty || !$0.expect.real.isEmpty }
            #expect(isHeld, "\(platform.name): nothing that must be stored")
        }
    }

    @Test("passes its transcripts with LF and CR LF, wherever the stream is cut", arguments: Cases.ofBundled)
    func passes(case each: Case) async throws {
        let report = try await PlatformTrial(each.platform).report(on: each.file, cuts: .samples(10))
        #expect(report.passed, "\(report.failures.joined(separator: "\n"))")
        #expect(report.cuts > 2)
    }

    /// Nothing of these can be hashed: the vendor gives no way, or the image is not a thing that a user may read.
    private static let withoutFirmware: Set<String> = [
        "alcatel_aos", "allied_telesis_awplus", "apc_aos", "aruba_instant", "aruba_os", "broadcom_icos",
        "checkpoint_gaia", "ciena_saos", "ciena_saos10", "cisco_ftd", "cisco_s300", "cisco_wlc", "cisco_xr",
        "dell_os10",
        "dell_powerconnect", "digi", "eaton_network", "extreme_exos", "fortimanager", "fortinet", "frr",
        "fs_fsos", "garderos", "generic_cli", "hp_procurve", "huawei_vrp", "mellanox_mlnxos",
        "mikrotik_routeros", "netgate_tnsr", "netgear_prosafe", "nokia_sros", "paloalto_panos", "perle",
        "sonicwall", "tplink_jetstream", "ubiquiti_edge", "vsolution_olt",
    ]
    /// AOS-CX writes neither clocks nor counters into its configuration.
    private static let withoutVolatile: Set<String> = ["aruba_aoscx"]
    /// Nobody knows what a device of no kind says of itself.
    private static let withoutFacts: Set<String> = ["generic_cli"]
    /// Neither a marker nor a number of lines could tell a whole answer of these from a part of it.
    private static let withoutComplete: Set<String> = []

    @Test("says all that a reader must know of it")
    func isWhole() throws {
        for platform in try Cases.bundled.get() {
            let name = platform.name
            #expect(!platform.title.isEmpty, "\(name) has no title")
            #expect(!platform.collect.isEmpty, "\(name) collects nothing")
            #expect(!platform.facts.isEmpty || Self.withoutFacts.contains(name), "\(name) finds no facts")
            #expect(!platform.secrets.isEmpty, "\(name) covers no secrets")
            #expect(platform.restore != nil, "\(name) does not say how it is put back")
            #expect(!platform.volatile.isEmpty || Self.withoutVolatile.contains(name), "\(name) drops nothing")
            #expect(!platform.firmware.isEmpty || Self.withoutFirmware.contains(name), "\(name) hashes nothing")
            let isAnswer = platform.collect.contains { rule in
                if case .command = rule.source { rule.endMarker != nil || rule.leastLines != nil } else { true }
            }
            #expect(isAnswer || Self.withoutComplete.contains(name), "\(name) does not say when an answer is complete")
        }
    }

    @Test("says of itself in its file what the reader would otherwise assume")
    func saysItself() throws {
        for (name, bytes) in BundledPlatforms.files {
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            for key in ["evidence:", "phi:", "syntax:"] {
                let isExtended = lines.contains { $0.hasPrefix("extends:") }
                #expect(isExtended || lines.contains { $0.hasPrefix(key) }, "\(name) does not say '\(key)'")
            }
        }
    }

    @Test("sends nothing but lines that read or that change the session alone")
    func onlyReads() throws {
        // Words that change a device wherever they stand first. What saves or sets is nothing to collect by.
        let writing: Set<String> = [
            "write", "copy", "commit", "reload", "reboot", "delete", "erase", "format", "configure", "save", "reset",
            "shutdown", "rm", "mv", "dd", "mkfs", "passwd", "kill", "tee",
        ]
        // Only another place on the command line, where some devices keep their `show`; and AOS 6's word for showing.
        let modes: Set<String> = ["configure terminal", "write terminal"]
        for platform in try Cases.bundled.get() {
            for line in PlatformLines(platform).lines {
                #expect(line.effect == .none || line.effect == .session)
                let word = line.text.split(separator: " ").first.map { $0.lowercased() } ?? ""
                let isWriting = writing.contains(word) && !modes.contains(line.text)
                #expect(!isWriting, "\(platform.name) would send '\(line.text)' (\(line.section))")
            }
        }
    }

    @Test("is the same after it was printed in its own language and read again")
    func printedAndRead() throws {
        let platforms = try Cases.bundled.get() + Cases.madeUp.get()
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "platforms-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appending(path: "Inventory/platforms")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for platform in platforms {
            let text = PlatformDocument.tree(of: platform).yaml
            try Data(text.utf8).write(to: place.appending(path: platform.name + ".yaml"))
        }
        let read = try Inventory.readPlatforms(workspace: folder.path())
        for platform in platforms {
            let again = try #require(read.first { $0.name == platform.name })
            #expect(again == platform, "\(platform.name)")
        }
    }
}
