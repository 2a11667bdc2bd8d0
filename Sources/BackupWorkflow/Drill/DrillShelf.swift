package import ConfigModel
package import FoundationEssentials
import Glibc

/// `var/drills/`: a record for each drill, as JSON, as a page and with its signature; their digests, as `sha256sum -c` takes them;
/// and what is known last of each device.
package struct DrillShelf: Sendable {
    package let folder: String

    package init(state: String) { folder = state + "/drills" }

    package func path(of id: String) -> String { "\(folder)/\(id).json" }
    package func page(of id: String) -> String { "\(folder)/\(id).html" }
    func signature(of id: String) -> String { path(of: id) + ".sig" }
    private var digests: String { folder + "/digests" }
    private var index: String { folder + "/latest" }

    /// Newest first.
    package func ids() -> [String] {
        let names = FileTree.names(in: folder).compactMap { name -> (day: String, number: Int)? in
            guard name.hasSuffix(".json") else { return nil }
            let parts = name.dropLast(5).split(separator: "-")
            guard parts.count == 4, let number = Int(parts[3]) else { return nil }
            return (parts.prefix(3).joined(separator: "-"), number)
        }
        return names.sorted { ($1.day, $1.number) < ($0.day, $0.number) }.map { "\($0.day)-\($0.number)" }
    }

    /// - Parameter name: A drill's id, or `latest`.
    package func id(_ name: String?) throws(WorkflowError) -> String {
        let all = ids()
        guard let found = name == nil || name == "latest" ? all.first : all.first(where: { $0 == name }) else {
            throw .request(
                all.isEmpty
                    ? "there was no drill yet: 'plumbline drill SELECTOR' is one"
                    : "there is no drill '\(name ?? "")': 'plumbline drill list' shows them")
        }
        return found
    }

    package func text(of id: String) throws(WorkflowError) -> [UInt8] {
        do { return try FileTree.bytes(of: path(of: id)) } catch {
            throw .file(path: error.path, reason: error.reason)
        }
    }

    package func record(_ id: String) throws(WorkflowError) -> DrillRecord {
        let text = try text(of: id)
        do { return try Self.decoder.decode(DrillRecord.self, from: Data(text)) } catch {
            throw .integrity("\(path(of: id)) is no record of a drill any more, or of another version")
        }
    }

    // MARK: Keeping

    /// Takes the next number of a day, for a record that is written then.
    func claim(_ day: Date) throws(WorkflowError) -> String {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw .file(path: folder, reason: "it cannot be made")
        }
        let date = String(Wording.time(day).prefix(10))
        var number = (ids().first { $0.hasPrefix(date + "-") }?.split(separator: "-").last.flatMap { Int($0) } ?? 0) + 1
        while true {
            let id = "\(date)-\(number)"
            let descriptor = open(path(of: id), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
            if descriptor >= 0 {
                close(descriptor)
                return id
            }
            guard errno == EEXIST, number < 100_000 else {
                throw .file(path: path(of: id), reason: String(cString: strerror(errno)))
            }
            number += 1
        }
    }

    /// Gives a number back that nothing was written under.
    func release(_ id: String) { unlink(path(of: id)) }

    func keep(_ record: DrillRecord, text: [UInt8], page: String, signature: [UInt8]?) throws(WorkflowError) {
        let page = Array(page.utf8)
        do throws(FileTree.Failure) {
            if let signature { try FileTree.write(signature, to: self.signature(of: record.id), mode: 0o640) }
            try FileTree.write(page, to: self.page(of: record.id), mode: 0o640)
            try FileTree.write(text, to: path(of: record.id), mode: 0o640)
            let lines = "\(sha256(text))  \(record.id).json\n\(sha256(page))  \(record.id).html\n"
            try FileTree.append(Array(lines.utf8), to: digests)
            try remember(record)
        } catch {
            throw .file(path: error.path, reason: error.reason)
        }
    }

    /// The digests that were noted, by file name.
    func notedDigests() -> [String: String] {
        var noted: [String: String] = [:]
        for line in String(decoding: (try? FileTree.bytes(of: digests)) ?? [], as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { noted[String(words[1])] = String(words[0]) }
        }
        return noted
    }

    // MARK: What is known of devices

    /// The last drill of a device.
    package struct Last: Sendable, Hashable {
        package var at: Date
        package var verdict: DrillRecord.Verdict
        package var drill: String
        /// Why not; empty where it could be restored.
        package var reason: String
    }

    /// The last drill of each device: one read of one file, which is made anew from the records where it is gone.
    package func last() -> [DeviceID: Last] {
        if let text = try? FileTree.bytes(of: index) { return Self.parse(text) }
        var last: [DeviceID: Last] = [:]
        for id in ids() {
            guard let record = try? record(id), record.counts else { continue }
            for (device, entry) in Self.entries(record) where last[device] == nil { last[device] = entry }
        }
        return last
    }

    private func remember(_ record: DrillRecord) throws(FileTree.Failure) {
        guard record.counts else { return }
        // Two drills at once do not lose each other's devices.
        let descriptor = open(folder + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        defer { if descriptor >= 0 { close(descriptor) } }
        if descriptor >= 0 { _ = flock(descriptor, LOCK_EX) }
        let last = last().merging(Self.entries(record)) { old, new in old.at > new.at ? old : new }
        let lines = last.sorted { $0.key < $1.key }.map { device, last in
            let reason = printable(last.reason).replacing("\t", with: " ")
            return "\(device)\t\(last.verdict.rawValue)\t\(Wording.time(last.at))\t\(last.drill)\t\(reason)\n"
        }
        try FileTree.write(Array(lines.joined().utf8), to: index, mode: 0o640)
    }

    private static func entries(_ record: DrillRecord) -> [DeviceID: Last] {
        Dictionary(
            record.devices.map { row in
                let reason = row.verdict == .no ? row.reasons.first ?? "" : ""
                return (
                    row.device,
                    Last(at: record.started, verdict: row.verdict, drill: record.id, reason: String(reason.prefix(400)))
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func parse(_ text: [UInt8]) -> [DeviceID: Last] {
        var last: [DeviceID: Last] = [:]
        // Many devices share the time of one drill.
        var times: [ArraySlice<UInt8>: Date] = [:]
        for line in text.split(separator: 0x0A) {
            let words = line.split(separator: 0x09, maxSplits: 4, omittingEmptySubsequences: false)
            func word(_ place: Int) -> String { String(decoding: words[place], as: UTF8.self) }
            guard words.count == 5, let device = DeviceID(word(0)),
                let verdict = DrillRecord.Verdict(rawValue: word(1)),
                let time = times[words[2]] ?? (try? Date(word(2), strategy: .iso8601))
            else { continue }
            times[words[2]] = time
            last[device] = Last(at: time, verdict: verdict, drill: word(3), reason: word(4))
        }
        return last
    }

    static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }()
}
