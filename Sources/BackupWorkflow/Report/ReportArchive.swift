package import ConfigModel
import FoundationEssentials
import Glibc
import SnapshotStore

/// `var/runs/<run>.json`: the reports of the last runs, for `plumbline report`.
package struct ReportArchive: Sendable {
    private let folder: String

    /// So many bytes of reports are kept, and so many reports; the newest always is.
    private static let mostBytes = 64 << 20
    private static let mostReports = 400

    package init(state: String) { folder = state + "/runs" }

    package func path(of run: RunID) -> String { "\(folder)/\(run.text).json" }

    /// Newest first.
    package func runs() -> [RunID] { kept().compactMap { RunID(String($0.name.dropLast(5))) } }

    /// Newest first, by when they were written: ids of one second are in no order.
    private func kept() -> [(name: String, bytes: Int)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let files = names.filter { $0.hasSuffix(".json") }.compactMap {
            name -> (name: String, bytes: Int, time: [Int])? in
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { return nil }
            return (name, Int(status.st_size), [status.st_mtim.tv_sec, status.st_mtim.tv_nsec])
        }
        return files.sorted { left, right in
            left.time == right.time ? left.name > right.name : right.time.lexicographicallyPrecedes(left.time)
        }.map { ($0.name, $0.bytes) }
    }

    func keep(_ report: RunReport) throws(WorkflowError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            try FileTree.write(Array(try encoder.encode(report)) + [0x0A], to: path(of: report.run), mode: 0o640)
        } catch let failure as FileTree.Failure {
            throw .file(path: failure.path, reason: failure.reason)
        } catch {
            throw .file(path: path(of: report.run), reason: "\(error)")
        }
        prune()
    }

    private func prune() {
        var bytes = 0
        for (index, file) in kept().enumerated() {
            bytes += file.bytes
            // What cannot be removed is tried again after the next run.
            if index > 0, bytes > Self.mostBytes || index >= Self.mostReports { unlink("\(folder)/\(file.name)") }
        }
    }

    /// - Parameter run: Nil for the newest.
    /// - Throws: `request` where there is no such report.
    package func report(_ run: RunID?) throws(WorkflowError) -> RunReport {
        guard let run = run ?? runs().first else {
            throw .request("no run has been reported yet: 'plumbline run' makes one")
        }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path(of: run)))
        } catch {
            let known = runs().prefix(3).map(\.text).joined(separator: ", ")
            throw .request(
                "there is no report of run '\(run)'" + (known.isEmpty ? "" : ": the newest are \(known)")
                    + "; reports are kept of the last \(Self.mostReports) runs, and of \(Self.mostBytes >> 20) MiB at most"
            )
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(RunReport.self, from: bytes)
        } catch {
            throw .file(path: path(of: run), reason: "it is no report of this version, or damaged")
        }
    }
}
