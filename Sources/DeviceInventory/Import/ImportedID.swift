package import ConfigModel

/// Makes device ids of the names that other tools use.
package struct ImportedID: Sendable {
    private var taken: Set<DeviceID>

    /// - Parameter taken: Ids that are not to be given again.
    init(taken: Set<DeviceID> = []) { self.taken = taken }

    /// The id nearest to a name: in lower case, everything that an id may not hold made a hyphen.
    /// - Returns: nil for a name without a letter or digit of ASCII.
    package static func id(for name: String) -> DeviceID? {
        var text: [UInt8] = []
        for byte in name.utf8.prefix(1024) {
            switch byte {
            case 0x41...0x5A: text.append(byte + 0x20)
            case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): text.append(byte)
            // The bytes of one character of another alphabet, or several blanks, are one gap.
            default: if text.last != UInt8(ascii: "-") { text.append(UInt8(ascii: "-")) }
            }
        }
        let first = text.firstIndex { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        guard let first else { return nil }
        var bytes = text[first...].prefix(63)
        while bytes.last == UInt8(ascii: "-") || bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        return DeviceID(String(decoding: bytes, as: UTF8.self))
    }

    /// As above, with a number behind it where the id is taken already.
    mutating func unique(for name: String, line: Int) -> DeviceID? {
        let wanted = Self.id(for: name) ?? DeviceID("device-\(max(0, line))")
        guard let wanted else { return nil }
        var id = wanted
        var number = 2
        while taken.contains(id) {
            let suffix = "-\(number)"
            guard let next = DeviceID(String(wanted.text.prefix(63 - suffix.utf8.count)) + suffix) else { return nil }
            id = next
            number += 1
        }
        taken.insert(id)
        return id
    }
}
