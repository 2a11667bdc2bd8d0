package import ConfigModel

extension PolicyBounds {
    /// What is wrong with a value; nil when it lies within the bounds.
    package func fault(of value: String) -> String? {
        switch sort {
        case .number: numberFault(value)
        case .version: versionFault(value)
        case .address: addressFault(value)
        }
    }

    private func numberFault(_ value: String) -> String? {
        guard let number = Double(value) else { return "'\(value)' is no number" }
        if let least = least.flatMap(Double.init), number < least { return "\(value) is less than \(self.least ?? "")" }
        if let most = most.flatMap(Double.init), number > most { return "\(value) is more than \(self.most ?? "")" }
        if let equals = equals.flatMap(Double.init), number != equals { return "\(value) is not \(self.equals ?? "")" }
        return nil
    }

    private func versionFault(_ value: String) -> String? {
        if let least, VersionOrder.isLess(value, least) { return "\(value) is older than \(least)" }
        if let most, VersionOrder.isLess(most, value) { return "\(value) is newer than \(most)" }
        if let equals, value != equals { return "\(value) is not \(equals)" }
        return nil
    }

    private func addressFault(_ value: String) -> String? {
        guard let address = NetworkRange(value) else { return "'\(value)' is no address" }
        if !networks.isEmpty, !networks.contains(where: { NetworkRange($0)?.contains(address) ?? false }) {
            return "\(value) lies in none of \(networks.joined(separator: ", "))"
        }
        if let network = notNetworks.first(where: { NetworkRange($0)?.contains(address) ?? false }) {
            return "\(value) lies in \(network)"
        }
        if let equals, NetworkRange(equals) != address { return "\(value) is not \(equals)" }
        return nil
    }
}

/// Versions as vendors write them: numbers compare as numbers, letters as letters; `15.2(7)E4` is newer than `15.2(7)E3`.
package enum VersionOrder {
    package static func isLess(_ left: String, _ right: String) -> Bool {
        let (one, other) = (parts(left), parts(right))
        for (a, b) in zip(one, other) where a != b {
            switch (Int(a), Int(b)) {
            case (let a?, let b?): if a != b { return a < b }
            // `1.0` is newer than `1.0-rc1`, and a number than a letter.
            case (nil, _?): return true
            case (_?, nil): return false
            case (nil, nil): return a < b
            }
        }
        return one.count < other.count
    }

    private static func parts(_ version: String) -> [String] {
        var parts: [String] = []
        var last: Bool?
        for character in version.lowercased() {
            guard character.isLetter || character.isNumber else {
                last = nil
                continue
            }
            if last == character.isNumber {
                parts[parts.count - 1].append(character)
            } else {
                parts.append(String(character))
            }
            last = character.isNumber
        }
        return parts
    }
}

/// An address or a network, IPv4 or IPv6.
struct NetworkRange: Equatable {
    private let bytes: [UInt8]
    private let bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let bytes = Self.address(String(parts[0])), parts.count <= 2 else { return nil }
        self.bytes = bytes
        guard parts.count == 2 else {
            bits = bytes.count * 8
            return
        }
        guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return nil }
        self.bits = bits
    }

    func contains(_ other: NetworkRange) -> Bool {
        guard bytes.count == other.bytes.count, other.bits >= bits else { return false }
        for bit in 0..<bits where (bytes[bit / 8] ^ other.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 {
            return false
        }
        return true
    }

    private static func address(_ text: String) -> [UInt8]? {
        if text.contains(":") { return sixth(text) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && !parts.contains(nil) ? parts.compactMap { $0 } : nil
    }

    private static func sixth(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false).map { half in
            half.split(separator: ":").map { UInt16($0, radix: 16) }
        }
        let groups = halves.joined()
        guard !groups.contains(nil), text.contains("::") ? groups.count < 8 : groups.count == 8 else { return nil }
        var all = halves[0].compactMap { $0 }
        if halves.count == 2 {
            all += [UInt16](repeating: 0, count: 8 - groups.count) + halves[1].compactMap { $0 }
        }
        return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
