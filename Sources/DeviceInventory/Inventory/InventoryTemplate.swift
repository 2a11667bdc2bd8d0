import ConfigModel

/// What `plumbline init` puts into a new workspace.
package enum InventoryTemplate {
    package struct File: Sendable, Hashable {
        /// Relative to the workspace.
        package var path: String
        package var text: String
    }

    /// - Parameter workspace: The name of the workspace, used where it has the form of one.
    /// - Parameter onboardingEnd: Such as `2026-12-31`: until that day a device without a baseline is expected.
    package static func files(workspace: String, onboardingEnd: String) -> [File] {
        let place = YAMLValue(
            content: .scalar(workspace, .doubleQuoted), location: SourceLocation(file: "", line: 0, column: 0))
        var ignored: [Fault] = []
        let named = ShapeCheck.check(place, .text(.name), faults: &ignored)
        let first = named ? "workspace: \(workspace)" : "# workspace: hospital"
        return [
            File(path: WorkspaceLayout.settings, text: first + "\nonboarding: until \(onboardingEnd)\n" + settings),
            File(path: WorkspaceLayout.groups + "/example.yaml", text: group),
            File(path: WorkspaceLayout.credentials, text: credentials),
            File(path: WorkspaceLayout.knownHosts, text: knownHosts),
            File(path: WorkspaceLayout.platforms + "/README.md", text: platforms),
            File(path: "Baselines/README.md", text: baselines),
            File(path: ".gitignore", text: "var/\n"),
        ]
    }

    private static let settings = """

        # Every key may also be given as a variable: PLUMBLINE_CONCURRENCY=50. 'plumbline config' shows what is in force.
        # concurrency: 200       # devices spoken to at once
        # timeout: 5m            # for one device
        # deadline: 4h           # for a whole run
        # freshness: 26h         # how old a last good version may become
        # artifactLimit: 64MiB

        """

    private static let group = """
        # A group of devices. 'plumbline schema group' describes every key, 'plumbline inventory check' finds mistakes.
        group: example
        defaults:
          tags: [network]
          # credential: switches
          # freshness: 26h
        devices: []
        # devices:
        #   - id: sw-ward-1            # never changes, even when name and address do
        #     address: 192.0.2.11
        #     platform: cisco_ios      # 'plumbline platform list' shows them
        #   - id: pump-gw-1
        #     address: 192.0.2.21
        #     platform: linux
        #     credential: gateways
        #     freshness: 80h
        #     window: { days: [mon, tue, wed, thu, fri], from: "01:00", to: "05:00", zone: Europe/Berlin }

        """

    private static let credentials = """
        # How to log in: references, never secrets.
        #   env:NAME                        a variable
        #   file:PATH                       a file that only its owner may read (0600)
        #   { command: [pass, show, x] }    the first line that a program prints
        #   agent:SHA256:…                  one key of the SSH agent (for 'key')
        credentials: {}
        # credentials:
        #   switches: { user: netbackup, password: "env:SWITCH_PASSWORD", enable: { command: [pass, show, net/enable] } }
        #   gateways: { user: backup, key: "file:~/.ssh/plumbline_ed25519" }

        """

    private static let knownHosts = """
        # The host keys of the devices, in OpenSSH's format. 'plumbline hostkey enrol' adds to it.

        """

    private static let platforms = """
        # Platforms of your own

        A file NAME.yaml here adds a platform, or takes the place of the bundled one of the same name. The shortest one
        changes a bundled platform:

            platform: ward_switch
            extends: cisco_ios
            title: Ward switches with their own pager
            pager+: [{ pattern: '<more>$', answer: ' ' }]

        `plumbline schema platform` describes every key.

        """

    private static let baselines = """
        # Baselines

        What people approved, written by `plumbline approve`: `approved/DEVICE/` holds the expected texts and facts,
        `approvals/` who approved what, when and why.

        """
}
