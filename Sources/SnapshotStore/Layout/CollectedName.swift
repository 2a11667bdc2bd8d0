/// The name of a repository of exact bytes: `collected-2026.git`, and after a new key `collected-2026-2.git`.
struct CollectedName: Sendable, Hashable, Comparable, CustomStringConvertible {
    var year: Int
    /// Counted from 1, which the name leaves out.
    var sequence: Int

    private static let prefix = "collected-"
    private static let suffix = ".git"

    init(year: Int, sequence: Int = 1) {
        self.year = year
        self.sequence = sequence
    }

    /// - Returns: nil for every other name: it may come from a file that others have edited.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), text.hasSuffix(Self.suffix), text.utf8.count < 30 else { return nil }
        let parts = text.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
            .split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, first.utf8.count == 4, let year = Self.number(first) else { return nil }
        switch parts.count {
        case 1: self.init(year: year)
        case 2:
            guard parts[1].first != "0", let sequence = Self.number(parts[1]), sequence > 1 else { return nil }
            self.init(year: year, sequence: sequence)
        default: return nil
        }
    }

    /// Without `.git`: what its key is called.
    var stem: String {
        let digits = String(year)
        let padded = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        return Self.prefix + padded + (sequence == 1 ? "" : "-\(sequence)")
    }

    var description: String { stem + Self.suffix }

    var next: CollectedName { CollectedName(year: year, sequence: sequence + 1) }

    static func < (left: CollectedName, right: CollectedName) -> Bool {
        (left.year, left.sequence) < (right.year, right.sequence)
    }

    private static func number(_ digits: some StringProtocol) -> Int? {
        guard !digits.isEmpty, digits.utf8.count <= 6, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}
