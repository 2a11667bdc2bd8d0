import ConfigModel
import FoundationEssentials
import Glibc

/// Signatures of decisions, by stock `ssh-keygen -Y` (ssh-keygen(1); the format is OpenSSH's PROTOCOL.sshsig): whoever has the
/// file, its `.sig` and `Baselines/allowed_signers` verifies them without Plumbline.
struct SSHSignature: Sendable {
    /// What the signatures are for: one made for another purpose does not hold here.
    var namespace = approvals

    /// Of manifests of approvals, and of waivers.
    static let approvals = "plumbline-approval"

    /// The workspace, as where programs run.
    let folder: String
    /// The file of `ALLOWED SIGNERS` in ssh-keygen(1).
    let signers: String

    struct Fault: Error, Sendable, CustomStringConvertible {
        var description: String
    }

    /// Signs by a private key file, or by the agent where the file is a public key.
    /// - Returns: The armoured signature, for the `.sig`.
    func sign(_ text: [UInt8], key: String) async throws(Fault) -> [UInt8] {
        let ending = try await run(["-Y", "sign", "-f", key, "-n", namespace], input: text, mayAsk: true)
        guard ending.status == 0, ending.output.starts(with: "-----BEGIN SSH SIGNATURE-----".utf8) else {
            throw Fault(description: "'\(printable(key))' signs nothing: \(Self.said(ending))")
        }
        return ending.output
    }

    /// - Parameters:
    ///   - person: Whose key it must be, as `allowed_signers` names him.
    ///   - time: When the key must have been allowed.
    /// - Returns: The fingerprint of the key, `SHA256:…`.
    func verify(_ text: [UInt8], _ signature: [UInt8], by person: String, at time: Date) async throws(Fault) -> String {
        let path =
            FileManager.default.temporaryDirectory.path + "/plumbline-\(getpid())-\(UInt64.random(in: 0 ... .max)).sig"
        do { try FileTree.write(signature, to: path, mode: 0o600) } catch { throw Fault(description: "\(error)") }
        defer { unlink(path) }
        let ending = try await run(
            [
                "-Y", "verify", "-f", signers, "-I", person, "-n", namespace, "-s", path, "-O",
                "verify-time=\(Self.stamp(time))",
            ], input: text)
        guard ending.status == 0 else {
            throw Fault(
                description:
                    "\(Self.said(ending)) (the text or the signature was changed, or the key is not one that \(printable(person)) was "
                    + "allowed to use on \(Day(of: time)))")
        }
        return try Self.key(ending)
    }

    private static func key(_ ending: ProgramRun.Ending) throws(Fault) -> String {
        let words = String(decoding: ending.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let key = words.last(where: { $0.hasPrefix("SHA256:") }) else {
            throw Fault(description: "ssh-keygen names no key: \(said(ending))")
        }
        return String(key)
    }

    /// Whether a signature fits the text, whoever has made it: where nobody says whose key is whose.
    /// - Returns: The fingerprint of the key, `SHA256:…`.
    func fingerprint(_ text: [UInt8], _ signature: [UInt8]) async throws(Fault) -> String {
        let path =
            FileManager.default.temporaryDirectory.path + "/plumbline-\(getpid())-\(UInt64.random(in: 0 ... .max)).sig"
        do { try FileTree.write(signature, to: path, mode: 0o600) } catch { throw Fault(description: "\(error)") }
        defer { unlink(path) }
        let ending = try await run(["-Y", "check-novalidate", "-n", namespace, "-s", path], input: text)
        guard ending.status == 0 else { throw Fault(description: Self.said(ending)) }
        return try Self.key(ending)
    }

    /// Whose key has made a signature, as `allowed_signers` names them.
    func signers(of signature: [UInt8]) async throws(Fault) -> [String] {
        let path =
            FileManager.default.temporaryDirectory.path + "/plumbline-\(getpid())-\(UInt64.random(in: 0 ... .max)).sig"
        do { try FileTree.write(signature, to: path, mode: 0o600) } catch { throw Fault(description: "\(error)") }
        defer { unlink(path) }
        let ending = try await run(["-Y", "find-principals", "-f", signers, "-s", path], input: [])
        guard ending.status == 0 else { throw Fault(description: Self.said(ending)) }
        return String(decoding: ending.output, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    private func run(
        _ arguments: [String], input: [UInt8], mayAsk: Bool = false
    ) async throws(Fault) -> ProgramRun.Ending {
        do throws(ProgramRun.Fault) {
            let ending = try await ProgramRun(
                program: "ssh-keygen", arguments: arguments, variables: ["TZ": "UTC"], folder: folder, input: input,
                mayAsk: mayAsk
            ).run(within: .seconds(mayAsk ? 180 : 20))
            guard ending.status != nil else { throw ProgramRun.Fault(description: "it did not end in time") }
            return ending
        } catch {
            throw Fault(description: "ssh-keygen: \(error)")
        }
    }

    private static func said(_ ending: ProgramRun.Ending) -> String {
        let text = String(decoding: ending.errors + ending.output, as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).last.map { line in
            let words = printable(line.prefix(300))
            return words.hasSuffix(".") ? String(words.dropLast()) : words
        }
        return line ?? "ssh-keygen ended with \(ending.status ?? -1)"
    }

    /// As `verify-time` wants it, in UTC.
    private static func stamp(_ time: Date) -> String { time.formatted(.iso8601).filter(\.isNumber) }
}
