package import ConfigModel
import DeviceInventory
package import FoundationEssentials

/// Something that other programs may want to know of.
package struct HookEvent: Sendable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case runFinished = "run-finished"
        case configChanged = "config-changed"
        case driftDetected = "drift-detected"
        case driftCleared = "drift-cleared"
        case deviceFailed = "device-failed"
        case deviceRecovered = "device-recovered"
        case deviceStale = "device-stale"
        case hostkeyChanged = "hostkey-changed"
        case firmwareMismatch = "firmware-mismatch"
        case quarantined
        case credentialHeld = "credential-held"
        case deviceDeferred = "device-deferred"
        case baselineApproved = "baseline-approved"
        case approvalExpiring = "approval-expiring"
        case waiverExpired = "waiver-expired"
        case restorabilityLost = "restorability-lost"
        case drillOverdue = "drill-overdue"
        case restoreFinished = "restore-finished"
        case storeFault = "store-fault"
        /// Asked before a device is contacted: may veto.
        case beforeCollect = "before-collect"

        /// What it says, in one line.
        package var summary: String {
            switch self {
            case .runFinished: "a run has ended; data holds its counts and what there is to say"
            case .configChanged: "a new version of a device was stored"
            case .driftDetected: "a device has moved from its baseline since the run before"
            case .driftCleared: "a device that had moved is as its baseline again"
            case .deviceFailed: "a device could not be collected, for the first time"
            case .deviceRecovered: "a device that could not be collected was collected again"
            case .deviceStale: "a device's last good copy has become older than its objective"
            case .hostkeyChanged: "a device shows another host key than the one on record"
            case .firmwareMismatch: "an image of a device is not what its baseline has"
            case .quarantined: "a capture was set aside, for a person to look at"
            case .credentialHeld: "devices refused a credential; nobody is asked with it any more"
            case .deviceDeferred: "a device was left alone: its window, a hook, or its own work"
            case .baselineApproved: "versions were approved"
            case .approvalExpiring: "an approval ends soon (not sent by this version)"
            case .waiverExpired: "a waiver has ended (not sent by this version)"
            case .restorabilityLost: "the latest version of a device could not be put back, or not whole"
            case .drillOverdue:
                "the last drill of a device is older than its objective, or it could not be restored there"
            case .restoreFinished: "a restore has ended: restored, undone, or to be looked at"
            case .storeFault: "something that is stored is not as it was"
            case .beforeCollect:
                "a device is about to be contacted: 75 leaves it alone this time, as does a hook that fails"
            }
        }
    }

    /// What the event says beside its envelope. No secret, and no text of a device: paths and counts.
    package struct Details: Sendable, Encodable {
        package struct Finding: Sendable, Encodable {
            package var id: String
            package var `class`: String
            package var severity: String
            package var artifact: String?
            package var path: [String]
            package var summary: String
            /// How many lines of the baseline are gone, and how many it does not have.
            package var missing: Int
            package var extra: Int

            init(_ finding: ConfigModel.Finding) {
                id = finding.id
                `class` = finding.class.rawValue
                severity = finding.severity.rawValue
                artifact = finding.artifact?.text
                path = finding.path
                summary = finding.summary
                missing = finding.missing.count
                extra = finding.extra.count
            }
        }

        package var run: String?
        package var device: String?
        package var group: String?
        package var platform: String?
        package var address: String?
        package var owner: String?
        package var tags: [String]?
        package var version: Int?
        package var previous: Int?
        package var outcome: String?
        package var message: String?
        package var credential: String?
        package var exit: Int?
        package var counts: [String: Int]?
        package var findings: [Finding]?
        package var devices: [String]?
        /// Of store.git.
        package var commit: String?
        /// How long the device's collection took.
        package var seconds: Double?
        /// Where a file is that tells more.
        package var report: String?

        package init() {}
    }

    package var kind: Kind
    /// Invented, to try hooks with.
    package var isTest = false
    package var time: Date
    package var details: Details

    package init(_ kind: Kind, at time: Date, _ details: Details = Details()) {
        self.kind = kind
        self.time = time
        self.details = details
    }

    package var subject: String? { details.device ?? details.credential }

    // MARK: As others read it

    /// A CloudEvents 1.0 document in JSON: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
    package func document(workspace: String) -> [UInt8] {
        struct Envelope: Encodable {
            var specversion = "1.0"
            var id: String
            var source: String
            var type: String
            var subject: String?
            var time: Date
            var datacontenttype = "application/json"
            var data: Details
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let envelope = Envelope(
            id: UUID().uuidString.lowercased(), source: "/plumbline/\(Self.uriPart(workspace))",
            type: "org.plumbline.\(kind.rawValue)", subject: subject, time: time, data: details)
        // Texts, numbers and lists of them: encoding cannot fail.
        return Array((try? encoder.encode(envelope)) ?? Data()) + [0x0A]
    }

    private static func uriPart(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
            if isPlain || byte == 0x2D || byte == 0x2E || byte == 0x5F { return String(UnicodeScalar(byte)) }
            return "%" + hexadecimal([byte]).uppercased()
        }.joined()
    }

    /// What a hook finds in its environment.
    package func variables(workspace: String, root: String) -> [String: String] {
        var variables = [
            "PLUMBLINE_EVENT": kind.rawValue, "PLUMBLINE_WORKSPACE": workspace, "PLUMBLINE_ROOT": root,
            "PLUMBLINE_TIME": Wording.time(time), "PLUMBLINE_PROGRAM": ProgramFile.own,
        ]
        if isTest { variables["PLUMBLINE_TEST"] = "yes" }
        let texts: [(String, String?)] = [
            ("RUN", details.run), ("DEVICE", details.device), ("GROUP", details.group), ("PLATFORM", details.platform),
            ("ADDRESS", details.address), ("OWNER", details.owner), ("VERSION", details.version.map(String.init)),
            ("PREVIOUS", details.previous.map(String.init)), ("OUTCOME", details.outcome),
            ("MESSAGE", details.message.map { printable($0) }), ("CREDENTIAL", details.credential),
            ("EXIT", details.exit.map(String.init)), ("REPORT", details.report),
            ("COMMIT", details.commit), ("SECONDS", details.seconds.map { Wording.number($0) }),
        ]
        for (name, text) in texts { variables["PLUMBLINE_" + name] = text ?? "" }
        return variables
    }
}

extension HookEvent.Details {
    /// Of one device.
    package init(_ device: Device) {
        self.init()
        self.device = device.id.text
        group = device.group
        platform = device.platform
        address = device.address
        owner = device.owner
        tags = device.tags
    }
}
