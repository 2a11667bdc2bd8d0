import BackupWorkflow
import DeviceInventory
import Glibc

/// Where text goes: results to standard output, all else to standard error.
enum Console {
    /// Writes a line to standard output.
    static func say(_ line: String) { write(Array((line + "\n").utf8), to: 1) }

    /// Writes a line to standard error.
    static func complain(_ line: String) { write(Array((line + "\n").utf8), to: 2) }

    /// Writes bytes as they are. A closed pipe ends the program quietly, as people expect of `… | head`.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            if written > 0 { offset += written; continue }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            if descriptor == 1, errno == EPIPE { Glibc.exit(141) }
            if descriptor == 1 { Glibc.exit(74) }
            return
        }
    }

    /// Colour only on a terminal that wants it (`NO_COLOR`, `TERM=dumb`), unless the workspace's setting says otherwise.
    static func paint(_ setting: Settings.Color = .auto, for descriptor: Int32 = 1) -> Paint {
        if setting != .auto { return Paint(isOn: setting == .always) }
        let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let dumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        return Paint(isOn: isatty(descriptor) == 1 && !refused && !dumb)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The width of the terminal in columns; nil where standard output is none.
    static var width: Int? {
        var size = winsize()
        guard isTerminal(1), ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return nil }
        return Int(size.ws_col)
    }
}
