import ConfigModel
import Crypto
import SystemPackage

/// What is wrong with the audit log, and where.
package struct AuditFault: Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1; one past the last for what is missing at the end.
    package var line: Int
    package var reason: String

    package var description: String { "audit.jsonl:\(line): \(reason)" }
}

/// What a check of the whole chain has found.
package struct AuditReport: Sendable, Hashable {
    /// At most `AuditCheck.mostFaults`, in the order of lines.
    package var faults: [AuditFault] = []
    /// Worth knowing, and no fault: a clock that went back, a line that a killed process left unfinished.
    package var remarks: [AuditFault] = []
    package var lines = 0
    /// Nil when there is no entry.
    package var head: AuditHead?
    /// Entries after the last one that a commit or the index has recorded: if these were cut off, nobody would know.
    package var unanchored = 0
}

/// A head that was recorded elsewhere, and where.
package struct AuditAnchor: Sendable, Hashable {
    package var head: AuditHead
    /// Such as `commit 3f0c…`.
    package var place: String

    package init(head: AuditHead, place: String) {
        self.head = head
        self.place = place
    }
}

/// Follows the chain from the first line to the last. It keeps one line at a time in memory.
struct AuditCheck {
    static let mostFaults = 1000

    private var report = AuditReport()
    private var anchors: [Int: [AuditAnchor]]
    private let lastAnchored: Int
    private var previous = AuditEntry.noPrevious
    /// The number that the next entry should have.
    private var expected = 1
    /// Whether the line before was itself found out of place: then it is no wonder that the next does not follow it.
    private var isAfterFault = false
    /// The line before, if it is no entry: whether it is forgiven, the next one says.
    private var unreadable: Int?

    init(anchors: [AuditAnchor]) {
        self.anchors = Dictionary(grouping: anchors) { $0.head.sequence }
        lastAnchored = anchors.map(\.head.sequence).max() ?? 0
    }

    /// - Parameters:
    ///   - line: Without its end; nil for one that is too long to be kept.
    ///   - hash: SHA-256 of it.
    mutating func take(_ line: [UInt8]?, hash: String, isClosed: Bool) {
        report.lines += 1
        defer { previous = hash }
        guard let entry = line.flatMap({ AuditEntry(parsing: $0) }) else {
            settle(followedBy: nil)
            if isClosed {
                unreadable = report.lines
            } else {
                remark(report.lines, "it is not finished: a process was ended while it wrote it, or is writing it now")
            }
            return
        }
        settle(followedBy: entry)
        check(entry)
        compare(entry, hash)
        for note in entry.notes ?? [] where note == .clock { remark(report.lines, note.rawValue) }
        report.head = AuditHead(sequence: entry.sequence, hash: hash)
    }

    mutating func finish() -> AuditReport {
        settle(followedBy: nil)
        let last = expected - 1
        if let missed = anchors.keys.max(), missed > last, let anchor = anchors[missed]?.first {
            let missing = missed == last + 1 ? "entry \(missed)" : "entries \(last + 1) to \(missed)"
            fault(
                report.lines + 1,
                "the end was cut off: \(missing) would be next, of which \(anchor.place) knows; look for them in a backup "
                    + "copy of var/")
        }
        report.unanchored = max(0, last - lastAnchored)
        return report
    }

    /// Whether a line that is no entry was left by a killed process: then the entry after it says so, and follows it.
    private mutating func settle(followedBy entry: AuditEntry?) {
        guard let line = unreadable else { return }
        unreadable = nil
        if let entry, entry.notes?.contains(.unfinished) == true, entry.previous == previous {
            remark(line, "it was left unfinished by a process that was ended, and the next entry says so")
        } else {
            fault(line, "it cannot be read as an entry: it was changed or damaged")
            isAfterFault = true
        }
    }

    private mutating func check(_ entry: AuditEntry) {
        let line = report.lines
        let wasFault = isAfterFault
        isAfterFault = false
        if entry.sequence > expected {
            let gap = entry.sequence - expected
            // Of one whose line is damaged, that has been said.
            if !wasFault || gap > 1 {
                let missing = gap == 1 ? "entry \(expected) is" : "entries \(expected) to \(entry.sequence - 1) are"
                fault(line, "\(missing) missing before it")
            }
        } else if entry.sequence < expected {
            fault(line, "entry \(entry.sequence) stands out of order, or twice")
            isAfterFault = true
        } else if entry.previous != previous, !wasFault {
            if line == 1 {
                fault(line, "it is not the first line of the log")
            } else {
                fault(line - 1, "it was changed: the next line does not follow it")
            }
        }
        expected = max(expected, entry.sequence + 1)
    }

    private mutating func compare(_ entry: AuditEntry, _ hash: String) {
        guard let recorded = anchors.removeValue(forKey: entry.sequence) else { return }
        for anchor in recorded where anchor.head.hash != hash {
            fault(report.lines, "entry \(entry.sequence) is not the one that \(anchor.place) knows: it was changed")
        }
    }

    private mutating func fault(_ line: Int, _ reason: String) {
        guard report.faults.count < Self.mostFaults else { return }
        report.faults.append(AuditFault(line: line, reason: reason))
    }

    private mutating func remark(_ line: Int, _ reason: String) {
        guard report.remarks.count < Self.mostFaults else { return }
        report.remarks.append(AuditFault(line: line, reason: reason))
    }
}

extension AuditLog {
    /// Reads the whole log in pieces and follows its chain.
    /// - Parameter anchors: Heads that were recorded elsewhere: without any, a tail that was cut off is not missed.
    /// - Returns: of a log that is missing, an empty report, or a fault when an anchor knows better.
    package func verify(anchors: [AuditAnchor] = []) throws(StoreError) -> AuditReport {
        var check = AuditCheck(anchors: anchors)
        guard try SnapshotStore.isThere(path) else { return check.finish() }
        try StoreError.wrapping(path, "read it") {
            let file = try openForReading()
            defer { try? file.close() }
            try read(file) { check.take($0, hash: $1, isClosed: $2) }
        }
        return check.finish()
    }

    private func read(_ file: FileDescriptor, take: ([UInt8]?, String, Bool) -> Void) throws {
        var line: [UInt8] = []
        var isTooLong = false
        var hasher = SHA256()
        var isOpen = false
        func end(isClosed: Bool) {
            take(isTooLong ? nil : line, hexadecimal(hasher.finalize()), isClosed)
            line.removeAll(keepingCapacity: true)
            isTooLong = false
            hasher = SHA256()
            isOpen = false
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            guard count > 0 else { break }
            var rest = buffer[..<count]
            while let newline = rest.firstIndex(of: 0x0A) {
                add(rest[..<newline])
                end(isClosed: true)
                rest = rest[(newline + 1)...]
            }
            add(rest)
        }
        if isOpen { end(isClosed: false) }

        func add(_ piece: ArraySlice<UInt8>) {
            guard !piece.isEmpty else { return }
            isOpen = true
            piece.withUnsafeBytes { hasher.update(bufferPointer: $0) }
            if line.count + piece.count > AuditLog.longestLine {
                isTooLong = true
                line.removeAll()
            } else if !isTooLong {
                line += piece
            }
        }
    }
}
