import ConfigModel
import Crypto
import Patterns
import Synchronization

/// Firmware images: each with its digest, taken on the device where it can, else by reading it. An image without a digest
/// says why.
extension CollectionPass {
    /// The largest image that is read to be hashed here; it is never kept.
    private static var imageLimit: Int { 4 << 30 }

    /// One image to be hashed.
    private struct Candidate {
        var name: String
        var file: FoundFile?
        var filling: Filling
    }

    mutating func hashImages(_ rule: CollectionRules.Firmware) async throws(SessionError) {
        let candidates: [Candidate]
        var methods: [FileMethod] = []
        do throws(SessionError) {
            switch rule.images {
            case .files(let glob, let ways):
                methods = ways
                candidates = try await files(matching: glob, by: ways).map {
                    Candidate(name: $0.path.text, file: $0, filling: filling.with(path: $0.path))
                }
            case .list(let name): candidates = try await values(of: name).map { candidate($0, list: name) }
            case .boot(let allow): candidates = try bootImages(allow).map { candidate($0, list: nil) }
            }
        } catch {
            if error.endsConnection { throw error }
            notes.append("firmware \(rule.name) is not assessable: \(error)")
            return
        }
        for candidate in candidates where !facts.images.contains(where: { $0.path == candidate.name }) {
            if let image = try await image(candidate, rule, methods) { facts.images.append(image) }
        }
    }

    private func candidate(_ value: AllowedValue, list: String?) -> Candidate {
        let filling = filling.with(value, for: "image")
        return Candidate(name: value.text, filling: list.map { filling.with(value, for: $0) } ?? filling)
    }

    private mutating func bootImages(_ allow: Pattern) throws(SessionError) -> [AllowedValue] {
        var images: [AllowedValue] = []
        for name in facts.boot {
            let value = try matching { () throws(PatternError) in try AllowedValue(name.utf8, allow: allow) }
            if let value {
                images.append(value)
            } else if try !isBootImage(name), !facts.images.contains(where: { $0.path == name }) {
                facts.images.append(
                    FirmwareImage(path: name, note: "not assessable: its name is not one that the platform may send"))
            }
        }
        return images
    }

    /// Whether one of the platform's rules is about this image.
    private func isBootImage(_ name: String) throws(SessionError) -> Bool {
        for rule in collector.rules.firmware {
            guard case .boot(let allow) = rule.images else { continue }
            let value = try matching { () throws(PatternError) in try AllowedValue(name.utf8, allow: allow) }
            if value != nil { return true }
        }
        return false
    }

    /// - Returns: Nil for a file that turns out not to be there.
    private mutating func image(
        _ candidate: Candidate, _ rule: CollectionRules.Firmware, _ methods: [FileMethod]
    ) async throws(SessionError) -> FirmwareImage? {
        var image = FirmwareImage(path: candidate.name, size: candidate.file?.size, modified: candidate.file?.modified)
        if let known = known(image, rule) {
            image.digest = known
            return image
        }
        do throws(SessionError) {
            let attempt = try await digestOnDevice(of: candidate, by: rule.hash)
            image.digest = attempt.digest
            if image.digest != nil { return image }
            guard let file = candidate.file, !rule.isNeverRead, !attempt.isPutOff else {
                image.note = "not assessable: \(attempt.reason)"
                return image
            }
            let read = try await digestHere(of: file, by: methods)
            image.digest = read.digest
            image.size = image.size ?? read.size
        } catch {
            if error.endsConnection { throw error }
            if candidate.file?.isGuessed == true, error.saysAbsent { return nil }
            image.note = "not assessable: \(error.lastingReason)"
        }
        return image
    }

    /// The digest of last time, while size and time of the file are the same.
    private func known(_ image: FirmwareImage, _ rule: CollectionRules.Firmware) -> ImageDigest? {
        guard let size = image.size, let modified = image.modified else { return nil }
        return collector.knownImages.first { known in
            known.path == image.path && known.size == size && known.modified == modified
                && rule.hashAge.map { known.age < $0 } != false
        }?.digest
    }

    // MARK: on the device

    private struct Attempt {
        var digest: ImageDigest?
        /// Why there is none.
        var reason: String
        /// Until a window is open.
        var isPutOff = false
    }

    private mutating func digestOnDevice(
        of candidate: Candidate, by hashes: [CollectionRules.Firmware.Hash]
    ) async throws(SessionError) -> Attempt {
        var attempt = Attempt(reason: "the platform names no way to hash it")
        for hash in hashes {
            if hash.isHeavy, !collector.inWindow {
                attempt = Attempt(reason: "hashing it loads the device, and no window is open", isPutOff: true)
                continue
            }
            let line = try filled(hash.line, candidate.filling)
            let mode = try place(hash.mode, candidate.filling)
            do throws(SessionError) {
                switch try await reply(to: line, in: mode, as: .look, collector.rules.errors) {
                case .text(let text):
                    attempt.digest = try matching { () throws(PatternError) in try hash.digest(in: text) }
                    if attempt.digest != nil { return attempt }
                    attempt.reason = "'\(line.text)' answered no \(hash.algorithm.rawValue)"
                    let said = mask.shown(Completeness.lastLine(of: text[...]), limit: 80)
                    collector.trace?(.note("\(attempt.reason): it said '\(said)'"))
                case .refused(let error): attempt.reason = error.lastingReason
                }
            } catch {
                if error.endsConnection { throw error }
                attempt.reason = error.lastingReason
            }
        }
        return attempt
    }

    // MARK: here

    private mutating func digestHere(
        of file: FoundFile, by methods: [FileMethod]
    ) async throws(SessionError) -> (digest: ImageDigest?, size: Int) {
        if let size = file.size, size > Self.imageLimit {
            throw .tooLarge(host: host, what: file.path.text, limit: Self.imageLimit)
        }
        // What is typed at a command line is text to it: an image would not come through whole.
        let methods = methods.filter { $0 != .shell }
        let hash = Mutex((SHA256(), 0))
        let limit = Self.imageLimit
        try await stream(file.path, by: methods, limit: limit, restart: { hash.withLock { $0 = (SHA256(), 0) } }) {
            piece throws(SessionError) in
            hash.withLock { state in
                state.0.update(data: piece)
                state.1 += piece.count
            }
        }
        return hash.withLock { (ImageDigest(.sha256, hexadecimal($0.0.finalize())), $0.1) }
    }
}

extension CollectionRules.Firmware {
    /// For a remark.
    fileprivate var name: String {
        switch images {
        case .files(let glob, _): glob.text
        case .list(let name): "of the list '\(name)'"
        case .boot: "of the boot images"
        }
    }
}

extension CollectionRules.Firmware.Hash {
    /// The digest in the device's answer. Without a pattern it is what the first line begins with; GNU marks a name with
    /// escapes by a leading `\`.
    func digest(in text: [UInt8]) throws(PatternError) -> ImageDigest? {
        let digits: ArraySlice<UInt8>
        if let find {
            guard let match = try find.firstMatch(in: text),
                let range = match.groups.count > 1 ? match.groups[1] : match.range
            else { return nil }
            digits = text[range]
        } else {
            guard let line = text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first else { return nil }
            digits = (line.first == 0x5C ? line.dropFirst() : line).prefix { $0 != 0x20 && $0 != 0x09 }
        }
        return String(validating: digits, as: UTF8.self).flatMap { ImageDigest(algorithm, $0) }
    }
}
