import ArgumentParser
import BackupWorkflow
import ConfigModel
import Glibc

struct FirmwareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware", abstract: "Keeps spare copies of firmware images, and says which are missing.",
        discussion: """
            An image lies in store.git as a Git LFS object, under firmware/PLATFORM/VERSION/IMAGE, with a record of its digests
            and where it came from beside it: any git with git-lfs reads it without Plumbline.
            """,
        subcommands: [FirmwareList.self, FirmwareAdd.self, FirmwarePullCommand.self, FirmwareVerify.self])
}

/// How images and devices are told to people.
enum FirmwareText {
    static func line(_ kept: KeptImage) -> String {
        let name = printable("\(kept.platform) \(kept.version) \(kept.image)")
        let bytes = "\(kept.size) bytes, sha256 \(kept.sha256)"
        switch kept.outcome {
        case .unchanged: return "\(name): was in the vault already, nothing was stored (\(bytes))"
        case .added, .replaced:
            let checked = kept.verified.map(\.rawValue).joined(separator: " and ")
            let verified =
                checked.isEmpty ? "; no digest was given to compare it with" : "; its \(checked) is as expected"
            let replaced = kept.replaced.map { ", in the place of \($0.prefix(16))… (history keeps it)" } ?? ""
            return "\(name): kept (\(bytes)\(verified))\(replaced)"
        }
    }

    /// `sw-a, sw-b and 12 more`.
    static func devices(_ devices: [DeviceID], most: Int = 3) -> String {
        let named = devices.prefix(most).map(\.text).joined(separator: ", ")
        return devices.count > most ? "\(named) and \(devices.count - most) more" : named
    }

    /// `512 B`, `27 kB`, `1.3 GB`, in powers of a thousand.
    static func size(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 999.5 || unit == "GB" {
                let tenths = Int((value * 10).rounded())
                return value < 9.95 && unit != "B"
                    ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
            }
            value /= 1000
        }
        return "\(bytes) B"
    }
}

/// How far something has come, on one line of a terminal.
final class ByteLine: Sendable {
    private let line = OverwrittenLine()

    func show(_ name: String, _ bytes: Int, of total: Int?) {
        line.show(isLast: bytes == total) {
            let whole = total.map { " of \(FirmwareText.size($0))" } ?? ""
            return "\(printable(name)): \(FirmwareText.size(bytes))\(whole)"
        }
    }

    func clear() { line.clear() }
}
