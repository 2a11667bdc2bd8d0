import ConfigModel

/// Compares what a device is with what it was: class `firmware`. The host name stands in the configuration too and is
/// compared there.
struct FactsComparison {
    let device: DeviceID
    let old: Facts
    let new: Facts

    var findings: [Finding] { identity + images }

    private var identity: [Finding] {
        let serials = (old.serials.sorted(), new.serials.sorted())
        return [
            changed("version", old.version, new.version, .major),
            changed("vendor", old.vendor, new.vendor, .major),
            changed("model", old.model, new.model, .major),
            changed(
                "serial number", serials.0.isEmpty ? nil : serials.0.joined(separator: ", "),
                serials.1.isEmpty ? nil : serials.1.joined(separator: ", "), .major),
        ].compactMap(\.self)
    }

    private func changed(_ what: String, _ old: String?, _ new: String?, _ severity: Finding.Severity) -> Finding? {
        guard old != new else { return nil }
        switch (old, new) {
        case (let old?, let new?):
            return finding(severity, ["\(what) \(old)"], ["\(what) \(new)"], "\(what) changed from \(old) to \(new)")
        case (let old?, nil):
            return finding(.warning, ["\(what) \(old)"], [], "\(what) is no longer told by the device: it was \(old)")
        case (nil, let new?):
            return finding(.warning, [], ["\(what) \(new)"], "\(what) is \(new): the baseline does not name one")
        case (nil, nil): return nil
        }
    }

    private var images: [Finding] {
        let before = Dictionary(old.images.map { ($0.path, $0) }) { first, _ in first }
        let after = Dictionary(new.images.map { ($0.path, $0) }) { first, _ in first }
        return Set(before.keys).union(after.keys).sorted().compactMap { path in
            switch (before[path], after[path]) {
            case (let old?, let new?): changed(old, new)
            case (let old?, nil): finding(.warning, [Self.line(old)], [], "image \(path) is gone", path)
            case (nil, let new?): finding(.major, [], [Self.line(new)], "image \(path) is new", path)
            case (nil, nil): nil
            }
        }
    }

    private func changed(_ old: FirmwareImage, _ new: FirmwareImage) -> Finding? {
        let path = old.path
        let lines = ([Self.line(old)], [Self.line(new)])
        switch (old.digest, new.digest) {
        case (let before?, let after?) where before.algorithm != after.algorithm:
            let summary =
                "image \(path) cannot be assessed: its digest was taken by \(before.algorithm.rawValue) and now by "
                + "\(after.algorithm.rawValue)"
            return finding(.warning, lines.0, lines.1, summary, path)
        case (let before?, let after?) where before != after:
            guard self.old.version == self.new.version else {
                return finding(
                    .major, lines.0, lines.1, "image \(path) has another digest, as the version has changed", path)
            }
            let summary =
                "image \(path) has another digest although the version is the same: it was replaced or damaged"
            return finding(.critical, lines.0, lines.1, summary, path)
        case (_?, nil):
            let note = new.note.map { " (\($0))" } ?? ""
            return finding(.warning, lines.0, lines.1, "the digest of image \(path) is not known any more\(note)", path)
        case (nil, _?):
            return finding(
                .warning, lines.0, lines.1, "the digest of image \(path) is known now: the baseline has none", path)
        case (nil, nil) where old.size != nil && new.size != nil && old.size != new.size:
            return finding(.major, lines.0, lines.1, "image \(path) has another size; its digest is not known", path)
        default: return nil
        }
    }

    private static func line(_ image: FirmwareImage) -> String {
        var words = [image.path]
        if let size = image.size { words.append("\(size) bytes") }
        words.append(image.digest?.description ?? "digest unknown")
        return words.joined(separator: ", ")
    }

    private func finding(
        _ severity: Finding.Severity, _ missing: [String], _ extra: [String], _ summary: String, _ path: String? = nil
    ) -> Finding {
        Finding(
            device: device, class: .firmware, severity: severity, path: path.map { [$0] } ?? [], summary: summary,
            missing: missing, extra: extra)
    }
}
