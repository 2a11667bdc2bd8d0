import CLibSSH
import ConfigModel

// The tables that libssh calls. `userdata` is the session; it outlives libssh's, which it owns. C function pointers capture
// nothing, not even `Self`: hence the free functions.

private func owner(_ data: UnsafeMutableRawPointer?) -> LabSession? {
    data.map { Unmanaged<LabSession>.fromOpaque($0).takeUnretainedValue() }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

private func verdict(_ accepted: Bool) -> Int32 {
    accepted ? Int32(SSH_AUTH_SUCCESS.rawValue) : SSH_AUTH_DENIED.rawValue
}

extension LabSession {
    static var serverCallbacks: ssh_server_callbacks_struct {
        var table = ssh_server_callbacks_struct()
        table.auth_password_function = { _, user, password, data in
            guard let session = owner(data), session.offers(.password) else { return verdict(false) }
            let given = text(password)
            return verdict(session.judge(user: text(user)) { $0.password == given })
        }
        table.auth_pubkey_function = { _, user, key, state, data in
            guard let session = owner(data), session.offers(.publicKey), let key,
                let offered = try? LabKey.publicPart(of: key)
            else { return verdict(false) }
            switch Int32(state) {
            case SSH_PUBLICKEY_STATE_NONE.rawValue:
                return verdict(session.wouldTake(user: text(user), offered))
            case SSH_PUBLICKEY_STATE_VALID.rawValue:
                return verdict(session.judge(user: text(user)) { $0.authorizedKeys.contains(offered) })
            default:
                return verdict(session.judge(user: text(user)) { _ in false })
            }
        }
        table.channel_open_request_session_function = { _, data in owner(data)?.openChannel() }
        return table
    }

    func offers(_ method: LoginMethods) -> Bool { device.with { $0.methods }.contains(method) }

    /// Keyboard-interactive, for which libssh has no callback; 1 asks libssh for its own answer to all else.
    static var messageCallback: @convention(c) (OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 {
        { pointer, message, data in
            guard let session = owner(data), let pointer, let message,
                ssh_message_type(message) == Int32(SSH_REQUEST_AUTH.rawValue),
                ssh_message_subtype(message) == Int32(SSH_AUTH_METHOD_INTERACTIVE),
                session.offers(.keyboardInteractive)
            else { return 1 }
            guard ssh_message_auth_kbdint_is_response(message) == 0 else {
                let answers = ssh_userauth_kbdint_getnanswers(pointer)
                let given = answers == 1 ? text(ssh_userauth_kbdint_getanswer(pointer, 0)) : nil
                guard session.judge(user: session.asked, { given != nil && $0.password == given }) else { return 1 }
                ssh_message_auth_reply_success(message, 0)
                return 0
            }
            // The answer names no user (RFC 4256, section 3.4).
            session.asked = text(ssh_message_auth_user(message))
            session.ask(message)
            return 0
        }
    }

    private func ask(_ message: OpaquePointer) {
        "Password: ".withCString { question in
            var prompts: [UnsafePointer<CChar>?] = [question]
            var echo: [CChar] = [0]
            ssh_message_auth_interactive_request(message, "", "", 1, &prompts, &echo)
        }
    }

    static var channelCallbacks: ssh_channel_callbacks_struct {
        var table = ssh_channel_callbacks_struct()
        table.channel_data_function = { _, channel, bytes, count, isError, data in
            guard let session = owner(data), let channel = session.find(channel), let bytes, isError == 0 else {
                return Int32(count)
            }
            session.note(.data(channel, Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))))
            return Int32(count)
        }
        table.channel_eof_function = { _, channel, data in
            guard let session = owner(data), let channel = session.find(channel) else { return }
            session.note(.endOfInput(channel))
        }
        table.channel_close_function = { _, channel, data in
            guard let session = owner(data), let channel = session.find(channel) else { return }
            session.note(.closed(channel))
        }
        table.channel_pty_request_function = { _, channel, _, _, _, _, _, data in
            guard let channel = owner(data)?.find(channel) else { return -1 }
            channel.gotTerminal()
            return 0
        }
        table.channel_pty_window_change_function = { _, _, _, _, _, _, _ in 0 }
        table.channel_shell_request_function = { _, channel, data in
            guard let session = owner(data) else { return 1 }
            return session.take(channel) { $0.shell() }
        }
        table.channel_exec_request_function = { _, channel, command, data in
            guard let session = owner(data) else { return 1 }
            let command = text(command)
            return session.take(channel) { $0.exec(command) }
        }
        table.channel_subsystem_request_function = { _, channel, name, data in
            guard let session = owner(data), text(name) == "sftp" else { return 1 }
            return session.take(channel) { $0.sftp() }
        }
        return table
    }

    /// 0 when the channel was free and the device has such a program.
    private func take(_ pointer: OpaquePointer?, _ make: (LabSession) -> (any ChannelProgram)?) -> Int32 {
        guard let channel = find(pointer), !channel.isTaken, let program = make(self) else { return 1 }
        channel.run(program)
        note(.started(channel))
        return 0
    }

    private func shell() -> (any ChannelProgram)? {
        switch device.current.system {
        case .ios:
            IOSCommandLine(
                device: device, privileged: login?.privileged ?? false, mayWrite: login?.mayWrite ?? false)
        case .junos: login.map { JunosCommandLine(device: device, login: $0) }
        case .linux: LinuxShell(device: device, user: login?.user ?? "", mayWrite: login?.mayWrite ?? false)
        }
    }

    private func exec(_ command: String) -> (any ChannelProgram)? {
        device.received(command)
        if let login, let sink = SCPSink(command: command, device: device, login: login) { return sink }
        switch device.current.system {
        case .ios:
            return IOSExec(
                command: command, device: device, privileged: login?.privileged ?? false,
                mayWrite: login?.mayWrite ?? false)
        case .junos: return login.map { JunosExec(command: command, device: device, login: $0) }
        case .linux:
            return SCPSource(command: command, device: device)
                ?? LinuxExec(command: command, device: device, mayWrite: login?.mayWrite ?? false)
        }
    }

    private func sftp() -> (any ChannelProgram)? {
        switch device.current.system {
        case .ios: return nil
        case .linux(let system) where !system.hasSFTP: return nil
        case .junos, .linux: return SFTPServer(device: device, mayWrite: login?.mayWrite ?? false)
        }
    }
}
