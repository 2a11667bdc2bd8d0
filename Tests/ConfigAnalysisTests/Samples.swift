import ConfigModel

@testable import ConfigAnalysis

/// What the tests of this target share.
enum Samples {
    static let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 42, count: 32))
    static let device = DeviceID("sw-1")!

    static let ios = Platform(
        name: "cisco_ios",
        errors: ["^% (Invalid|Incomplete|Ambiguous)", "^%Error"],
        collect: [
            CollectRule(
                source: .command("show running-config", artifact: "running-config", effect: .none), endMarker: "^end$",
                leastLines: 5)
        ],
        volatile: [
            "^! Last configuration change at ", "^ntp clock-period ", "^Building configuration",
            "^Current configuration",
        ],
        secrets: [
            SecretRule(pattern: #"^snmp-server community (\S+)"#, kind: "community"),
            SecretRule(pattern: #"^enable secret \d+ (\S+)"#, kind: "password"),
            SecretRule(pattern: #"^username \S+ .*(?:password|secret) \d+ (\S+)"#, kind: "password"),
            SecretRule(pattern: #"(?i)wpa2? passphrase (\S+)"#, kind: "psk", resalted: true),
        ],
        syntax: .indented,
        ordered: ["^ip access-list ", "^access-list ", "^route-map "])

    static let linux = Platform(
        name: "linux", collect: [CollectRule(source: .files(glob: "/etc/*.conf", methods: [.sftp]))], syntax: .opaque)

    static let orthanc = Platform(name: "dicom_orthanc", syntax: .json)

    static func platform(_ name: String) -> Platform? {
        [ios, linux, orthanc].first { $0.name == name }
    }

    static func comparable(
        _ text: String, name: ArtifactName = .runningConfig, platform: Platform = ios
    ) throws -> ComparableText {
        try comparable(Array(text.utf8), name: name, platform: platform)
    }

    static func comparable(
        _ bytes: [UInt8], name: ArtifactName = .runningConfig, platform: Platform = ios
    ) throws -> ComparableText {
        try Normaliser(platform: platform).comparable(Artifact(name: name, collected: bytes), device: device, key: key)
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static func drift(
        _ old: String, _ new: String, platform: Platform = ios, name: ArtifactName = .runningConfig
    ) throws -> [Finding] {
        try ConfigAnalysis.drift(
            of: device, actual: ComparableSnapshot(texts: [name: Array(new.utf8)]),
            expected: ComparableSnapshot(texts: [name: Array(old.utf8)]), platform: platform)
    }
}

/// Numbers that look random and are the same at every run (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x2545_F491_4F6C_DD1D &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
