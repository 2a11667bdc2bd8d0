import ConfigModel
package import DeviceInventory

/// Brings transcripts and the platforms that they are about together.
package struct TrialBench: Sendable {
    package struct Pair: Sendable {
        package var file: TranscriptFile
        package var platform: PlatformTrial
    }

    private let catalogue: PlatformCatalogue
    private let platform: String?

    /// - Parameter platform: Instead of the one that a transcript names.
    /// - Throws: When there is no such platform.
    package init(catalogue: PlatformCatalogue, platform: String?) throws(WorkflowError) {
        self.catalogue = catalogue
        self.platform = platform
        if let platform { _ = try catalogue.requiredPlatform(named: platform) }
    }

    /// - Throws: When a transcript's platform is not there or cannot be used.
    package func trials(of files: [TranscriptFile]) throws(WorkflowError) -> [Pair] {
        var trials: [String: PlatformTrial] = [:]
        var pairs: [Pair] = []
        for file in files {
            let name = try name(for: file)
            if trials[name] == nil { trials[name] = try PlatformTrial(catalogue.requiredPlatform(named: name)) }
            if let trial = trials[name] { pairs.append(Pair(file: file, platform: trial)) }
        }
        return pairs
    }

    private func name(for file: TranscriptFile) throws(WorkflowError) -> String {
        if let platform { return platform }
        if let name = file.transcript.platform {
            guard catalogue.platform(named: name) != nil else {
                throw .request(
                    "\(file.path): there is no platform '\(name)': 'plumbline platform list' shows those that are there"
                )
            }
            return name
        }
        if let folder = file.folders.first(where: { catalogue.platform(named: $0) != nil }) { return folder }
        throw .request("\(file.path): it names no platform, and neither does a folder above it: say --platform NAME")
    }
}
