import Foundation
import Testing

@testable import DeviceInventory

@Suite("Settings")
struct SettingsTests {
    @Test("the environment wins over the file, the file over the default, and each says whence it comes")
    func origins() throws {
        let workspace = try TemporaryWorkspace([
            "plumbline.yaml": "workspace: demo\nconcurrency: 20\nartifactLimit: 1GiB\n"
        ])
        let environment = [
            "PLUMBLINE_CONCURRENCY": "7", "PLUMBLINE_FRESHNESS": "2d", "PLUMBLINE_ELSE": "x", "HOME": "/",
        ]
        let settings = try workspace.settings(environment: environment)
        #expect(settings.workspace == "demo" && settings.concurrency == 7 && settings.artifactLimit == 1 << 30)
        #expect(
            settings.freshness == .seconds(172_800) && settings.timeout == .seconds(300) && settings.deadline == nil)
        let rows = settings.describe().map { "\($0.key) \($0.value) \($0.origin)" }
        #expect(
            rows == [
                "workspace demo plumbline.yaml:1", "concurrency 7 environment PLUMBLINE_CONCURRENCY",
                "timeout 5m default",
                "deadline none default", "freshness 2d environment PLUMBLINE_FRESHNESS",
                "freshnessByTag none default", "perGroup none default", "perJump 10 default",
                "perCredential none default", "grace 10s default", "pace 15m default", "hookTimeout 1m default",
                "artifactLimit 1GiB plumbline.yaml:3", "onboarding ended default", "approvals 1 default",
                "approvalNeeds none default", "restorePeople 1 default", "drillAge none default",
                "signingKey none default", "encryption git-crypt default",
                "encryptionKey files in var/keys default", "copyAge 7d default", "mirror none default",
                "color auto default",
            ])
    }

    @Test("no file, and a file of comments, are the defaults", arguments: [nil, "# nothing\n", ""] as [String?])
    func defaults(text: String?) throws {
        let workspace = try TemporaryWorkspace(text.map { ["plumbline.yaml": $0] } ?? [:])
        let settings = try workspace.settings()
        #expect(settings.concurrency == 200 && settings.artifactLimit == 64 << 20)
        #expect(workspace.path.hasSuffix(settings.workspace))
    }

    @Test("a faulty variable and one that is nearly ours are faults")
    func variables() throws {
        let workspace = try TemporaryWorkspace()
        let environment = ["PLUMBLINE_CONCURRENCY": "many", "PLUMBLINE_TIMEOUTS": "1m"]
        let error = try #require(throws: ConfigurationFaults.self) {
            try workspace.settings(environment: environment)
        }
        #expect(
            error.faults.map(\.description) == [
                "environment PLUMBLINE_CONCURRENCY: this is a text ('many'): write a whole number from 1 to 4096",
                "environment PLUMBLINE_TIMEOUTS: is no setting (did you mean 'PLUMBLINE_TIMEOUT'?): rename or unset it",
            ])
    }
}
