/// A configuration of some size, the same for the same device and round in the C program.
enum FleetText {
    static func make(device: Int, round: Int, size: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 &* UInt64(device + 1)
        var text: [UInt8] = []
        text.reserveCapacity(size + 256)
        text += "hostname \(name(device))\n! round \(round)\n".utf8
        var port = 1
        while text.count < size {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let digits = String(state, radix: 16)
            text += "interface GigabitEthernet1/0/\(port)\n description port ".utf8
            text += repeatElement(0x30, count: 16 - digits.utf8.count)
            text += digits.utf8
            text += "\n switchport access vlan \(UInt32(truncatingIfNeeded: state % 4000))\n".utf8
            port += 1
        }
        return text
    }

    /// `dev-00042`
    static func name(_ device: Int) -> String {
        let digits = String(device)
        return "dev-" + String(repeating: "0", count: 5 - digits.count) + digits
    }

    /// `group-003`: a hundred devices each.
    static func group(_ device: Int) -> String {
        let digits = String(device / 100)
        return "group-" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
