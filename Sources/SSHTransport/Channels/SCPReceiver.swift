/// Receives one file by the protocol of `scp -f`: a line with the size, the bytes, a status byte; each acknowledged by
/// a zero byte. Does no I/O.
struct SCPReceiver {
    enum Event: Equatable {
        case acknowledge
        case size(UInt64)
        case bytes([UInt8])
        case finished
        /// The device says why not.
        case refused(String)
        case damaged(String)
    }

    private enum State { case line([UInt8]), bytes(left: UInt64), status, message([UInt8]), over }
    private var state = State.line([])

    /// What the bytes mean, in order. Nothing more comes after `finished`, `refused` or `damaged`.
    mutating func receive(_ bytes: [UInt8]) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .over: return events
            case .bytes(let left):
                let part = rest.prefix(Int(clamping: left))
                rest = rest.dropFirst(part.count)
                events.append(.bytes(Array(part)))
                let remaining = left - UInt64(part.count)
                state = remaining == 0 ? .status : .bytes(left: remaining)
            case .status: status(rest.removeFirst(), &events)
            case .line(let begun): line(begun, &rest, &events)
            case .message(let begun):
                guard let text = text(begun, &rest, limit: 2048, { .message($0) }) else { continue }
                end(.refused(printable(text, limit: 200)), &events)
            }
        }
        return events
    }

    private mutating func status(_ byte: UInt8, _ events: inout [Event]) {
        switch byte {
        case 0:
            events.append(.acknowledge)
            end(.finished, &events)
        case 1, 2: state = .message([])
        default: end(.damaged("status \(byte) after the bytes"), &events)
        }
    }

    private mutating func line(_ begun: [UInt8], _ rest: inout ArraySlice<UInt8>, _ events: inout [Event]) {
        if begun.isEmpty, let first = rest.first, first == 1 || first == 2 {
            rest = rest.dropFirst()
            state = .message([])
            return
        }
        guard let line = text(begun, &rest, limit: 4096, { .line($0) }) else {
            if case .line(let long) = state, long.count > 4096 { end(.damaged("an endless line"), &events) }
            return
        }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        switch line.first {
        case UInt8(ascii: "T"):
            state = .line([])
            events.append(.acknowledge)
        case UInt8(ascii: "C"):
            guard words.count == 3, let size = UInt64(String(decoding: words[1], as: UTF8.self)), size <= Int64.max
            else {
                return end(.damaged("the line '\(printable(line, limit: 80))'"), &events)
            }
            state = size == 0 ? .status : .bytes(left: size)
            events += [.size(size), .acknowledge]
        case UInt8(ascii: "D"): end(.refused("it is a directory"), &events)
        default: end(.damaged("the line '\(printable(line, limit: 80))'"), &events)
        }
    }

    /// Takes up to the end of the line; nil, and the state as `unfinished` says, while that has not come.
    private mutating func text(
        _ begun: [UInt8], _ rest: inout ArraySlice<UInt8>, limit: Int, _ unfinished: ([UInt8]) -> State
    ) -> [UInt8]? {
        let part = rest.prefix { $0 != UInt8(ascii: "\n") }
        let isWhole = part.endIndex < rest.endIndex
        rest = rest.dropFirst(part.count + (isWhole ? 1 : 0))
        let text = begun + part.prefix(limit + 1)
        if isWhole || (text.count > limit && begun.count > limit) { return text }
        state = unfinished(text)
        return nil
    }

    private mutating func end(_ event: Event, _ events: inout [Event]) {
        state = .over
        events.append(event)
    }
}
