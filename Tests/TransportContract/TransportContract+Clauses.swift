import DeviceSession

extension TransportContract {
    func inOrder(_ transport: any Transport) async throws {
        for piece in 0..<50 {
            try await transport.send(Array("piece \(piece)\n".utf8), until: .now + patience)
        }
        let all = (0..<50).map { "piece \($0)\n" }.joined()
        try await expect(Array(all.utf8), from: transport, .inOrder)
    }

    func empty(_ transport: any Transport) async throws {
        try await transport.send([], until: .now + patience)
        try await echoed(Array("after nothing".utf8), by: transport, .empty)
    }

    func usableAfterTimeout(_ transport: any Transport) async throws {
        for round in 1...3 {
            try await timesOut(transport, until: .now + .milliseconds(50), within: .seconds(5), .usableAfterTimeout)
            try await echoed(Array("round \(round)".utf8), by: transport, .usableAfterTimeout)
        }
    }

    func waitsNoLonger(_ transport: any Transport) async throws {
        let begin = ContinuousClock.now
        try await timesOut(transport, until: begin + .milliseconds(200), within: .seconds(5), .waitsNoLonger)
        if ContinuousClock.now - begin < .milliseconds(190) {
            throw ContractBreach(clause: .waitsNoLonger, what: "it gave up before the deadline")
        }
    }

    func emptyAfterEnd(_ transport: any Transport) async throws {
        let deadline = ContinuousClock.now + patience
        var seen: [UInt8] = []
        while true {
            let bytes = try await transport.receive(until: deadline)
            if bytes.isEmpty { break }
            seen += bytes
        }
        guard seen.starts(with: Array("bye".utf8)) else {
            throw ContractBreach(clause: .emptyAfterEnd, what: "the peer's last words are lost: \(shown(seen))")
        }
        let begin = ContinuousClock.now
        for _ in 0..<3 {
            let more = try await transport.receive(until: .now + patience)
            guard more.isEmpty else {
                throw ContractBreach(clause: .emptyAfterEnd, what: "bytes after the end: \(shown(more))")
            }
        }
        guard ContinuousClock.now - begin < .seconds(2) else {
            throw ContractBreach(clause: .emptyAfterEnd, what: "a receive after the end waits")
        }
    }

    func closeWakes(_ transport: any Transport) async throws {
        let begin = ContinuousClock.now
        let deadline = begin + patience
        async let waiting = outcome { () async throws(SessionError) in try await transport.receive(until: deadline) }
        try await Task.sleep(for: .milliseconds(50))
        await transport.close()
        let result = await waiting
        guard case .failure(.closed) = result else {
            throw ContractBreach(clause: .closeWakes, what: "it ended with \(result)")
        }
        guard ContinuousClock.now - begin < patience / 2 else {
            throw ContractBreach(clause: .closeWakes, what: "only the deadline ended it")
        }
    }

    func closedReceive(_ transport: any Transport) async throws {
        await transport.close()
        let begin = ContinuousClock.now
        let deadline = begin + patience
        let result = await outcome { () async throws(SessionError) in try await transport.receive(until: deadline) }
        switch result {
        case .success(let bytes) where bytes.isEmpty: break
        case .failure(.closed): break
        default: throw ContractBreach(clause: .closedReceive, what: "it ended with \(result)")
        }
        guard ContinuousClock.now - begin < patience / 2 else {
            throw ContractBreach(clause: .closedReceive, what: "it waited for its deadline")
        }
    }

    func sendAfterClose(_ transport: any Transport) async throws {
        await transport.close()
        let deadline = ContinuousClock.now + patience
        let result = await outcome { () async throws(SessionError) in
            try await transport.send([0x0A], until: deadline)
            return []
        }
        guard case .failure(.closed) = result else {
            throw ContractBreach(clause: .sendAfterClose, what: "it ended with \(result)")
        }
    }
}

extension TransportContract {
    /// Reads `ready` and the line feed, and nothing after it.
    func greeting(of transport: any Transport, _ clause: Clause) async throws {
        let deadline = ContinuousClock.now + patience
        var seen: [UInt8] = []
        while seen.last != 0x0A {
            let bytes = try await transport.receive(until: deadline)
            guard !bytes.isEmpty else {
                throw ContractBreach(clause: clause, what: "the echo peer closed before it was ready: \(shown(seen))")
            }
            seen += bytes
        }
        let last = seen.filter { $0 != 0x0D }
        guard last.suffix(6).elementsEqual("ready\n".utf8) else {
            throw ContractBreach(clause: clause, what: "the echo peer did not say 'ready' but \(shown(seen))")
        }
    }

    /// Sends and receives at the same time: the peer stops reading when nobody reads what it gives back.
    func echoed(_ bytes: [UInt8], by transport: any Transport, _ clause: Clause) async throws {
        let deadline = ContinuousClock.now + patience
        async let sent: Void = transport.send(bytes, until: deadline)
        try await expect(bytes, from: transport, clause)
        try await sent
    }

    func expect(_ expected: [UInt8], from transport: any Transport, _ clause: Clause) async throws {
        let deadline = ContinuousClock.now + patience
        var seen: [UInt8] = []
        while seen.count < expected.count {
            let bytes = try await transport.receive(until: deadline)
            guard !bytes.isEmpty else {
                throw ContractBreach(
                    clause: clause, what: "the pipe ended after \(seen.count) of \(expected.count) bytes")
            }
            seen += bytes
        }
        guard seen == expected else {
            let place =
                zip(seen, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? expected.count
            throw ContractBreach(
                clause: clause, what: "byte \(place) differs: \(shown(Array(seen.dropFirst(place))))")
        }
    }

    func timesOut(
        _ transport: any Transport, until deadline: ContinuousClock.Instant, within limit: Duration, _ clause: Clause
    ) async throws {
        let begin = ContinuousClock.now
        let result = await outcome { () async throws(SessionError) in try await transport.receive(until: deadline) }
        guard case .failure(.timedOut) = result else {
            throw ContractBreach(clause: clause, what: "with nothing to receive it ended with \(result)")
        }
        guard ContinuousClock.now - begin < limit else {
            throw ContractBreach(clause: clause, what: "it ended only after \(ContinuousClock.now - begin)")
        }
    }

    private func outcome(
        _ body: () async throws(SessionError) -> [UInt8]
    ) async -> Result<[UInt8], SessionError> {
        do throws(SessionError) { return .success(try await body()) } catch { return .failure(error) }
    }

    private func shown(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(60), as: UTF8.self).debugDescription
    }

    static func bytes(count: Int) -> [UInt8] {
        var state: UInt32 = 0x2545_F491
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return UInt8(truncatingIfNeeded: state >> 11)
        }
    }
}
