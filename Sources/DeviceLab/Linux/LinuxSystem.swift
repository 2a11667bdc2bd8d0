/// A Linux-like device: files, and the few commands that read them.
package struct LinuxSystem: Sendable {
    package var hostname: String
    package var files: FileTree
    /// What `uname -r` says.
    package var kernel: String
    /// What `uname -m` says.
    package var machine: String
    package var hasSFTP: Bool
    package var hasSHA256Sum: Bool
    package var hasSCP: Bool
    /// The units that `systemctl` knows, such as `chrony.service`; nil for any.
    package var services: Set<String>?
    /// Those that did not come up again.
    package var failedServices: Set<String> = []

    package init(
        hostname: String, files: FileTree, kernel: String = "6.1.0-18-amd64", machine: String = "x86_64",
        hasSFTP: Bool = true, hasSHA256Sum: Bool = true, hasSCP: Bool = true
    ) {
        self.hostname = hostname
        self.files = files
        self.kernel = kernel
        self.machine = machine
        self.hasSFTP = hasSFTP
        self.hasSHA256Sum = hasSHA256Sum
        self.hasSCP = hasSCP
    }
}
