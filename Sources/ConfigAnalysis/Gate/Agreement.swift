import ConfigModel

/// Whether two readings of a device, one soon after the other, say the same.
struct Agreement {
    private let platform: Platform
    private let second: Capture

    init(platform: Platform, second: Capture) {
        self.platform = platform
        self.second = second
    }

    /// Whether the artifact is absent from both, or its comparable texts are the same: clocks and salts do not count.
    func isReached(on artifact: ArtifactName, in first: Capture) throws(AnalysisError) -> Bool {
        let readings = [first, second].map { capture in capture.artifacts.first { $0.name == artifact } }
        guard let one = readings[0], let other = readings[1] else { return readings[0] == nil && readings[1] == nil }
        guard other.defects.isEmpty else { return false }
        if one.collected == other.collected { return true }
        guard let device = DeviceID("gate") else { return false }
        var dice = SystemRandomNumberGenerator()
        // A key that nobody keeps: the texts are compared here and nowhere else.
        let key = FingerprintKey(epoch: 0, bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &dice) })
        let normaliser = try Normaliser(platform: platform)
        return try normaliser.comparable(one, device: device, key: key).bytes
            == normaliser.comparable(other, device: device, key: key).bytes
    }
}
