import BackupWorkflow
import ConfigModel
import Glibc

/// A line that is typed on the terminal without being shown.
enum HiddenLine {
    /// - Throws: `request` where there is no terminal, or the person gives up (Control-C).
    static func ask(_ question: String) throws(WorkflowError) -> Secret {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { throw .request("there is no terminal to ask on: give it by --passphrase-file") }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else { throw .request("there is no terminal to ask on") }
        var raw = before
        // Without signals from keys: else Control-C would leave a terminal that shows nothing.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &raw)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            Console.write([0x0A], to: terminal)
        }
        Console.write(Array(question.utf8), to: terminal)
        var bytes: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1, byte != 3, byte != 4 else { throw .request("no passphrase was given") }
            switch byte {
            case 0x0A, 0x0D:
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw .request("that is not UTF-8 text")
                }
                return Secret(text)
            case 0x08, 0x7F:
                // A character of several bytes goes as one.
                while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            case 0x15: bytes = []
            default: bytes.append(byte)
            }
        }
    }

    static func ask(twice question: String, again: String) throws(WorkflowError) -> Secret {
        let first = try ask(question)
        guard try ask(again).exposed == first.exposed else {
            throw .request("the two are not the same: nothing was written")
        }
        return first
    }
}
