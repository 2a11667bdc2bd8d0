import CLibSSH

/// One channel of a session: its program, and the output that the client's window has not taken yet.
/// Owns libssh's callback table for it; libssh owns the channel and frees it with the session.
final class LabChannel {
    let pointer: OpaquePointer
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>
    private var program: (any ChannelProgram)?
    private var output: [Output] = []
    private var queued = 0
    private var forever: [UInt8]?
    private var ending: Ending?
    /// Until when a dripping device holds back.
    private var heldUntil: ContinuousClock.Instant?
    private(set) var hasTerminal = false
    private(set) var isClosed = false

    private struct Output {
        let whole: [UInt8]
        var rest: ArraySlice<UInt8>
        var isError: Bool
        /// How often the whole comes once more.
        var again = 0
    }

    private enum Ending {
        case finish(Int32?)
        case hangUp
    }

    enum Outcome {
        case goOn
        /// The session is to be dropped without a word.
        case hangUp
    }

    /// How much one turn of the loop writes, so that one session does not starve the others.
    private static let turn = 16
    private static let piece = 32_768
    private static let mostQueued = 256 << 20

    init(pointer: OpaquePointer, callbacks: ssh_channel_callbacks_struct) {
        self.pointer = pointer
        self.callbacks = .allocate(capacity: 1)
        self.callbacks.initialize(to: callbacks)
        self.callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        ssh_set_channel_callbacks(pointer, self.callbacks)
    }

    deinit { callbacks.deallocate() }

    /// Whether a shell, a command or a subsystem was asked for; it can be once.
    var isTaken: Bool { program != nil }
    /// Whether bytes could be written at once if the socket took them.
    var wantsToWrite: Bool {
        heldUntil == nil && !isClosed && (!output.isEmpty || forever != nil || ending != nil)
            && (ssh_channel_window_size(pointer) > 0 || output.isEmpty && forever == nil)
    }

    func gotTerminal() { hasTerminal = true }
    func run(_ program: any ChannelProgram) { self.program = program }

    /// Hands something to the program; the pauses that it asks for go to `pause`.
    func tell(_ deliver: (inout any ChannelProgram) -> [ChannelEffect], pause: (Duration) -> Void) {
        guard ending == nil, !isClosed, var program else { return }
        self.program = nil  // held once only, so that its arrays are changed in place
        let effects = deliver(&program)
        self.program = program
        for effect in effects { perform(effect, pause) }
    }

    private func perform(_ effect: ChannelEffect, _ pause: (Duration) -> Void) {
        guard ending == nil else { return }
        switch effect {
        case .write(let bytes): write(bytes, isError: false)
        case .writeError(let bytes): write(bytes, isError: true)
        case .writeRepeatedly(let bytes, let times): write(bytes, isError: false, times: times)
        case .pause(let duration): pause(duration)
        case .writeForever(let bytes): forever = bytes
        case .finish(let status): ending = .finish(status)
        case .hangUp: ending = .hangUp
        }
    }

    private func write(_ bytes: [UInt8], isError: Bool, times: Int = 1) {
        guard !bytes.isEmpty, times > 0 else { return }
        queued += bytes.count
        output.append(Output(whole: bytes, rest: bytes[...], isError: isError, again: times - 1))
        // A client that asks without end and reads nothing.
        if queued > Self.mostQueued {
            output = []
            ending = .hangUp
        }
    }

    /// The client has closed its side.
    func closed() { isClosed = true }
    func releaseHold() { heldUntil = nil }

    /// Writes what the window takes, and ends the channel when all is written and it is to end.
    /// - Parameter drip: The most bytes at a time, and the pause after each piece; the pause goes to `hold`.
    func pump(
        drip: (bytes: Int, every: Duration)?, isFlushed: () -> Bool, hold: (Duration) -> Void
    ) -> Outcome {
        guard !isClosed else { return .goOn }
        var written = 0
        while heldUntil == nil, written < Self.turn {
            if output.isEmpty, let forever { write(forever, isError: false) }
            guard let (bytes, isError) = output.first.map({ ($0.rest, $0.isError) }) else { return end(isFlushed) }
            let room = min(Int(ssh_channel_window_size(pointer)), Self.piece, drip?.bytes ?? .max)
            guard room > 0, isFlushed() else { return .goOn }
            let count = write(bytes.prefix(room), isError)
            guard count > 0 else { return .goOn }
            consume(count)
            written += 1
            if let drip {
                heldUntil = .now + drip.every
                hold(drip.every)
            }
        }
        return .goOn
    }

    private func write(_ bytes: ArraySlice<UInt8>, _ isError: Bool) -> Int {
        bytes.withUnsafeBytes { bytes in
            let count = UInt32(bytes.count)
            return Int(
                isError
                    ? ssh_channel_write_stderr(pointer, bytes.baseAddress, count)
                    : ssh_channel_write(pointer, bytes.baseAddress, count))
        }
    }

    private func consume(_ count: Int) {
        queued -= count
        output[0].rest.removeFirst(count)
        guard output[0].rest.isEmpty else { return }
        guard output[0].again > 0 else {
            output.removeFirst()
            return
        }
        output[0].again -= 1
        output[0].rest = output[0].whole[...]
        queued += output[0].whole.count
    }

    private func end(_ isFlushed: () -> Bool) -> Outcome {
        switch ending {
        case nil: return .goOn
        case .hangUp: return isFlushed() ? .hangUp : .goOn
        case .finish(let status):
            if let status { ssh_channel_request_send_exit_status(pointer, status) }
            ssh_channel_send_eof(pointer)
            ssh_channel_close(pointer)
            isClosed = true
            return .goOn
        }
    }
}
