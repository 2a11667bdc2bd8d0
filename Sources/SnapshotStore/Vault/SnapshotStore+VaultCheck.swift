import ConfigModel
import FoundationEssentials
import Glibc
import SystemPackage

/// What `verifyVault` found.
package struct VaultCheck: Sendable {
    /// Pointers that were looked at, those of history among them.
    package var images = 0
    /// Bytes that were hashed.
    package var bytes = 0
    package var faults: [VaultFault] = []
}

/// How far a check has come.
package struct VaultProgress: Sendable, Hashable {
    package var done: Int
    package var total: Int
}

extension SnapshotStore {
    /// Hashes every object of the vault again, and compares it with its pointer and its record; also those of images that
    /// were replaced, as long as history names them. An object is read once, however many names it has.
    /// - Parameters:
    ///   - isWanted: Which images; nil for a path that is none of an image.
    ///   - progress: Told after each mebibyte.
    /// - Throws: What makes git's own objects unreadable, and when the task is cancelled.
    package func verifyVault(
        where isWanted: (ImageAddress?) -> Bool = { _ in true }, progress: (VaultProgress) -> Void = { _ in }
    ) throws(StoreError) -> VaultCheck {
        guard let repository, let tip = try repository.tip() else { return VaultCheck() }
        var scan = VaultScan(repository: repository)
        try scan.run(tip: tip, where: isWanted)
        var objects: [LFSPointer: [VaultScan.Pointer]] = [:]
        for pointer in scan.pointers { objects[pointer.pointer, default: []].append(pointer) }
        var check = VaultCheck(images: scan.pointers.count, faults: scan.faults)
        let total = objects.keys.reduce(0) { $0 &+ $1.size }
        let folder = LFSFolder(repository: repository.path)
        for (pointer, names) in objects.sorted(by: { $0.key.digest < $1.key.digest }) {
            let done = check.bytes
            let answer = try VaultObject(path: folder.object(pointer.digest)).compare(with: pointer) { bytes in
                progress(VaultProgress(done: done + bytes, total: total))
            }
            check.bytes += answer.bytes
            for name in names {
                if let (kind, reason) = answer.fault {
                    check.faults.append(name.fault(kind, reason))
                } else if let record = name.record, let (kind, reason) = record.contradiction(answer.digests) {
                    check.faults.append(name.fault(kind, reason))
                }
            }
        }
        check.faults.sort { ($0.path, $0.kind.rawValue) < ($1.path, $1.kind.rawValue) }
        return check
    }
}

extension VaultRecord {
    fileprivate func contradiction(_ found: [ImageDigest]) -> (VaultFault.Kind, String)? {
        for digest in digests + expected where !found.contains(digest) {
            return (
                .record,
                "its record says \(digest.algorithm.rawValue) \(digest.value.prefix(16))…, which the bytes do not have"
            )
        }
        return nil
    }
}

/// An object of the vault on the disk.
private struct VaultObject {
    let path: String

    struct Answer {
        var bytes = 0
        var digests: [ImageDigest] = []
        var fault: (VaultFault.Kind, String)?
    }

    func compare(with pointer: LFSPointer, progress: (Int) -> Void) throws(StoreError) -> Answer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            let error = Errno(rawValue: errno)
            if error == .noSuchFileOrDirectory {
                return Answer(fault: (.missing, "its object \(pointer.digest.prefix(16))… is missing: \(Self.remedy)"))
            }
            return Answer(fault: (.unreadable, "\(path) cannot be opened (\(error)): check its owner and the disk"))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return Answer(fault: (.unreadable, "\(path) is no regular file: \(Self.remedy)"))
        }
        guard status.st_size == pointer.size else {
            return Answer(
                fault: (
                    .size, "its object has \(status.st_size) bytes and its pointer says \(pointer.size): \(Self.remedy)"
                ))
        }
        return try hash(descriptor, pointer, progress)
    }

    private func hash(
        _ descriptor: Int32, _ pointer: LFSPointer, _ progress: (Int) -> Void
    ) throws(StoreError) -> Answer {
        var hasher = ImageHasher()
        var failure: Errno?
        try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer throws(StoreError) in
            while true {
                guard !Task.isCancelled else {
                    throw .inputOutput(path: path, operation: "read it to its end", reason: "it was cancelled")
                }
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count < 0 { failure = Errno(rawValue: errno) }
                guard count > 0 else { return }
                hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                progress(hasher.size)
            }
        }
        var answer = Answer(bytes: hasher.size, digests: hasher.digests)
        if let failure {
            answer.fault = (.unreadable, "\(path) cannot be read (\(failure)): look for disk errors; \(Self.remedy)")
        } else if !answer.digests.contains(where: { $0.algorithm == .sha256 && $0.value == pointer.digest }) {
            answer.fault = (.damaged, "its bytes are not those that were stored: \(Self.remedy)")
        }
        return answer
    }

    private static let remedy =
        "add the same image again ('plumbline firmware add' or 'pull'), or copy it from the mirror"
}
