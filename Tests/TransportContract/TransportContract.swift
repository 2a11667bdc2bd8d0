package import DeviceSession

/// What every `Transport` promises, as checks that each implementation runs against a peer of its own.
///
/// A peer is as simple as a shell script, so that a real SSH server can play it:
///
/// - `.echo` sends `ready` and a line feed once its terminal changes nothing any more, then gives back every byte as it
///   came: `stty raw -echo 2>/dev/null; echo ready; exec cat`
/// - `.farewell` sends a text that begins with `bye`, and ends: `echo bye`
///
/// A factory gives a fresh pipe for each call. Each check takes about a second at most when the promise holds.
package struct TransportContract: Sendable {
    package enum Peer: Sendable { case echo, farewell }

    package typealias Factory = @Sendable (Peer) async throws -> any Transport

    /// One promise each; the raw value is the sentence for a test's name.
    package enum Clause: String, Sendable, CaseIterable, CustomStringConvertible {
        case inOrder = "bytes come back in the order in which they were sent"
        case large = "a send larger than any buffer on the way arrives whole"
        case anyByte = "every byte value passes unchanged"
        case empty = "sending nothing does nothing"
        case usableAfterTimeout = "a receive that times out leaves the pipe usable"
        case pastDeadline = "a receive whose deadline has passed fails at once"
        case waitsNoLonger = "a receive waits until its deadline, and not much longer"
        case emptyAfterEnd = "after the device has closed, receive is empty, and from then on at once"
        case closeWakes = "close wakes a receive that waits, with the error 'closed'"
        case closedReceive = "a receive after close fails at once with 'closed', or is empty"
        case sendAfterClose = "a send after close fails with 'closed'"
        case closeTwice = "close may be called twice"

        package var description: String { rawValue }
    }

    let connect: Factory
    /// How long an answer of a healthy peer may take.
    let patience: Duration

    package init(patience: Duration = .seconds(20), connect: @escaping Factory) {
        self.connect = connect
        self.patience = patience
    }

    /// - Throws: `ContractBreach`, or what the factory throws.
    package func check(_ clause: Clause) async throws {
        let peer: Peer = clause == .emptyAfterEnd ? .farewell : .echo
        let transport = try await connect(peer)
        do {
            if peer == .echo { try await greeting(of: transport, clause) }
            try await check(clause, of: transport)
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
    }

    private func check(_ clause: Clause, of transport: any Transport) async throws {
        switch clause {
        case .inOrder: try await inOrder(transport)
        case .large: try await echoed(Self.bytes(count: 1_000_000), by: transport, clause)
        case .anyByte: try await echoed((0...255).map { UInt8($0) }, by: transport, clause)
        case .empty: try await empty(transport)
        case .usableAfterTimeout: try await usableAfterTimeout(transport)
        case .pastDeadline: try await timesOut(transport, until: .now - .seconds(1), within: .milliseconds(500), clause)
        case .waitsNoLonger: try await waitsNoLonger(transport)
        case .emptyAfterEnd: try await emptyAfterEnd(transport)
        case .closeWakes: try await closeWakes(transport)
        case .closedReceive: try await closedReceive(transport)
        case .sendAfterClose: try await sendAfterClose(transport)
        case .closeTwice: await transport.close()
        }
    }
}

/// A promise that a transport broke.
package struct ContractBreach: Error, CustomStringConvertible {
    package var clause: TransportContract.Clause
    package var what: String

    package var description: String { "broken: \(clause): \(what)" }
}
