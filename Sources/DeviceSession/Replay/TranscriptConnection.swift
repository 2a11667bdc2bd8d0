package import ConfigModel

/// A transcript in the place of a device. It never waits: where a device would be silent, the deadline of the wait has come
/// at once, so that a whole session takes as long as the work in it.
package actor TranscriptConnection: DeviceConnection {
    /// How the stream of everything that the device says is cut into pieces.
    package enum Cut: Sendable, Hashable {
        /// Each answer in one piece.
        case none
        /// One cut, behind so many bytes of the stream.
        case after(Int)
        case everyByte
    }

    /// More silences than this are no conversation.
    private static let mostSilences = 20_000

    private let transcript: Transcript
    private let device: TranscriptDevice
    private let lineEnds: Transcript.LineEnds
    private let cut: Cut
    private var player: TranscriptPlayer
    private var waiting: [UInt8] = []
    private var taken = 0
    private var silences = 0
    private var shellIsOpen = false
    private var usedCommands: Set<Int> = []
    private var unknownCommands: [String] = []

    /// How many bytes have been received: where a cut can be.
    package private(set) var length = 0
    /// The terminal that was asked for.
    package private(set) var terminal: TerminalRules?
    /// Everything that was typed or run, in order.
    package private(set) var sent: [[UInt8]] = []
    /// Lines that were sent and are no step of the transcript.
    package var unknown: [String] { player.unknown + unknownCommands }

    package init(_ transcript: Transcript, platform: Platform, lineEnds: Transcript.LineEnds, cut: Cut = .none) {
        self.transcript = transcript
        self.lineEnds = lineEnds
        self.cut = cut
        device = TranscriptDevice(transcript, platform: platform)
        player = TranscriptPlayer(device, lineEnds: lineEnds)
    }

    private nonisolated var host: String { "the transcript" }

    package var legacyAlgorithms: [String] { [] }

    package func close() {}

    // MARK: Shell

    package func openShell(
        _ terminal: TerminalRules, until deadline: ContinuousClock.Instant
    ) throws(SessionError) -> any Transport {
        guard transcript.channels.contains(.shell) else { throw .unsupported(host: host, what: "command line") }
        if !shellIsOpen { waiting = player.opening() }
        shellIsOpen = true
        self.terminal = terminal
        return TranscriptShell(connection: self)
    }

    fileprivate func type(_ bytes: [UInt8]) throws(SessionError) {
        guard !player.hasHungUp else { throw .closed(host: host, during: "it was typed to") }
        sent.append(bytes)
        waiting += player.answer(to: bytes)
    }

    fileprivate func next() throws(SessionError) -> [UInt8] {
        if taken < waiting.count { return piece() }
        if player.hasHungUp { return [] }
        silences += 1
        guard silences < Self.mostSilences else {
            throw .closed(host: host, during: "nothing was left to say, however often it was asked")
        }
        throw .timedOut(host: host, during: "it was silent")
    }

    private func piece() -> [UInt8] {
        let count = pieceLength(of: waiting.count - taken)
        let piece = Array(waiting[taken..<taken + count])
        taken += count
        if taken == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            taken = 0
        }
        return piece
    }

    /// How many of the bytes that wait come at once.
    private func pieceLength(of rest: Int) -> Int {
        var count = rest
        switch cut {
        case .none: break
        case .after(let place): if length < place { count = min(rest, place - length) }
        case .everyByte: count = min(1, rest)
        }
        length += count
        return count
    }

    // MARK: Commands

    package func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd {
        let output = device.output(of: command, isTyped: false)
        guard transcript.channels.contains(.exec) || output != nil else {
            throw .unsupported(host: host, what: "channel for commands")
        }
        sent.append(Array(command.utf8))
        if let step = step(of: command) {
            // A file's bytes are what they are.
            let isFile = command.hasPrefix("cat ") || command.hasPrefix("sudo -n cat ")
            let bytes = isFile ? Array(step.answer.utf8) : Wire.bytes(step.answer, lineEnds)
            try await give(bytes, of: command, limit: limit, to: piece)
            return CommandEnd(status: step.status)
        }
        if let output {
            let bytes = output.status == 0 ? Array(output.text.utf8) : []
            try await give(bytes, of: command, limit: limit, to: piece)
            return CommandEnd(errors: output.status == 0 ? [] : Array(output.text.utf8), status: output.status)
        }
        unknownCommands.append(command)
        if let missing = device.missingFile(command) { return CommandEnd(errors: Array(missing.utf8), status: 1) }
        if device.refusesByStatus, transcript.refused == nil {
            return CommandEnd(errors: Array("sh: no such command\n".utf8), status: 127)
        }
        try await give(Wire.bytes(device.refusal, lineEnds), of: command, limit: limit, to: piece)
        return CommandEnd(status: device.refusesByStatus ? 127 : nil)
    }

    private func step(of command: String) -> Transcript.Step? {
        let steps = transcript.steps
        let alike = steps.indices.filter { TranscriptDevice.isSame(steps[$0].send, command) }
        guard let index = alike.first(where: { !usedCommands.contains($0) }) ?? alike.last else { return nil }
        usedCommands.insert(index)
        return steps[index]
    }

    private func give(
        _ bytes: [UInt8], of what: String, limit: Int, to piece: Piece
    ) async throws(SessionError) {
        guard bytes.count <= limit else { throw .tooLarge(host: host, what: what, limit: limit) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = pieceLength(of: rest.count)
            try await piece(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
    }
}

// MARK: - Files

extension TranscriptConnection {
    /// A time that is the same at every visit.
    private static var fileTime: Int { 1_700_000_000 }

    private func files(by method: FileMethod, named name: String) throws(SessionError) -> [String: String] {
        guard let files = transcript.files, !transcript.without.contains(method) else {
            throw .unsupported(host: host, what: name)
        }
        return files
    }

    package func listDirectory(
        _ path: String, until deadline: ContinuousClock.Instant
    ) throws(SessionError) -> [DirectoryEntry] {
        let files = try files(by: .sftp, named: "SFTP")
        let start = path.hasSuffix("/") ? path : path + "/"
        var entries: [String: DirectoryEntry] = [:]
        for (file, text) in files where file.hasPrefix(start) {
            let parts = file.dropFirst(start.count).split(separator: "/", maxSplits: 1)
            guard let name = parts.first.map(String.init) else { continue }
            entries[name] =
                parts.count > 1
                ? DirectoryEntry(name: name, kind: .directory, size: nil)
                : DirectoryEntry(name: name, kind: .file, size: text.utf8.count, modified: Self.fileTime)
        }
        guard !entries.isEmpty else { throw .fileUnavailable(host: host, path: path, reason: "No such file") }
        return entries.values.sorted { $0.name < $1.name }
    }

    package func status(
        of path: String, until deadline: ContinuousClock.Instant
    ) throws(SessionError) -> DirectoryEntry? {
        let files = try files(by: .sftp, named: "SFTP")
        let name = path.split(separator: "/").last.map(String.init) ?? "/"
        if let text = files[path] {
            return DirectoryEntry(name: name, kind: .file, size: text.utf8.count, modified: Self.fileTime)
        }
        let isFolder = path == "/" || files.keys.contains { $0.hasPrefix(path + "/") }
        return isFolder ? DirectoryEntry(name: name, kind: .directory, size: nil) : nil
    }

    package func readFile(
        _ path: String, by method: FileMethod, limit: Int, until deadline: ContinuousClock.Instant,
        piece: @escaping Piece
    ) async throws(SessionError) {
        guard method == .sftp || method == .scp else { throw .unsupported(host: host, what: method.rawValue) }
        let files = try files(by: method, named: method == .sftp ? "SFTP" : "SCP")
        guard let text = files[path] else { throw .fileUnavailable(host: host, path: path, reason: "No such file") }
        try await give(Array(text.utf8), of: path, limit: limit, to: piece)
    }
}

/// The command line of a transcript.
private struct TranscriptShell: Transport {
    let connection: TranscriptConnection

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(SessionError) {
        try await connection.type(bytes)
    }

    func receive(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        try await connection.next()
    }

    func close() async {}
}
