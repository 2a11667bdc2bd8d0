package import ConfigModel
import DeviceInventory
import DeviceSession
package import FoundationEssentials
import Glibc
import SystemPackage

/// Texts of a device that nobody speaks SSH with.
package struct Delivery: Sendable {
    /// By artifact; of files by their absolute paths on the device.
    package var texts: [ArtifactName: [UInt8]]
    /// When they were taken from the device.
    package var taken: Date

    package init(texts: [ArtifactName: [UInt8]], taken: Date) {
        self.texts = texts
        self.taken = taken
    }

    /// Reads a folder in which each file is named for its artifact, files of the device below `files/`; or one file.
    /// - Parameters:
    ///   - main: What one file without a name is.
    ///   - limit: The most bytes of one text.
    package static func texts(
        at path: String, as main: ArtifactName, limit: Int
    ) throws(WorkflowError) -> [ArtifactName: [UInt8]] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .request("\(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [main: try contents(of: path, limit: limit)] }
        var texts: [ArtifactName: [UInt8]] = [:]
        try collect(path, below: "", into: &texts, limit: limit)
        return texts
    }

    private static func collect(
        _ path: String, below name: String, into texts: inout [ArtifactName: [UInt8]], limit: Int
    ) throws(WorkflowError) {
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .request("\(path): \(error)")
        }
        for entry in entries.sorted() {
            var status = stat()
            let (file, inner) = ("\(path)/\(entry)", name.isEmpty ? entry : "\(name)/\(entry)")
            // Links are not followed: a delivery is what lies there.
            guard lstat(file, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try collect(file, below: inner, into: &texts, limit: limit)
            } else if status.st_mode & S_IFMT == S_IFREG {
                let artifact = inner.hasPrefix("files/") ? String(inner.dropFirst(5)) : inner
                texts[ArtifactName(artifact)] = try contents(of: file, limit: limit)
            }
            guard texts.count <= 4096 else { throw .request("\(path): it has more than 4096 files") }
        }
    }

    private static func contents(of path: String, limit: Int) throws(WorkflowError) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                var bytes: [UInt8] = []
                while bytes.count <= limit {
                    let piece = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    if piece.isEmpty { return bytes }
                    bytes += piece
                }
                throw WorkflowError.request("\(path): it is larger than \(limit >> 20) MiB ('artifactLimit')")
            }
        } catch let error as WorkflowError {
            throw error
        } catch {
            throw .request("\(path): \(error)")
        }
    }
}

/// The program of `method: { command: … }`: it is run without a shell in the workspace, and leaves the device's texts in the
/// folder `$PLUMBLINE_ARTIFACTS`, a file for each artifact, named for it; or prints the main one.
struct DeliveryProgram: Sendable {
    let words: [String]
    let root: String
    let device: Device
    let limit: Int
    /// What it prints, where it leaves no file.
    let main: ArtifactName?

    /// - Throws: `deliveryFailed`, also when it has not ended by `deadline`: it is ended then, with what it has started.
    func texts(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [ArtifactName: [UInt8]] {
        let folder =
            FileManager.default.temporaryDirectory.path + "/plumbline-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        guard mkdir(folder, 0o700) == 0 else {
            throw failure("no folder can be made for it: \(String(cString: strerror(errno)))")
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let output = try await run(folder, until: deadline)
        var texts: [ArtifactName: [UInt8]] = [:]
        do throws(WorkflowError) {
            texts = try Delivery.texts(at: folder, as: main ?? .runningConfig, limit: limit)
        } catch {
            throw failure("\(error)")
        }
        if texts.isEmpty, !output.isEmpty, let main { texts[main] = output }
        guard !texts.isEmpty else { throw failure("it left no text and printed nothing") }
        return texts
    }

    private func failure(_ reason: String) -> SessionError {
        .deliveryFailed(host: device.id.text, program: words.first ?? "", reason: reason)
    }

    private func run(_ folder: String, until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        var program = words.first ?? ""
        if program.contains("/") {
            if !program.hasPrefix("/") { program = "\(root)/\(program)" }
            if let objection = ProgramFile.objection(to: program) { throw failure(objection) }
        }
        var variables = device.programVariables
        variables["PLUMBLINE_ARTIFACTS"] = folder
        let run = ProgramRun(
            program: program, arguments: Array(words.dropFirst()), variables: variables, folder: root,
            limit: max(limit, 64 << 10))
        let ending: ProgramRun.Ending
        do throws(ProgramRun.Fault) {
            ending = try await run.run(within: max(deadline - .now, .milliseconds(1)))
        } catch {
            throw failure("\(error)")
        }
        guard let status = ending.status else { throw failure("it took longer than the device's time and was ended") }
        guard status == 0 else {
            let words = String(decoding: ending.errors, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(3)
            throw failure(
                "it ended with \(status)" + (words.isEmpty ? "" : " (it says '\(words.joined(separator: "; "))')"))
        }
        guard !ending.isCut else { throw failure("it said more than 'artifactLimit' allows") }
        return ending.output
    }
}

extension Device {
    /// What a program of the workspace is told of a device.
    var programVariables: [String: String] {
        var variables = [
            "PLUMBLINE_DEVICE": id.text, "PLUMBLINE_GROUP": group, "PLUMBLINE_ADDRESS": address,
            "PLUMBLINE_PORT": "\(port)", "PLUMBLINE_PLATFORM": platform,
        ]
        for (name, value) in vars {
            let name = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? Character($0.uppercased()) : "_" }
            variables["PLUMBLINE_VAR_" + String(name)] = value
        }
        return variables
    }
}
