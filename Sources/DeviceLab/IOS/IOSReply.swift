/// What a command that changes an IOS-like device says, and what comes then.
struct IOSReply {
    enum Next {
        case prompt
        case ask(IOSQuestion)
        /// The line is dead: the device reloads.
        case hangUp
    }

    /// Lines, without line ends.
    var text: [String] = []
    var next = Next.prompt

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        text.forEach { bytes.append(line: $0) }
        return bytes
    }
}

/// A question of an IOS-like device, and what its answer leads to.
enum IOSQuestion: Hashable, Sendable {
    case destination(from: String, to: String)
    case sureToReplace(IOSReplace)
    /// Before a reload.
    case save(minutes: Int?)
    case sureToReload(minutes: Int?)
    case nameToDelete(String)
    case sureToDelete(String)

    var text: String {
        switch self {
        case .destination(_, let to): "Destination filename [\(to.split(separator: ":").last ?? "")]? "
        case .sureToReplace: "Enter Y if you are sure you want to proceed. ? [no]: "
        case .save: "System configuration has been modified. Save? [yes/no]: "
        case .sureToReload: "Proceed with reload? [confirm]"
        case .nameToDelete(let name): "Delete filename [\(FlashFiles.plain(name))]? "
        case .sureToDelete(let name): "Delete flash:\(FlashFiles.plain(name))? [confirm]"
        }
    }

    /// Answered by one key, return or y for yes; no line is read.
    var isKey: Bool {
        switch self {
        case .sureToReload, .sureToDelete: true
        default: false
        }
    }
}
