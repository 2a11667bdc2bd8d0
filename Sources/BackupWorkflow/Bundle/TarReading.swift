import ConfigModel

/// Takes an archive apart while it comes in: pieces go in, entries and their bytes come out. It knows what `TarFormat` writes; all
/// else, such as links, is a fault.
struct TarReading: Sendable {
    enum Event: Sendable, Hashable {
        case entry(path: String, size: Int)
        /// The next bytes of the entry that was told last.
        case bytes([UInt8])
        case end
    }

    struct Fault: Error, Sendable, CustomStringConvertible {
        var description: String
    }

    private enum State: Sendable {
        case header
        /// A pax header of so many bytes, which is about the next entry.
        case pax(Int)
        case content(left: Int, padding: Int)
        case padding(Int)
        case ended
    }

    /// No pax header of ours is longer.
    private static let mostPax = 64 << 10

    private var state = State.header
    private var unread: [UInt8] = []
    private var path: String?
    private var size: Int?
    private var zeroBlocks = 0

    var hasEnded: Bool { if case .ended = state { true } else { false } }

    mutating func take(_ piece: [UInt8]) throws(Fault) -> [Event] {
        unread += piece
        var events: [Event] = []
        var place = 0
        reading: while place < unread.count {
            switch state {
            case .ended: break reading
            case .header:
                guard unread.count - place >= TarFormat.block else { break reading }
                let header = Array(unread[place..<(place + TarFormat.block)])
                place += TarFormat.block
                if let event = try read(header) { events.append(event) }
            case .pax(let count):
                let whole = count + TarFormat.padding(after: count).count
                guard unread.count - place >= whole else { break reading }
                try readPax(Array(unread[place..<(place + count)]))
                place += whole
                state = .header
            case .content(let left, let padding):
                let count = min(left, unread.count - place)
                events.append(.bytes(Array(unread[place..<(place + count)])))
                place += count
                state =
                    left > count
                    ? .content(left: left - count, padding: padding) : padding > 0 ? .padding(padding) : .header
            case .padding(let left):
                let count = min(left, unread.count - place)
                place += count
                state = left > count ? .padding(left - count) : .header
            }
        }
        unread.removeFirst(hasEnded ? unread.count : place)
        if hasEnded, zeroBlocks == 2 {
            zeroBlocks = 0
            events.append(.end)
        }
        return events
    }

    private mutating func read(_ header: [UInt8]) throws(Fault) -> Event? {
        if header.allSatisfy({ $0 == 0 }) {
            zeroBlocks += 1
            if zeroBlocks == 2 { state = .ended }
            return nil
        }
        var summed = header
        for index in 148..<156 { summed[index] = 0x20 }
        guard zeroBlocks == 0, header[257..<262].elementsEqual("ustar".utf8), let sum = octal(header[148..<156]),
            sum == summed.reduce(0, { $0 + Int($1) }), let told = octal(header[124..<136])
        else { throw Fault(description: "it is no tar archive, or a damaged one") }
        switch header[156] {
        case 0x78:
            guard path == nil, told > 0, told <= Self.mostPax else {
                throw Fault(description: "a header in it is too long")
            }
            state = .pax(told)
            return nil
        case 0x30:
            let prefix = text(header[345..<500])
            let name = try checked(path ?? (prefix.isEmpty ? "" : prefix + "/") + text(header[0..<100]))
            let size = size ?? told
            (path, self.size) = (nil, nil)
            state = size > 0 ? .content(left: size, padding: TarFormat.padding(after: size).count) : .header
            return .entry(path: name, size: size)
        default:
            throw Fault(description: "it holds something else than plain files: \(printable(text(header[0..<100])))")
        }
    }

    private mutating func readPax(_ bytes: [UInt8]) throws(Fault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > 0, length <= rest.count, rest[rest.startIndex + length - 1] == 0x0A,
                space < rest.startIndex + length
            else { throw Fault(description: "a header in it is damaged") }
            let text = String(decoding: rest[(space + 1)..<(rest.startIndex + length - 1)], as: UTF8.self)
            if text.hasPrefix("path=") { path = String(text.dropFirst(5)) }
            if text.hasPrefix("size=") {
                guard let value = Int(text.dropFirst(5)), value >= 0 else {
                    throw Fault(description: "a size in it is none")
                }
                size = value
            }
            rest = rest[(rest.startIndex + length)...]
        }
    }

    /// Whatever unpacks it must stay in its folder.
    private func checked(_ path: String) throws(Fault) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw Fault(description: "it holds a path that leads elsewhere: \(printable(path))")
        }
        return path
    }

    private func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func octal(_ field: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: field.prefix { $0 != 0 }.filter { $0 != 0x20 }, as: UTF8.self), radix: 8)
    }
}
