/// Finds the secrets of an XML text that only its structure shows.
///
/// The text within an element such as `<password>`, however deep and over however many lines; the value of an attribute
/// such as `psk=`; and what goes with a name: `<property name="db.password" value="v"/>`, `<string>password</string>
/// <string>v</string>`. One pass, no recursion, and no XML is too broken: what does not fit is stepped over.
struct XMLSecrets {
    /// Ranges in the text, in order; each lies within one line.
    private(set) var finds: [SecretNet.Find] = []

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// How deep the text at hand stands; levels beyond `deepest` are counted only.
    private var depth = 0
    /// The level of the element of a secret's name that is open, and what kind of secret it says.
    private var secret: (depth: Int, kind: String)?
    /// Of the secret that the next text is, because the last one was its name.
    private var named: (kind: String, tags: Int)?
    /// The element that was opened last.
    private var element = 0..<0

    private static let nameElements = [
        "name", "key", "string", "n", "id", "property", "param", "parameter", "setting", "field", "attribute", "option",
    ]
    private static let valueElements = ["value", "val", "v", "string", "text", "data", "content", "default", "s"]

    static func finds(in bytes: UnsafeBufferPointer<UInt8>) -> [SecretNet.Find] {
        var reader = XMLSecrets(bytes: bytes)
        reader.read()
        return reader.finds
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func read() {
        while position < bytes.count, finds.count <= NormalisingPass.mostSpans {
            let start = position
            position = index(of: UInt8(ascii: "<"), from: start) ?? bytes.count
            text(start..<position)
            guard position < bytes.count else { return }
            if starts("<!--") {
                skip(to: "-->")
            } else if starts("<![CDATA[") {
                let begin = position + 9
                skip(to: "]]>")
                text(begin..<max(begin, position - 3))
            } else if starts("<?") || starts("<!") {
                skip(to: ">")
            } else {
                tag()
            }
        }
    }

    /// Text between two tags.
    private mutating func text(_ range: Range<Int>) {
        let trimmed = trim(range)
        guard !trimmed.isEmpty else { return }
        if let secret {
            find(trimmed, kind: secret.kind)
        } else if let named, isOne(element, of: Self.valueElements) {
            self.named = nil
            find(trimmed, kind: named.kind)
        } else if trimmed.count <= 100, isOne(element, of: Self.nameElements),
            let kind = SecretName.kind(of: bytes[trimmed]), isName(trimmed)
        {
            named = (kind, 0)
        }
    }

    /// One word, as names of settings are; a sentence that ends in such a word is none.
    private func isName(_ range: Range<Int>) -> Bool { !bytes[range].contains { $0 <= 0x20 } }

    private mutating func tag() {
        let isClosing = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "/")
        let begin = position + (isClosing ? 2 : 1)
        guard begin < bytes.count, isNameStart(bytes[begin]) else {
            // A mere `<` in a text.
            position += 1
            return
        }
        position = begin
        let name = word()
        if isClosing {
            depth = max(0, depth - 1)
            if let secret, depth < secret.depth { self.secret = nil }
            element = 0..<0
            position = (index(of: UInt8(ascii: ">"), from: position) ?? bytes.count - 1) + 1
            return
        }
        let (isEmpty, attributeKind) = attributes()
        guard !isEmpty else { return }
        depth += 1
        element = name
        // The value's element follows its name's at once, or after one that says its type.
        if let named { self.named = named.tags < 2 ? (named.kind, named.tags + 1) : nil }
        guard secret == nil, let kind = attributeKind ?? SecretName.kind(of: bytes[name]) else { return }
        secret = (depth, kind)
    }

    /// Reads the attributes up to the end of the tag.
    /// - Returns: Whether the element is empty, `/>`; and the kind of secret that an attribute names it as.
    private mutating func attributes() -> (isEmpty: Bool, kind: String?) {
        var namedKind: String?
        var values: [Range<Int>] = []
        var last: UInt8 = 0
        while position < bytes.count, bytes[position] != UInt8(ascii: ">"), bytes[position] != UInt8(ascii: "<") {
            guard isNameStart(bytes[position]) else {
                last = bytes[position] > 0x20 ? bytes[position] : last
                position += 1
                continue
            }
            let name = word()
            last = 0
            guard let value = attributeValue() else { continue }
            if let kind = SecretName.kind(of: bytes[name]) { find(trim(value), kind: kind) }
            if isOne(name, of: ["name", "key", "id", "property", "param", "n"]) {
                namedKind = namedKind ?? SecretName.kind(of: bytes[value])
            } else if isOne(name, of: ["value", "val", "content", "default"]) {
                values.append(value)
            }
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ">") { position += 1 }
        if let namedKind { values.forEach { find(trim($0), kind: namedKind) } }
        return (last == UInt8(ascii: "/"), namedKind)
    }

    /// `= "v"` behind an attribute's name.
    private mutating func attributeValue() -> Range<Int>? {
        var place = position
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else { return nil }
        place += 1
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
        position = place
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'") else {
            return nil
        }
        // A value has no `<`: a missing quote does not swallow the text.
        var end = place + 1
        while end < bytes.count, bytes[end] != bytes[place], bytes[end] != UInt8(ascii: "<") { end += 1 }
        position = end < bytes.count && bytes[end] == bytes[place] ? end + 1 : end
        return place + 1..<end
    }

    /// A secret, line by line.
    private mutating func find(_ range: Range<Int>, kind: String) {
        // One digit is a switch.
        guard range.count > 1 || range.contains(where: { !SecretValue.isNumber(bytes[$0...$0]) }),
            SecretValue.isSecret(bytes[range].prefix(4096), inProse: false)
        else { return }
        var start = range.lowerBound
        while start < range.upperBound, finds.count <= NormalisingPass.mostSpans {
            let end = index(of: 0x0A, from: start, to: range.upperBound) ?? range.upperBound
            let line = trim(start..<end)
            if !line.isEmpty { finds.append(SecretNet.Find(range: line, kind: kind)) }
            start = end + 1
        }
    }
}

extension XMLSecrets {
    private mutating func word() -> Range<Int> {
        let start = position
        while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
        return start..<position
    }

    private func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || (0x30...0x39).contains(byte) || "-.:".utf8.contains(byte)
    }

    private func isOne(_ name: Range<Int>, of words: [String]) -> Bool {
        !name.isEmpty && name.count <= 9
            && words.contains { bytes[name].map(RequiredLiterals.folded).elementsEqual($0.utf8) }
    }

    private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    /// Behind the next `text`, or to the end.
    private mutating func skip(to text: String) {
        let wanted = Array(text.utf8)
        while position < bytes.count, bytes[position] != wanted[0] || !bytes[position...].starts(with: wanted) {
            position += 1
        }
        position = min(bytes.count, position + wanted.count)
    }

    private func index(of byte: UInt8, from start: Int, to end: Int? = nil) -> Int? {
        let end = end ?? bytes.count
        guard start < end else { return nil }
        return bytes[start..<end].firstIndex(of: byte)
    }

    private func trim(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let first = range.first, bytes[first] <= 0x20 { range = range.dropFirst() }
        while let last = range.last, bytes[last] <= 0x20 { range = range.dropLast() }
        return range
    }
}
