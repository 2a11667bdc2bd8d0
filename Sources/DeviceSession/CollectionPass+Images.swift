import ConfigModel

/// Firmware images to be kept, not only hashed.
extension CollectorRules {
    /// Why the platform cannot give an image.
    package enum Withheld: Sendable, Hashable {
        /// No rule names a file of this path that SFTP, SCP or a command could bring through whole.
        case noFile
        /// The platform says that its images are never read: the link or the device is too slow.
        case neverRead
    }

    /// Whether an image can be read as a file.
    /// - Parameter path: As the facts name it.
    /// - Returns: nil when it can.
    package func withholds(image path: String) -> Withheld? {
        var isNeverRead = false
        for rule in rules.firmware {
            guard file(path, of: rule) != nil else { continue }
            if !rule.isNeverRead { return nil }
            isNeverRead = true
        }
        return isNeverRead ? .neverRead : .noFile
    }

    fileprivate func file(
        _ path: String, of rule: CollectionRules.Firmware
    ) -> (path: DevicePath, methods: [FileMethod])? {
        guard case .files(let glob, let methods) = rule.images, let path = DevicePath(path, foundBy: glob) else {
            return nil
        }
        // What is typed at a command line is text to it: an image would not come through whole.
        let whole = methods.filter { $0 != .shell }
        return whole.isEmpty ? nil : (path, whole)
    }
}

extension DeviceCollector {
    /// Reads one firmware image that a rule of the platform names, and says nothing else to the device but its `ready`.
    /// - Parameters:
    ///   - path: As the facts name it.
    ///   - rules: Those that the collector was made with.
    ///   - restart: Called before each attempt: what has come before it is void.
    /// - Throws: `unsupported` when no rule allows it.
    package func readImage(
        _ path: String, by rules: CollectorRules, limit: Int, from connection: any DeviceConnection,
        until deadline: ContinuousClock.Instant, restart: () -> Void, piece: @escaping DeviceConnection.Piece
    ) async throws(SessionError) {
        let file = rules.rules.firmware.lazy.filter { !$0.isNeverRead }.compactMap { rules.file(path, of: $0) }.first
        guard let file else { throw .unsupported(host: host, what: "way to read the image \(path) as a file") }
        var pass = CollectionPass(self, connection, deadline, nil)
        do throws(SessionError) {
            try await pass.checkReady()
            try await pass.stream(file.path, by: file.methods, limit: limit, restart: restart, piece: piece)
        } catch {
            await pass.abandon()
            throw error
        }
        await pass.leaveShell()
    }
}
