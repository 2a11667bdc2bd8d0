import Foundation
import Testing

@Suite("Importing the git history of another tool")
struct StoreImportTests {
    private static let mark = "c0mMunity-of-the-import"

    /// A workspace with three devices, and beside it a folder for the other tool's repositories.
    private func hospital() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "hospital"], in: folder.path).status == 0)
        try folder.write(
            """
            group: ward
            defaults: { credential: c, platform: cisco_ios }
            devices:
              - { id: sw-1, address: 10.0.0.1 }
              - { id: sw-2, address: sw-2.example.net }
              - { id: fw-1, address: 10.0.0.3, platform: fortinet }

            """, to: "hospital/Inventory/groups/example.yaml")
        try folder.write(
            "credentials:\n  c: { user: x, password: \"env:P\" }\n", to: "hospital/Inventory/credentials.yaml")
        return folder
    }

    private func ios(_ body: String) -> String {
        "! Image: Software: C2960, 15.2(7)E3\\n!\\nversion 15.2\\nhostname sw-1\\nsnmp-server community \(Self.mark) RO\\n\(body)\\nend\\n"
    }

    /// Three commits of two authors, as Oxidized makes them, with the node's group in the path or not.
    private func oxidized(_ folder: ScratchFolder, group: String = "") throws {
        try folder.shell(
            """
            git init -q -b master ox && cd ox
            commit() { git add -A; GIT_AUTHOR_DATE="$1" GIT_COMMITTER_DATE="$1" git -c user.name="$2" -c user.email=$2@x commit -qm "$3"; }
            mkdir -p ./\(group)
            printf '\(ios("interface Vlan1"))' > ./\(group)/sw-1
            commit '2019-03-01T04:00:00+0100' anna 'update sw-1'
            printf '\(ios("interface Vlan2"))' > ./\(group)/sw-1
            printf '\(ios("interface Vlan9"))' > ./\(group)/sw-2.example.net
            echo "x" > ./\(group)/somebody-else
            commit '2020-07-01T04:00:00+0200' oxidized 'update'
            printf '\(ios("interface Vlan3"))' > ./\(group)/sw-1
            commit '2021-07-01T04:00:00+0200' anna 'update sw-1'
            """)
    }

    private func tool(_ arguments: [String], _ folder: ScratchFolder) throws -> CommandLineTool {
        try CommandLineTool(arguments, in: folder.path + "/hospital")
    }

    private func history(_ device: String, _ folder: ScratchFolder) throws -> [[String: Any]] {
        let output = try tool(["history", device, "--format", "json"], folder).output
        return try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]] ?? []
    }

    @Test(
        "Oxidized: every version with its date and author, secrets masked, exact bytes kept, unproven",
        arguments: ["", "default"])
    func fromOxidized(group: String) throws {
        let folder = try hospital()
        try oxidized(folder, group: group)
        let tried = try tool(["store", "import", "oxidized", "../ox", "--dry-run"], folder)
        #expect(tried.status == 0, "\(tried)")
        #expect(try history("sw-1", folder).isEmpty)
        let done = try tool(["store", "import", "oxidized", "../ox", "--format", "json"], folder)
        #expect(done.status == 0, "\(done)")
        try JSONCheck.check(
            done.output, against: try tool(["schema", "store-import"], folder).output, called: "store-import")
        #expect(done.output.contains("somebody-else"))

        let versions = try history("sw-1", folder)
        #expect(versions.compactMap { $0["version"] as? Int } == [3, 2, 1])
        #expect(
            versions.compactMap { $0["taken"] as? String } == [
                "2021-07-01T02:00:00Z", "2020-07-01T02:00:00Z", "2019-03-01T03:00:00Z",
            ])
        #expect(try history("sw-2", folder).count == 1 && history("fw-1", folder).isEmpty)
        let authors = try folder.shell("git -C hospital/var/store.git log --format='%an %aI' main")
        #expect(
            authors
                == "anna 2021-07-01T04:00:00+02:00\noxidized 2020-07-01T04:00:00+02:00\nanna 2019-03-01T04:00:00+01:00\n"
        )

        let shown = try tool(["show", "sw-1@1"], folder)
        #expect(shown.output.contains("interface Vlan1") && !shown.output.contains("! Image"))
        #expect(!shown.output.contains(Self.mark) && shown.output.contains("<secret:"))
        #expect(try tool(["show", "sw-1@1", "--collected"], folder).output.contains(Self.mark))
        let secrets = try folder.shell(
            "git clone -q hospital/var/store.git seen; grep -rc '\(Self.mark)' seen/devices | grep -v ':0' || true")
        #expect(secrets.isEmpty)
        #expect(try tool(["history", "sw-1"], folder).output.contains("imported from oxidized, unproven"))
        #expect(try tool(["store", "verify"], folder).status == 0)

        // Again nothing, then what has come since.
        try folder.shell(
            """
            cd ox; git checkout -q master; printf '\(ios("interface Vlan4"))' > ./\(group)/sw-1
            git add -A; git -c user.name=anna -c user.email=a@x commit -qm more
            """)
        let more = try tool(["store", "import", "oxidized", "../ox"], folder)
        #expect(more.status == 0, "\(more)")
        #expect(try history("sw-1", folder).count == 4)
        #expect(try tool(["store", "import", "oxidized", "../ox"], folder).status == 0)
        #expect(try history("sw-1", folder).count == 4)
        #expect(try folder.shell("git -C ox status --porcelain && git -C ox fsck --strict --no-dangling 2>&1").isEmpty)
    }

    @Test(
        "RANCID: configs/NAME of a folder of repositories, its heading kept from the text, its taken-out secrets told")
    func fromRancid() throws {
        let folder = try hospital()
        try folder.shell(
            """
            mkdir rancid && git init -q rancid/wards && cd rancid/wards && mkdir configs
            printf '!RANCID-CONTENT-TYPE: cisco\\n!\\n!Chassis type: 2960\\n!\\nhostname sw-1\\nenable secret 5 <removed>\\nend\\n' > configs/sw-1
            printf 'sw-1;cisco;up\\n' > router.db
            git add -A && git -c user.name=rancid -c user.email=r@x commit -qm one
            """)
        let done = try tool(["store", "import", "rancid", "../rancid", "--format", "json"], folder)
        #expect(done.status == 0 && done.output.contains("\"withoutSecrets\" : 1"), "\(done)")
        let shown = try tool(["show", "sw-1"], folder)
        #expect(shown.output.contains("hostname sw-1") && !shown.output.contains("Chassis"))
    }

    @Test("what is no repository is refused, a device that was collected already is left alone, and names can be told")
    func refused() throws {
        let folder = try hospital()
        try folder.shell("mkdir nothing; echo x > file")
        for place in ["../nothing", "../file", "../missing"] {
            let result = try tool(["store", "import", "oxidized", place], folder)
            #expect(result.status != 0 && !result.errors.isEmpty && result.status < 100, "\(place): \(result)")
        }
        try oxidized(folder)
        let mapped = try tool(["store", "import", "oxidized", "../ox", "sw-2", "--map", "somebody-else=sw-2"], folder)
        #expect(mapped.status == 0, "\(mapped)")
        #expect(try history("sw-2", folder).count == 1)
        let second = try tool(["store", "import", "oxidized", "../ox", "sw-2"], folder)
        #expect(second.status == 0, "\(second)")
        #expect(try history("sw-2", folder).count == 1, "a history is only added to at its end")
    }
}
