/// Finds the secrets of a JSON text (comments allowed) that only its structure shows.
///
/// Strings and numbers below a name such as `password`, users with their passwords (`"RegisteredUsers": {"alice": …}`),
/// and the password of `["https://peer/", "user", "password"]`. One pass, no recursion, and no JSON is too broken: what
/// does not fit is stepped over.
struct JSONSecrets {
    /// Ranges in the text, in order; each lies within one line.
    private(set) var finds: [SecretNet.Find] = []

    private struct Level {
        var isObject: Bool
        /// The kind of everything in it: of an array or object below a secret's name.
        var kind: String?
        /// Direct string members are secrets: a table of users.
        var isUserTable = false
        var name: Range<Int>?
        /// Of the member `value`, after `"name": "password"`.
        var named: String?
        var strings = 0
        var beginsWithURL = false
    }

    /// Deeper levels than this are read as if they were at this depth: no text makes us use more memory.
    private static let deepestLevel = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var levels: [Level] = []

    static func finds(in bytes: UnsafeBufferPointer<UInt8>) -> [SecretNet.Find] {
        var reader = JSONSecrets(bytes: bytes)
        reader.read()
        return reader.finds
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func read() {
        while position < bytes.count, finds.count <= NormalisingPass.mostSpans {
            switch bytes[position] {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "{"): open(isObject: true)
            case UInt8(ascii: "["): open(isObject: false)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                levels.removeLast(levels.isEmpty ? 0 : 1)
                position += 1
            case UInt8(ascii: ","):
                if levels.last?.isObject == true { levels[levels.count - 1].name = nil }
                position += 1
            case UInt8(ascii: "/"): comment()
            case UInt8(ascii: "-"), 0x30...0x39: number()
            default: position += 1
            }
        }
    }

    private mutating func open(isObject: Bool) {
        position += 1
        guard levels.count < Self.deepestLevel else { return }
        var level = Level(isObject: isObject, kind: levels.last?.kind)
        if let name = levels.last?.name {
            let kind = SecretName.kind(of: bytes[name])
            if level.kind == nil, !isObject { level.kind = kind }
            if isObject { level.named = kind }
            level.isUserTable = isObject && Self.isUserTable(bytes[name])
        }
        levels.append(level)
    }

    private mutating func comment() {
        let next = position + 1 < bytes.count ? bytes[position + 1] : 0
        if next == UInt8(ascii: "/") {
            while position < bytes.count, bytes[position] != 0x0A { position += 1 }
        } else if next == UInt8(ascii: "*") {
            position += 2
            while position + 1 < bytes.count,
                bytes[position] != UInt8(ascii: "*") || bytes[position + 1] != UInt8(ascii: "/")
            {
                position += 1
            }
            position += 2
        } else {
            position += 1
        }
    }

    private mutating func string() {
        let start = position + 1
        var end = start
        // A string never passes a line end: a missing quote spoils one line only.
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != 0x0A {
            end += bytes[end] == UInt8(ascii: "\\") && end + 1 < bytes.count && bytes[end + 1] != 0x0A ? 2 : 1
        }
        end = min(end, bytes.count)
        position = min(end + 1, bytes.count)
        // Where the quote is missing the CRs of the line end are no part of it.
        if end < bytes.count, bytes[end] == 0x0A { end = TextLines.withoutReturns(start..<end, in: bytes) }
        value(start..<end, isString: true)
    }

    private mutating func number() {
        let start = position
        while position < bytes.count, "+-.0123456789eE".utf8.contains(bytes[position]) { position += 1 }
        value(start..<position, isString: false)
    }

    private mutating func value(_ range: Range<Int>, isString: Bool) {
        guard !levels.isEmpty else { return }
        let top = levels.count - 1
        if levels[top].isObject, levels[top].name == nil {
            if isString { levels[top].name = range }
            return
        }
        if let kind = kind(of: range, isString: isString), SecretValue.isSecret(bytes[range], inProse: false) {
            finds.append(SecretNet.Find(range: range, kind: kind))
        }
        if levels[top].isObject, isString, let name = levels[top].name,
            Self.isOne(bytes[name], of: ["name", "key", "id"])
        {
            levels[top].named = SecretName.kind(of: bytes[range])
        }
        if !levels[top].isObject {
            if levels[top].strings == 0 { levels[top].beginsWithURL = bytes[range].starts(with: "http".utf8) }
            levels[top].strings += 1
        }
    }

    /// Of what kind of secret the value at hand is; nil when it is none.
    private func kind(of range: Range<Int>, isString: Bool) -> String? {
        guard let level = levels.last else { return nil }
        if let kind = level.kind { return isString || range.count > 1 ? kind : nil }
        if let name = level.name {
            if level.isUserTable { return isString ? "password" : nil }
            if let named = level.named, Self.isOne(bytes[name], of: Self.values) { return named }
            let kind = SecretName.kind(of: bytes[name])
            return isString || range.count > 1 ? kind : nil
        }
        return isString && level.beginsWithURL && level.strings == 2 ? "password" : nil
    }

    private static let values = [
        "value", "val", "text", "data", "encrypted", "cipher", "hash", "clear", "plain", "key",
    ]

    private static func isUserTable(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        isOne(
            name,
            of: ["registeredusers", "credentials", "users", "accounts", "passwords", "secrets", "tokens", "logins"])
    }

    private static func isOne(_ name: Slice<UnsafeBufferPointer<UInt8>>, of words: [String]) -> Bool {
        guard name.count <= 20 else { return false }
        let lower = name.map(RequiredLiterals.folded)
        return words.contains { lower.elementsEqual($0.utf8) }
    }
}
