import DeviceInventory
import FoundationEssentials
import Glibc
import SnapshotStore

/// Copies the workspace's keys to where a fire, a thief or an attacker of this machine does not reach them, and back.
package struct KeyExport: Sendable {
    package struct Result: Sendable, Codable {
        /// Such as `collected-2026`, oldest first.
        package var repositories: [String]
        /// The key file for `git-crypt unlock`; nil where only text was asked for.
        package var file: String?
        /// The text for a safe, with every key and the key of fingerprints.
        package var text: String?
    }

    private static let fingerprint = "fingerprint"
    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    /// Writes a key file for git-crypt, and beside it, as `FILE.txt`, all keys as text to be printed.
    /// - Parameters:
    ///   - file: Absolute; nothing may be there yet, nor at `FILE.txt`.
    ///   - repository: Whose key the file gets; nil for the newest repository's.
    package func export(to file: String, repository: String?) async throws(WorkflowError) -> Result {
        // From there it would go to the mirror, to whom it must not.
        guard !file.hasPrefix(workspace.root + "/") else {
            throw .request("\(file) is in the workspace itself: no key was written: give a place on another medium")
        }
        let (store, keys) = try await keys()
        let wanted = repository.map { $0.hasSuffix(".git") ? String($0.dropLast(4)) : $0 }
        guard let chosen = keys.last(where: { wanted == nil || $0.repository == wanted }) else {
            throw .request(
                "there is no encrypted repository '\(wanted ?? "")': there are "
                    + keys.map(\.repository).joined(separator: ", "))
        }
        let text = try block(keys)
        try workspace.audit(
            "store export-key", subject: keys.map(\.repository).joined(separator: " "), details: ["file": file])
        try write(chosen.key.exposed, to: file)
        try write(Array(text.utf8), to: file + ".txt")
        return try await noted(Result(repositories: keys.map(\.repository), file: file, text: file + ".txt"), in: store)
    }

    /// The keys as text, for standard output.
    package func text() async throws(WorkflowError) -> (text: String, result: Result) {
        let (store, keys) = try await keys()
        let text = try block(keys)
        try workspace.audit(
            "store export-key", subject: keys.map(\.repository).joined(separator: " "), details: ["file": "-"])
        return (text, try await noted(Result(repositories: keys.map(\.repository)), in: store))
    }

    /// Puts keys back, from a key file of git-crypt or an exported text.
    /// - Returns: The repositories that can be read again; `fingerprint` for the key of fingerprints.
    package func importKeys(_ bytes: [UInt8]) async throws(WorkflowError) -> [String] {
        let store = try await workspace.storeForWriting()
        var opened: [String] = []
        for (name, exposed) in try parts(of: bytes) {
            if name == Self.fingerprint {
                try workspace.audit("store import-key", subject: Self.fingerprint)
                if try putBackFingerprint(exposed) { opened.append(Self.fingerprint) }
                continue
            }
            let key: GitCryptKey
            do throws(GitCryptKey.Fault) {
                key = try GitCryptKey(parsing: exposed)
            } catch {
                throw .request("\(name): \(error)")
            }
            try workspace.audit("store import-key", subject: "key \(key.name)")
            opened += try await workspace.asking { () throws(StoreError) in try await store.putBack(key) }
        }
        guard !opened.isEmpty else {
            throw .request("none of the repositories in \(workspace.state) was encrypted with this key")
        }
        return opened
    }

    // MARK: Parts

    private func keys() async throws(WorkflowError) -> (SnapshotStore, [StoredKey]) {
        let store = try await workspace.storeForWriting()
        let keys = try await workspace.asking { () throws(StoreError) in try await store.encryptionKeys() }
        guard !keys.isEmpty else { throw .request("nothing in this store is encrypted: there is no key to export") }
        return (store, keys)
    }

    private func noted(_ result: Result, in store: SnapshotStore) async throws(WorkflowError) -> Result {
        try await workspace.asking { () throws(StoreError) in try await store.noteExport(of: result.repositories) }
        return result
    }

    private var fingerprintPath: String { workspace.state + "/keys/fingerprint.key" }

    private func block(_ keys: [StoredKey]) throws(WorkflowError) -> String {
        // Checked, so that no broken file goes into the safe.
        _ = try workspace.fingerprintKey()
        var text = """
            The keys of the Plumbline workspace '\(workspace.settings.workspace)', exported on \(Wording.time(Date())).
            SECRET: whoever has these keys and the store reads every password of every device.
            Print it, put it into a safe, delete the file. 'plumbline store import-key FILE' takes it back.
            Without Plumbline: the second column of a block, without line numbers and checks, decoded by 'base64 -d', is
            the key file; 'git-crypt unlock KEYFILE' in a clone of that repository opens it.


            """
        for key in keys { text += KeyBlock(name: key.repository, exposed: key.key.exposed).text + "\n" }
        do throws(FileTree.Failure) {
            return text + KeyBlock(name: Self.fingerprint, exposed: try FileTree.bytes(of: fingerprintPath)).text
        } catch {
            throw .file(path: error.path, reason: error.reason)
        }
    }

    /// Never over a file: it could be the only copy of another key.
    private func write(_ bytes: [UInt8], to path: String) throws(WorkflowError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "there is a file already: name another" : String(cString: strerror(errno))
            throw .request("\(path): no key was written: \(reason)")
        }
        defer { close(descriptor) }
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(path)
            throw .file(path: path, reason: "the key could not be written (\(reason))")
        }
    }

    private func parts(of bytes: [UInt8]) throws(WorkflowError) -> [(name: String, exposed: [UInt8])] {
        guard bytes.first != 0, let text = String(validating: bytes, as: UTF8.self) else {
            return [("the key file", bytes)]
        }
        do throws(KeyBlock.Fault) {
            return try KeyBlock.blocks(in: text).map { ($0.name, $0.exposed) }
        } catch {
            throw .request("this is neither a key file of git-crypt nor an exported text: \(error)")
        }
    }

    /// - Returns: Whether the workspace has this key of fingerprints now. One that is there stays.
    private func putBackFingerprint(_ exposed: [UInt8]) throws(WorkflowError) -> Bool {
        if let kept = try? FileTree.bytes(of: fingerprintPath) {
            guard kept == exposed else {
                throw .request(
                    "\(fingerprintPath): another key lies there, and was not replaced: under it fingerprints are others; if the "
                        + "one in the file is right, move this one away and import again")
            }
            return true
        }
        do throws(FileTree.Failure) {
            try FileTree.write(exposed, to: fingerprintPath, mode: 0o600)
        } catch {
            throw .file(path: error.path, reason: error.reason)
        }
        _ = try workspace.fingerprintKey()
        return true
    }
}

extension Workspace {
    /// What every run says until the keys are somewhere else too.
    func keyWarning(_ store: SnapshotStore) async -> String? {
        let missing: [String]
        do throws(StoreError) {
            missing = try await store.unexportedKeys()
        } catch {
            return "whether the keys were exported cannot be told: \(error)"
        }
        guard !missing.isEmpty else { return nil }
        return
            "the key of \(missing.joined(separator: ", ")) exists on this machine alone, and without it no copy can be "
            + "restored: 'plumbline store export-key FILE', and put it into a safe"
    }
}
