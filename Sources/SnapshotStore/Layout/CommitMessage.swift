import ConfigModel
import FoundationEssentials

/// The message of a commit in `store.git`: for people, and for the index, which is rebuilt from it.
///
/// ```
/// Back up 3 devices: 2 changed, 1 new
///
/// new      pump-gw-icu-1  2026-11-23T02:15:04Z
/// changed  sw-icu-a  2026-11-23T02:15:05Z
/// changed  sw-icu-b  2026-11-23T02:15:05Z
/// copy     sw-icu-c  2026-11-23T02:15:05Z  @3  icu
/// renamed  sw-icu-d  2026-11-23T02:15:05Z  sw-old
///
/// Run: 20261123T021500Z-8f3c
/// Workspace: /srv/plumbline
/// Collected: collected-2026.git 3f0c…
/// Audit: 17 9f3a…
/// ```
/// A `copy` stands in the repositories of exact bytes alone: bytes kept anew for a version that is stored already.
struct CommitMessage: Sendable, Hashable {
    enum Event: String, Sendable { case new, changed, moved, copy, renamed }

    struct Line: Sendable, Hashable {
        var event: Event
        var device: DeviceID
        var taken: Date
        /// Of a copy: the number of its version, and the device's group.
        var copied: Copied?
        /// Of a device that was renamed: its id before.
        var earlier: DeviceID?

        struct Copied: Sendable, Hashable {
            var version: Int
            var group: String
        }

        init(event: Event, device: DeviceID, taken: Date) {
            self.event = event
            self.device = device
            self.taken = taken
        }

        init(copyOf device: DeviceID, version: Int, group: String, taken: Date) {
            self.init(event: .copy, device: device, taken: taken)
            copied = Copied(version: version, group: group)
        }

        init(renamed device: DeviceID, from earlier: DeviceID, at time: Date) {
            self.init(event: .renamed, device: device, taken: time)
            self.earlier = earlier
        }
    }

    var lines: [Line]
    var run: RunID?
    var workspace: String?
    /// The repository of the exact bytes, and the commit there.
    var collected: (repository: String, commit: ObjectID)?
    /// Nil for what Plumbline collected itself.
    var imported: ImportOrigin?
    /// What the imported commit was called; one line.
    var importedSubject: String?
    /// Where the audit log stood.
    var audit: AuditHead?

    init(
        lines: [Line], run: RunID?, workspace: String?, collected: (repository: String, commit: ObjectID)?,
        audit: AuditHead? = nil
    ) {
        self.audit = audit
        self.lines = lines.sorted { $0.device < $1.device }
        self.run = run
        self.workspace = workspace
        self.collected = collected
    }

    var text: String {
        var text = "\(subject)\n\n"
        for line in lines {
            let event = line.event.rawValue
            text += event + String(repeating: " ", count: 9 - event.count) + "\(line.device)  "
            text += Timestamp.text(of: line.taken)
            if let copied = line.copied { text += "  @\(copied.version)  \(PathComponent.encoded(copied.group))" }
            if let earlier = line.earlier { text += "  \(earlier)" }
            text += "\n"
        }
        text += "\n"
        if let run { text += "Run: \(run)\n" }
        if let workspace { text += "Workspace: \(Self.oneLine(workspace))\n" }
        if let collected { text += "Collected: \(collected.repository) \(collected.commit)\n" }
        if let imported { text += "Imported: \(imported.text)\n" }
        if let importedSubject { text += "Imported-Subject: \(Self.oneLine(importedSubject))\n" }
        if let audit { text += "Audit: \(audit)\n" }
        return text
    }

    private var subject: String {
        let counts = [Event.changed, .new, .moved, .renamed, .copy].compactMap { event in
            let count = lines.count { $0.event == event }
            return count == 0 ? nil : "\(count) \(event == .copy ? "kept anew" : event.rawValue)"
        }
        let isRenaming = !lines.isEmpty && lines.allSatisfy { $0.event == .renamed }
        let verb = isRenaming ? "Rename" : imported == nil ? "Back up" : "Import"
        return "\(verb) \(lines.count) \(lines.count == 1 ? "device" : "devices"): \(counts.joined(separator: ", "))"
    }

    /// Reads what it can; whatever else a person wrote is passed over.
    init(parsing text: String) {
        lines = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            if (3...5).contains(words.count), let event = Event(rawValue: String(words[0])),
                let device = DeviceID(String(words[1])), let taken = Timestamp.date(words[2])
            {
                if event == .renamed {
                    if words.count == 4, let earlier = DeviceID(String(words[3])) {
                        lines.append(Line(renamed: device, from: earlier, at: taken))
                    }
                } else if event != .copy, words.count == 3 {
                    lines.append(Line(event: event, device: device, taken: taken))
                } else if words.count == 5, words[3].first == "@", let number = Int(words[3].dropFirst()),
                    let group = PathComponent.decoded(words[4])
                {
                    lines.append(Line(copyOf: device, version: number, group: group, taken: taken))
                }
            } else if line.hasPrefix("Run: ") {
                run = RunID(String(line.dropFirst("Run: ".count)))
            } else if line.hasPrefix("Workspace: ") {
                workspace = String(line.dropFirst("Workspace: ".count))
            } else if line.hasPrefix("Collected: "), words.count == 3, let commit = ObjectID(hexadecimal: words[2]) {
                collected = (String(words[1]), commit)
            } else if line.hasPrefix("Imported: ") {
                imported = ImportOrigin(parsing: line.dropFirst("Imported: ".count))
            } else if line.hasPrefix("Audit: ") {
                audit = AuditHead(line.dropFirst("Audit: ".count))
            }
        }
    }

    /// A path may hold a line end, which would begin a trailer of its own.
    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }

    static func == (left: CommitMessage, right: CommitMessage) -> Bool { left.text == right.text }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
