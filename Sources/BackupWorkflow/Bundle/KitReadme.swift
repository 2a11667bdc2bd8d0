/// `README.txt`: how the kit is opened and checked with stock tools. Its indented lines are commands, run from top to bottom by `sh`
/// in an empty folder beside the kit: a test does it.
struct KitReadme: Sendable {
    /// The kit's own name, without its folder.
    var file: String
    var workspace: String
    var seal: KitSeal
    var isSigned: Bool
    var hasSigners: Bool
    var created: String

    var text: String {
        """
        OFFLINE KIT OF \(workspace.uppercased()), \(created)

        What is here: approved configurations as the devices take them, firmware, and the order of
        work. Plumbline is not needed. It holds every password that is in the configurations: keep
        it on machines that are off the network, and wipe the folder when the work is done.

        1. Open it, in an empty folder that nobody else can look into (\(tools)):

            umask 077
            \(opening)
            cd kit

        2. Check that every byte is what was written, and that no file is there that was not:

            sha256sum --check --quiet SHA256SUMS
            find . -type f ! -name 'SHA256SUMS*' | sed 's|^\\./||' | LC_ALL=C sort > ../found
            sed 's|^[0-9a-f]*  ||' SHA256SUMS | LC_ALL=C sort | diff - ../found

        \(signature)
        \(isSigned ? "4" : "3"). Read RUNBOOK.txt (RUNBOOK.html says the same, to be printed) and work from top to bottom:

            more RUNBOOK.txt

        What lies where:

        RUNBOOK.txt, .html  order of work; for each device what it is and how it is put back by hand
        devices/NNN-ID/     in the order of work: the text as the device takes it, and facts.yaml
                            (files of the device lie below files/ at their paths; what is there to look at
                            only, below more/)
        firmware/           images by platform and version
        baselines/          the decisions that approved the configurations, with their signatures
        inventory/          devices, accounts (names, no passwords), host keys, own platforms
        kit.json            the same for programs; 'plumbline bundle verify FILE' reads it
        SHA256SUMS          of every file but itself and its signature

        """
    }

    private var tools: String {
        switch seal {
        case .age: "needs age and tar"
        case .gpg: "needs gpg and tar"
        case .clear: "needs tar; THE KIT IS NOT ENCRYPTED"
        }
    }

    /// Quoted for a shell.
    private var name: String { "'" + file.replacing("'", with: "'\\''") + "'" }

    private var opening: String {
        switch seal {
        case .age: "mkdir kit && age --decrypt --identity identity.txt \(name) | tar -xf - -C kit"
        case .gpg: "mkdir kit && gpg --decrypt \(name) | tar -xf - -C kit"
        case .clear: "mkdir kit && tar -xf \(name) -C kit"
        }
    }

    private var signature: String {
        guard isSigned else {
            return """
                The kit is not signed: that SHA256SUMS itself is the one that was written, nothing proves but the
                encryption.

                """
        }
        let check = "ssh-keygen -Y check-novalidate -n plumbline-bundle -s SHA256SUMS.sig < SHA256SUMS"
        guard hasSigners else {
            return """
                3. Check the signature, and compare the key's fingerprint with the one that you know:

                    \(check)

                """
        }
        return """
            3. Check who signed it. baselines/allowed_signers came with the kit: compare it with one that you have
               from elsewhere.

                SIGNER=$(ssh-keygen -Y find-principals -f baselines/allowed_signers -s SHA256SUMS.sig | head -n 1)
                ssh-keygen -Y verify -f baselines/allowed_signers -I "$SIGNER" -n plumbline-bundle -s SHA256SUMS.sig < SHA256SUMS

            """
    }
}
