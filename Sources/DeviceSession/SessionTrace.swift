/// What passes between us and a device, as it happens: for a person who follows a session, and for recordings.
///
/// Channels follow one another; only a shell may stay open while commands run and files are read beside it, each of which
/// is `opened`, `sent`, `received` and `closed` without anything of the shell between.
package enum SessionTrace: Sendable, Hashable {
    /// `shell`, `exec`, `sftp` or `scp`.
    case opened(String)
    /// In a shell what was typed, line end included, a secret as `<secret>` alone; in `exec` the command; of files the path, of
    /// directories `list PATH`.
    case sent(String)
    /// Bytes exactly as they came, secrets of the configuration among them; of directories the names, one a line.
    case received([UInt8])
    case closed
    /// A remark, such as why another way is tried.
    case note(String)
}
