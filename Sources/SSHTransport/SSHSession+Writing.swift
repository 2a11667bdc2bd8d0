import ConfigModel
import DeviceSession

/// The chapter on writing files, for restores alone.
extension SSHSession: WritableConnection {
    package func writeFile(
        _ bytes: [UInt8], to path: String, permissions: FilePermissions?, by method: FileMethod,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> Bool {
        switch method {
        case .sftp: return try await upload(bytes, to: path, permissions, until: deadline)
        case .scp:
            try await sendFile(bytes, to: path, mode: permissions?.mode ?? 0o600, until: deadline)
            return false
        case .cat, .sudo, .shell: throw .unsupported(host: host, what: "way to write a file by '\(method.rawValue)'")
        }
    }

    package func replaceFile(
        _ path: String, with new: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        try await demand(.replace(path: path, with: new), path, until: deadline)
    }

    package func removeFile(_ path: String, until deadline: ContinuousClock.Instant) async throws(SessionError) {
        try await demand(.remove(path: path), path, until: deadline)
    }

    // MARK: SFTP

    private func demand(
        _ request: FileRequest, _ path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        try await withFileConversation(until: deadline) { conversation throws(SessionError) in
            let answer = try await self.exchange(request, conversation, until: deadline)
            try self.expectSuccess(answer, path)
        }
    }

    private func upload(
        _ bytes: [UInt8], to path: String, _ permissions: FilePermissions?, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> Bool {
        try await withFileConversation(until: deadline) { conversation throws(SessionError) in
            let opened = try await self.exchange(.createFile(path: path), conversation, until: deadline)
            guard case .handle(let handle) = opened else { throw self.unwritable(path, opened) }
            try await self.write(bytes, to: handle, path, conversation, until: deadline)
            if let permissions {
                try await self.set(permissions, of: handle, path, conversation, until: deadline)
            }
            let synced = try await self.exchange(.sync(handle: handle), conversation, until: deadline)
            var isLasting = true
            if case .status(8, _) = synced { isLasting = false } else { try self.expectSuccess(synced, path) }
            // Some tell only here that the disk is full.
            try self.expectSuccess(try await self.exchange(.close(handle: handle), conversation, until: deadline), path)
            return isLasting
        }
    }

    private func write(
        _ bytes: [UInt8], to handle: [UInt8], _ path: String, _ conversation: FileConversation,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        var place = 0
        while place < bytes.count {
            let end = min(bytes.count, place + Int(FileDownload.pieceLength))
            let request = FileRequest.write(handle: handle, offset: UInt64(place), bytes: bytes[place..<end])
            try expectSuccess(try await exchange(request, conversation, until: deadline), path)
            place = end
        }
    }

    /// The owner only where it is another than ours already: to set it needs rights that the mode does not.
    private func set(
        _ permissions: FilePermissions, of handle: [UInt8], _ path: String, _ conversation: FileConversation,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        if let user = permissions.user, let group = permissions.group {
            let answer = try await exchange(.openAttributes(handle: handle), conversation, until: deadline)
            guard case .attributes(let now) = answer else { throw unwritable(path, answer) }
            let owner = (user: UInt32(truncatingIfNeeded: user), group: UInt32(truncatingIfNeeded: group))
            if now.owner.map({ $0 != owner }) ?? false {
                let request = FileRequest.setOpenAttributes(handle: handle, FileAttributes(owner: owner))
                let answer = try await exchange(request, conversation, until: deadline)
                if case .status(let code, let message) = answer, code != 0 {
                    throw .fileUnwritable(
                        host: host, path: path,
                        reason: "it cannot be given to user \(user) and group \(group): \(Self.reason(code, message))")
                }
            }
        }
        // After the owner, whose change takes set-user-id bits away.
        let mode = FileAttributes(permissions: UInt32(permissions.mode & 0o7777))
        let answer = try await exchange(.setOpenAttributes(handle: handle, mode), conversation, until: deadline)
        try expectSuccess(answer, path)
    }

    private func expectSuccess(_ answer: FileResponse, _ path: String) throws(SessionError) {
        guard case .status(0, _) = answer else { throw unwritable(path, answer) }
    }

    private func unwritable(_ path: String, _ answer: FileResponse) -> SessionError {
        guard case .status(let code, let message) = answer else { return unavailable(path, answer) }
        return .fileUnwritable(host: host, path: path, reason: Self.reason(code, message))
    }

    // MARK: SCP

    private func sendFile(
        _ bytes: [UInt8], to path: String, mode: Int, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        let activity = "writing \(path)"
        let id = try await start("exec", "scp -t \(Self.quoted(path))", called: "SCP", until: deadline)
        defer { drop(id) }
        let name = path.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? "file"
        var sender = SCPSender(bytes, name: name, mode: mode)
        var errors: [UInt8] = []
        while true {
            var events: [SCPSender.Event] = []
            switch try await arrival(on: id, activity, until: deadline) {
            case .output(let bytes): events = sender.receive(bytes)
            case .errors(let bytes): errors += bytes.prefix(max(0, 4096 - errors.count))
            case .end: events = sender.ended().map { [$0] } ?? []
            }
            for event in events {
                switch event {
                case .send(let bytes): try await send(bytes, to: id, until: deadline)
                case .finished:
                    try await finish(id, path, until: deadline)
                    return
                case .refused(let reason):
                    throw try await refusal(reason, errors, id, path, until: deadline)
                }
            }
        }
    }

    private func arrival(
        on id: ChannelID, _ activity: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> Arrival {
        try await until(deadline, activity) { () throws(SessionError) -> Arrival? in try self.poll(id, activity) }
    }

    /// The end of our side ends the program, whose status is the last word.
    private func finish(
        _ id: ChannelID, _ path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        try await endInput(of: id, "writing \(path)", until: deadline)
        let status = try await exitStatus(of: id, until: deadline)
        guard let status, status != 0 else { return }
        throw .fileUnwritable(host: host, path: path, reason: "the transfer ended with status \(status)")
    }

    /// Says that nothing more comes, and waits until the device has nothing more to say.
    private func endInput(
        of id: ChannelID, _ activity: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        try await until(deadline, activity) { () throws(SessionError) -> Void? in
            try self.library(id, activity) { channel throws(LibraryFailure) in try channel.sendEnd() }
        }
        while true {
            if case .end = try await arrival(on: id, activity, until: deadline) { return }
        }
    }

    private func refusal(
        _ reason: String, _ errors: [UInt8], _ id: ChannelID, _ path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> SessionError {
        let text = printable(errors, limit: 200)
        let status = try await exitStatus(of: id, until: deadline)
        if status == 127 || status == 126 { return .unsupported(host: host, what: "SCP (\(text))") }
        return .fileUnwritable(host: host, path: path, reason: text.isEmpty ? reason : text)
    }
}
