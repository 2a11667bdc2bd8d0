import CLibSSH2
import ConfigModel
import Glibc

/// The one file that knows libssh2's pointers. Every call is non-blocking: nil means "not yet, try again when bytes
/// have come".

/// Owns a `LIBSSH2_SESSION` and frees it, with the channels it still has. Call it on its wire's event loop only; it may
/// be released anywhere once nothing else can call it.
///
/// `@unchecked Sendable`: one session's actor calls it, or the one thread that this actor lends it to and waits for.
final class SessionHandle: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let wire: Wire

    /// `libssh2_init` is not safe to call twice at a time.
    private static let isInitialised = libssh2_init(0) == 0

    /// The handshake wants a valid descriptor, of which it only sets the non-blocking flag.
    private static let descriptor = open("/dev/null", O_RDWR | O_CLOEXEC)

    static let version = libssh2_version(0).map { String(cString: $0) } ?? "unknown"

    /// What the library can do, asked once.
    static let supported: AlgorithmLists = {
        let session = try? SessionHandle(wire: Wire())
        let algorithms = { (kind: Int32) in session?.supportedAlgorithms(kind) ?? [] }
        return AlgorithmLists(
            keyExchange: algorithms(LIBSSH2_METHOD_KEX), hostKey: algorithms(LIBSSH2_METHOD_HOSTKEY),
            cipher: algorithms(LIBSSH2_METHOD_CRYPT_CS), mac: algorithms(LIBSSH2_METHOD_MAC_CS))
    }()

    init(wire: Wire) throws(LibraryFailure) {
        guard Self.isInitialised,
            let session = libssh2_session_init_ex(
                allocate, release, reallocate, Unmanaged.passUnretained(wire).toOpaque())
        else { throw LibraryFailure(code: LIBSSH2_ERROR_ALLOC, message: "libssh2 could not start") }
        pointer = session
        self.wire = wire
        libssh2_session_set_blocking(session, 0)
        plumbline_set_callbacks(session, receiveFromWire, sendToWire, noteFarewell)
    }

    deinit {
        wire.isDead = true
        libssh2_session_free(pointer)
    }

    private func supportedAlgorithms(_ kind: Int32) -> [String] {
        var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        let count = libssh2_session_supported_algs(pointer, kind, &names)
        guard count > 0, let names else { return [] }
        defer { libssh2_free(pointer, names) }
        return (0..<Int(count)).compactMap { index in names[index].map { String(cString: $0) } }
    }

    /// The result of a call that gives 0, or a negative code.
    private func done(_ code: Int32) throws(LibraryFailure) -> Bool {
        if code >= 0 { return true }
        if code == LIBSSH2_ERROR_EAGAIN { return false }
        throw failure(code)
    }

    fileprivate func failure(_ code: Int32) -> LibraryFailure {
        var text: UnsafeMutablePointer<CChar>?
        var length: Int32 = 0
        libssh2_session_last_error(pointer, &text, &length, 0)
        let bytes = UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : Int(max(0, length)))
        return LibraryFailure(code: code, message: printable(bytes, limit: 200))
    }

    // MARK: handshake

    func prefer(_ lists: AlgorithmLists) throws(LibraryFailure) {
        let preferences: [(Int32, [String])] = [
            (LIBSSH2_METHOD_KEX, lists.keyExchange), (LIBSSH2_METHOD_HOSTKEY, lists.hostKey),
            (LIBSSH2_METHOD_CRYPT_CS, lists.cipher), (LIBSSH2_METHOD_CRYPT_SC, lists.cipher),
            (LIBSSH2_METHOD_MAC_CS, lists.mac), (LIBSSH2_METHOD_MAC_SC, lists.mac),
            (LIBSSH2_METHOD_COMP_CS, ["none"]), (LIBSSH2_METHOD_COMP_SC, ["none"]),
        ]
        for (kind, names) in preferences {
            let code = libssh2_session_method_pref(pointer, kind, names.joined(separator: ","))
            if code != 0 { throw failure(code) }
        }
    }

    func handshake() throws(LibraryFailure) -> Void? {
        try done(libssh2_session_handshake(pointer, Self.descriptor)) ? () : nil
    }

    /// The key that the peer proved to own in the handshake.
    func hostKey() -> HostKey? {
        var length = 0
        var type: Int32 = 0
        guard let key = libssh2_session_hostkey(pointer, &length, &type), length > 0 else { return nil }
        let blob = [UInt8](UnsafeRawBufferPointer(start: key, count: length))
        var reader = WireReader(blob[...])
        guard let name = reader.string() else { return nil }
        return HostKey(algorithm: printable(name, limit: 64), blob: blob)
    }

    /// The algorithms agreed on, each once.
    func negotiated() -> [String] {
        let kinds = [
            LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC,
            LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC,
        ]
        var names: [String] = []
        for kind in kinds {
            guard let name = libssh2_session_methods(pointer, kind).map({ String(cString: $0) }) else { continue }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    // MARK: login

    enum LoginMethods {
        /// The server asks for no proof.
        case noneNeeded
        case offered([String])
    }

    func loginMethods(of user: String) throws(LibraryFailure) -> LoginMethods? {
        if let list = libssh2_userauth_list(pointer, user, UInt32(user.utf8.count)) {
            let names = String(cString: list).split(separator: ",").prefix(32)
            return .offered(names.map { printable($0.utf8, limit: 64) })
        }
        if libssh2_userauth_authenticated(pointer) != 0 { return .noneNeeded }
        return try done(libssh2_session_last_errno(pointer)) ? .offered([]) : nil
    }

    func logIn(_ user: String, password: Secret) throws(LibraryFailure) -> Void? {
        let text = password.exposed
        return try done(
            libssh2_userauth_password_ex(
                pointer, user, UInt32(user.utf8.count), text, UInt32(text.utf8.count), nil)) ? () : nil
    }

    /// Answers come from the wire's `questions`.
    func logInByQuestions(_ user: String) throws(LibraryFailure) -> Void? {
        try done(
            libssh2_userauth_keyboard_interactive_ex(pointer, user, UInt32(user.utf8.count), answerQuestions))
            ? () : nil
    }

    func logIn(_ user: String, key: Secret, passphrase: Secret?) throws(LibraryFailure) -> Void? {
        let text = key.exposed
        return try done(
            libssh2_userauth_publickey_frommemory(
                pointer, user, user.utf8.count, nil, 0, text, text.utf8.count, passphrase?.exposed)) ? () : nil
    }

    /// The signature comes from the wire's `signature`.
    func logIn(_ user: String, agentKey blob: [UInt8]) throws(LibraryFailure) -> Void? {
        var abstract: UnsafeMutableRawPointer? = Unmanaged.passUnretained(wire).toOpaque()
        return try done(
            libssh2_userauth_publickey(pointer, user, blob, blob.count, signLater, &abstract)) ? () : nil
    }

    // MARK: the open session

    func startKeepalive(every seconds: Int) { libssh2_keepalive_config(pointer, 1, UInt32(seconds)) }

    /// Sends a sign of life if one is due.
    func keepAlive() throws(LibraryFailure) {
        var next: Int32 = 0
        _ = try done(libssh2_keepalive_send(pointer, &next))
    }

    func disconnect() { libssh2_session_disconnect_ex(pointer, SSH_DISCONNECT_BY_APPLICATION, "bye", "") }

    func openChannel(window: Int) throws(LibraryFailure) -> ChannelHandle? {
        try channel(
            libssh2_channel_open_ex(
                pointer, "session", 7, UInt32(window), UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT), nil, 0))
    }

    /// A channel to `host:port` as the peer reaches it.
    func openTunnel(to host: String, port: Int) throws(LibraryFailure) -> ChannelHandle? {
        try channel(libssh2_channel_direct_tcpip_ex(pointer, host, Int32(port), "127.0.0.1", 22))
    }

    private func channel(_ opened: OpaquePointer?) throws(LibraryFailure) -> ChannelHandle? {
        if let opened { return ChannelHandle(pointer: opened, session: self) }
        let code = libssh2_session_last_errno(pointer)
        if code == LIBSSH2_ERROR_EAGAIN { return nil }
        throw failure(code)
    }
}

/// Owns a `LIBSSH2_CHANNEL` from its opening to `free`, or to the end of its session, whichever is first.
final class ChannelHandle {
    enum Stream: Int32 { case output = 0, errors = 1 }

    private let pointer: OpaquePointer
    private unowned let session: SessionHandle

    fileprivate init(pointer: OpaquePointer, session: SessionHandle) {
        self.pointer = pointer
        self.session = session
    }

    private func done(_ code: Int32) throws(LibraryFailure) -> Bool {
        if code >= 0 { return true }
        if code == LIBSSH2_ERROR_EAGAIN { return false }
        throw session.failure(code)
    }

    func requestTerminal(_ name: String, columns: Int, rows: Int) throws(LibraryFailure) -> Void? {
        try done(
            libssh2_channel_request_pty_ex(
                pointer, name, UInt32(name.utf8.count), nil, 0, Int32(columns), Int32(rows), 0, 0)) ? () : nil
    }

    /// - Parameter request: `shell`, `exec` with a command line, or `subsystem` with its name.
    func start(_ request: String, _ message: String?) throws(LibraryFailure) -> Void? {
        try done(
            libssh2_channel_process_startup(
                pointer, request, UInt32(request.utf8.count), message, UInt32(message?.utf8.count ?? 0))) ? () : nil
    }

    /// Reads what is there. Nil when nothing is, which may also be the end: see `hasEnded`.
    func read(_ stream: Stream, into buffer: UnsafeMutableRawBufferPointer) throws(LibraryFailure) -> Int? {
        let count = libssh2_channel_read_ex(
            pointer, stream.rawValue, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        if count > 0 { return count }
        if count == 0 || count == Int(LIBSSH2_ERROR_EAGAIN) { return nil }
        throw session.failure(Int32(truncatingIfNeeded: count))
    }

    /// Writes as much as the peer's window takes; nil when that is nothing.
    func write(_ bytes: UnsafeRawBufferPointer) throws(LibraryFailure) -> Int? {
        let count = libssh2_channel_write_ex(
            pointer, 0, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        if count > 0 { return count }
        if count == 0 || count == Int(LIBSSH2_ERROR_EAGAIN) { return nil }
        throw session.failure(Int32(truncatingIfNeeded: count))
    }

    /// The peer has sent all, and all of it was read.
    var hasEnded: Bool { libssh2_channel_eof(pointer) == 1 }

    func sendEnd() throws(LibraryFailure) -> Void? { try done(libssh2_channel_send_eof(pointer)) ? () : nil }

    /// After the peer's end only: exit status and signal come before its close.
    func awaitClose() throws(LibraryFailure) -> Void? { try done(libssh2_channel_wait_closed(pointer)) ? () : nil }

    var exitStatus: Int { Int(libssh2_channel_get_exit_status(pointer)) }

    /// The signal that ended the command, without `SIG`.
    var exitSignal: String? {
        var name: UnsafeMutablePointer<CChar>?
        var length = 0
        let code = libssh2_channel_get_exit_signal(pointer, &name, &length, nil, nil, nil, nil)
        guard code == 0, let name else { return nil }
        defer { free(name) }
        return printable(UnsafeRawBufferPointer(start: name, count: length), limit: 20)
    }

    /// Closes and frees. False when the peer's answer is still missing: try again when bytes have come.
    func close() -> Bool { libssh2_channel_free(pointer) != LIBSSH2_ERROR_EAGAIN }
}

// MARK: callbacks

private func wire(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Wire? {
    abstract?.pointee.map { Unmanaged<Wire>.fromOpaque($0).takeUnretainedValue() }
}

private let allocate:
    @convention(c) (Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> UnsafeMutableRawPointer? = { size, _ in
        malloc(size)
    }

private let reallocate:
    @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?)
        -> UnsafeMutableRawPointer? = { memory, size, _ in realloc(memory, size) }

/// libssh2 reads of a refused login only that it was one. The rest of the message is looked at when its memory is given
/// back: which methods may go on, and whether ours was accepted and is not enough.
private let release:
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Void = {
        memory, abstract in
        if let memory, let wire = wire(abstract), wire.isLoggingIn {
            let bytes = UnsafeRawBufferPointer(start: memory, count: malloc_usable_size(memory))
            if let refusal = LoginRefusal(message: bytes) { wire.refusal = refusal }
        }
        free(memory)
    }

private let receiveFromWire: plumbline_receive = { _, buffer, length, _, abstract in
    guard let buffer, let wire = wire(abstract) else { return 0 }
    return wire.receive(into: buffer, limit: length)
}

private let sendToWire: plumbline_send = { _, buffer, length, _, abstract in
    guard let wire = wire(abstract) else { return -Int(EPIPE) }
    return wire.send(UnsafeRawBufferPointer(start: buffer, count: length))
}

private let noteFarewell: plumbline_disconnect = { _, reason, message, length, _, _, abstract in
    let text = UnsafeRawBufferPointer(start: message, count: message == nil ? 0 : Int(max(0, length)))
    wire(abstract)?.farewell = text.isEmpty ? "reason \(reason)" : printable(text, limit: 200)
}

/// libssh2 frees the answers with `free`.
private let answerQuestions:
    @convention(c) (
        UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
        UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?, UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
        UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Void = { _, _, _, _, count, prompts, responses, abstract in
        guard let wire = wire(abstract), count > 0, let prompts, let responses else { return }
        let questions = (0..<Int(count)).map { index in
            let text = UnsafeRawBufferPointer(start: prompts[index].text, count: Int(prompts[index].length))
            return KeyboardInteractive.Prompt(
                text: printable(text, limit: 80), isHidden: prompts[index].echo == 0)
        }
        let answers = wire.questions.answers(to: questions) ?? []
        for (index, answer) in answers.prefix(Int(count)).enumerated() {
            responses[index].text = strdup(answer)
            responses[index].length = UInt32(answer.utf8.count)
        }
    }

/// Leaves the text to be signed on the wire and asks libssh2 to come again; gives the signature when it is there.
private let signLater:
    @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int>?,
        UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32 = { _, signature, length, text, count, abstract in
        guard let wire = wire(abstract), let signature, let length else { return -1 }
        switch wire.signature {
        case .notAsked:
            wire.signature = .asked([UInt8](UnsafeRawBufferPointer(start: text, count: count)))
            return LIBSSH2_ERROR_EAGAIN
        case .asked: return LIBSSH2_ERROR_EAGAIN
        case .failed: return -1
        case .answered(let bytes):
            guard !bytes.isEmpty, let copy = malloc(bytes.count) else { return -1 }
            copy.copyMemory(from: bytes, byteCount: bytes.count)
            signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
            length.pointee = bytes.count
            return 0
        }
    }
