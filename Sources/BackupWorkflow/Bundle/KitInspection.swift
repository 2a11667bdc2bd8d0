import ConfigModel
import Crypto
import FoundationEssentials

/// What is found out about an archive as it goes by: the digest of every file, and the few files that say what there should be.
actor KitInspection {
    /// Larger ones are not kept: ours are never so large.
    private static let mostKept = 64 << 20

    private(set) var digests: [String: String] = [:]
    private(set) var texts: [String: [UInt8]] = [:]
    private(set) var twice: [String] = []
    private var reading = TarReading()
    private var open: (path: String, left: Int, hash: SHA256, kept: [UInt8]?)?

    var hasEnded: Bool { reading.hasEnded }

    func take(_ piece: [UInt8]) throws(TarReading.Fault) {
        for event in try reading.take(piece) {
            switch event {
            case .entry(let path, let size):
                if digests[path] != nil || open?.path == path { twice.append(path) }
                let isKept =
                    [KitPath.sums, KitPath.signature, KitPath.manifest].contains(path) && size <= Self.mostKept
                open = (path, size, SHA256(), isKept ? [] : nil)
            case .bytes(let bytes):
                open?.hash.update(data: bytes)
                open?.kept? += bytes
                open?.left -= bytes.count
            case .end: break
            }
            closeIfWhole()
        }
    }

    private func closeIfWhole() {
        guard let whole = open, whole.left == 0 else { return }
        digests[whole.path] = hexadecimal(whole.hash.finalize())
        if let kept = whole.kept { texts[whole.path] = kept }
        open = nil
    }

    /// What is not as `SHA256SUMS` says.
    func faults() -> [String] {
        guard hasEnded else { return ["the kit is cut short"] }
        guard let sums = texts[KitPath.sums], let wanted = Self.parsed(sums) else {
            return ["there is no \(KitPath.sums) in it that can be read"]
        }
        var faults = twice.map { "\(printable($0)) is in it twice" }
        for (path, digest) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let found = digests[path] else {
                faults.append("\(printable(path)) is missing")
                continue
            }
            if found != digest { faults.append("\(printable(path)) is not what was written") }
        }
        let listed = Set(wanted.keys).union([KitPath.sums, KitPath.signature])
        faults += digests.keys.filter { !listed.contains($0) }.sorted().map { "\(printable($0)) was not written by us" }
        return faults
    }

    private static func parsed(_ sums: [UInt8]) -> [String: String]? {
        guard let text = String(validating: sums, as: UTF8.self) else { return nil }
        var wanted: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard line.count > 66, line.prefix(64).allSatisfy(\.isHexDigit), line.dropFirst(64).hasPrefix("  ") else {
                return nil
            }
            wanted[String(line.dropFirst(66))] = String(line.prefix(64))
        }
        return wanted.isEmpty ? nil : wanted
    }
}
