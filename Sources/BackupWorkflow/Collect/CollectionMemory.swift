import ConfigModel
import FoundationEssentials
import SnapshotStore

/// What earlier collections found out and need not find out again.
struct CollectionMemory: Sendable {
    let known: [DeviceID: DeviceMemory]

    /// The digests that a collection at `now` may rely on.
    func images(of device: DeviceID, now: Date) -> [KnownImage] {
        (known[device]?.images ?? []).map { image in
            // A clock that was put back makes nothing young: it makes nothing old either.
            let age = max(0, now.timeIntervalSince(image.taken))
            return KnownImage(
                path: image.path, size: image.size, modified: image.modified, digest: image.digest,
                age: .milliseconds(Int64(age * 1000)))
        }
    }

    /// What is to be remembered of a device after a good capture of `taken`.
    func memory(after facts: Facts, of device: DeviceID, taken: Date, platform: Platform) -> DeviceMemory {
        let before = Dictionary(
            (known[device]?.images ?? []).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let images = facts.images.compactMap { image -> DeviceMemory.Image? in
            guard let size = image.size, let modified = image.modified, let digest = image.digest else { return nil }
            var memory = DeviceMemory.Image(
                path: image.path, size: size, modified: modified, digest: digest, taken: taken)
            if let old = before[image.path], old.size == size, old.modified == modified, old.digest == digest,
                taken.timeIntervalSince(old.taken) <= platform.hashAge(of: image.path)
            {
                // It was not taken anew.
                memory.taken = old.taken
            }
            return memory
        }
        return DeviceMemory(images: images.sorted { $0.path < $1.path })
    }
}

extension Platform {
    /// How old a digest of this image may become, in seconds.
    fileprivate func hashAge(of path: String) -> Double {
        for rule in firmware {
            guard case .files(let glob, _) = rule.images, PathGlob(glob)?.matches(path: path) == true else { continue }
            return rule.hashAge?.inSeconds ?? .infinity
        }
        return .infinity
    }
}
