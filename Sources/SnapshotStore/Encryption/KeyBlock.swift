import Crypto
import FoundationEssentials

/// A key as text, to be printed and put into a safe: typed in again, a mistake is found and its line named.
///
/// ```
/// -----BEGIN PLUMBLINE KEY collected-2026-----
/// 1: AEdJVENSWVBUS0VZAAAAAgAAAAAAAAABAAAABAAA 9f3a
/// 2: …
/// -----END PLUMBLINE KEY collected-2026-----
/// ```
/// Behind the number of each line 30 bytes in base64 and the first 16 bits of their SHA-256. Without Plumbline the second
/// column, decoded by `base64 -d`, is the key file.
package struct KeyBlock: Sendable {
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case none
        case line(Int)
        case incomplete(String)

        package var description: String {
            switch self {
            case .none: "there is no '-----BEGIN PLUMBLINE KEY …-----' in it"
            case .line(let number): "line \(number) is not as it was exported: look for a mistyped letter in it"
            case .incomplete(let name):
                "the block of \(name) is not complete: lines are missing, or stand in another order"
            }
        }
    }

    /// Such as `collected-2026`, or `fingerprint`.
    package var name: String
    /// The bytes of the key file: secret.
    package var exposed: [UInt8]

    package init(name: String, exposed: [UInt8]) {
        self.name = name
        self.exposed = exposed
    }

    private static let length = 30
    private static let begin = "-----BEGIN PLUMBLINE KEY "
    private static let end = "-----END PLUMBLINE KEY "
    private static let dashes = "-----"

    package var text: String {
        var text = "\(Self.begin)\(name)\(Self.dashes)\n"
        for (index, start) in stride(from: 0, to: exposed.count, by: Self.length).enumerated() {
            let piece = exposed[start..<min(start + Self.length, exposed.count)]
            text += "\(index + 1): \(Data(piece).base64EncodedString()) \(Self.check(piece))\n"
        }
        return text + "\(Self.end)\(name)\(Self.dashes)\n"
    }

    /// Finds every block in a text; what stands between them is passed over.
    package static func blocks(in text: String) throws(Fault) -> [KeyBlock] {
        var blocks: [KeyBlock] = []
        var open: KeyBlock?
        var next = 1
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.drop { $0 == " " }.filter { $0 != "\t" }
            if line.hasPrefix(begin) {
                if let open { throw .incomplete(open.name) }
                open = KeyBlock(name: title(line, begin), exposed: [])
                next = 1
            } else if line.hasPrefix(end) {
                guard let block = open, !block.exposed.isEmpty, title(line, end) == block.name else {
                    throw .incomplete(title(line, end))
                }
                blocks.append(block)
                open = nil
            } else if let block = open, !line.isEmpty {
                guard let bytes = bytes(of: line, number: next) else { throw .line(index + 1) }
                // Only the last line may be shorter.
                guard block.exposed.count == (next - 1) * length else { throw .incomplete(block.name) }
                open?.exposed += bytes
                next += 1
            }
        }
        if let open { throw .incomplete(open.name) }
        guard !blocks.isEmpty else { throw .none }
        return blocks
    }

    private static func title(_ line: String, _ start: String) -> String {
        var name = line.dropFirst(start.count)
        while name.last == "-" || name.last == " " { name.removeLast() }
        return String(name)
    }

    private static func bytes(of line: String, number: Int) -> [UInt8]? {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == "\(number):", let data = Data(base64Encoded: String(words[1])),
            !data.isEmpty, data.count <= length, check(data) == words[2].lowercased()
        else { return nil }
        return Array(data)
    }

    private static func check(_ bytes: some DataProtocol) -> String {
        SHA256.hash(data: bytes).prefix(2).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}

extension GitCryptKey {
    /// Reads a key file, or a text with one key block in it, as a program may deliver it.
    package init(delivered bytes: [UInt8]) throws(Fault) {
        guard bytes.first != 0, let text = String(validating: bytes, as: UTF8.self) else {
            try self.init(parsing: bytes)
            return
        }
        if let blocks = try? KeyBlock.blocks(in: text) {
            guard blocks.count == 1 else { throw .notAKey }
            try self.init(parsing: blocks[0].exposed)
            return
        }
        // A password safe that keeps text alone: the file in base64.
        guard let data = Data(base64Encoded: text.filter { !$0.isWhitespace }) else { throw .notAKey }
        try self.init(parsing: Array(data))
    }
}
