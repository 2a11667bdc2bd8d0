/// How a configuration is put back on a device. Nothing of this is ever sent while collecting.
package struct RestoreRules: Sendable, Hashable, Codable {
    package enum Method: String, Sendable, Hashable, Codable, CaseIterable {
        /// The device takes a whole configuration and makes itself so.
        case replace
        /// Lines are entered, which add to what is there.
        case merge
        /// Files are written to their places.
        case files
        /// Through the vendor's own tool or page, by a person.
        case manual
    }

    package enum Transfer: String, Sendable, Hashable, Codable, CaseIterable { case sftp, scp, paste, none }

    package var method: Method
    package var transfer: Transfer
    /// What is sent, in order; `{file}` stands for the transferred file, `{minutes}` for the confirm timer.
    package var commands: [String]
    /// What makes the device undo by itself unless it is confirmed, and the line that confirms.
    package var confirm: String?
    package var verify: [String]
    package var save: [String]
    package var undo: [String]
    /// What a person must know: what does not come back, what needs a reload.
    package var notes: [String]

    package init(
        method: Method, transfer: Transfer = .none, commands: [String] = [], confirm: String? = nil,
        verify: [String] = [], save: [String] = [], undo: [String] = [], notes: [String] = []
    ) {
        self.method = method
        self.transfer = transfer
        self.commands = commands
        self.confirm = confirm
        self.verify = verify
        self.save = save
        self.undo = undo
        self.notes = notes
    }
}
