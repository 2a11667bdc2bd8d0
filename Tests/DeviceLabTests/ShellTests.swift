import Foundation
import Testing

@testable import DeviceLab

@Suite("Stock ssh on a simulated switch")
struct ShellTests {
    static let collect = "terminal length 0\rterminal width 0\rshow running-config\rexit\r"

    @Test(
        "each way to log in leads to the prompt, and is one attempt",
        arguments: [
            StockClient.Login.key, .password(LabFixture.password), .keyboardInteractive(LabFixture.password),
        ])
    func logins(login: StockClient.Login) async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let device = try fixture.lab.device("a")
        let answer = try await fixture.client.ssh(device, login: login, terminal: true, input: "show privilege\rexit\r")
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(answer.text.contains("ward-sw-3#show privilege\r\nCurrent privilege level is 15\r\nward-sw-3#exit\r\n"))
        #expect(device.counters.loginAttempts == 1)
        #expect(device.counters.loginRefusals == 0)
        #expect(device.counters.commands == ["show privilege", "exit"])
    }

    @Test(
        "a wrong secret is refused and counted once",
        arguments: [StockClient.Login.password("wrong"), .keyboardInteractive("wrong")])
    func wrongPassword(login: StockClient.Login) async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let device = try fixture.lab.device("a")
        let answer = try await fixture.client.ssh(device, login: login, terminal: true)
        #expect(answer.status == 255)
        #expect(answer.errors.contains("Permission denied"))
        #expect(device.counters.loginAttempts == 1)
        #expect(device.counters.loginRefusals == 1)
    }

    @Test("a key that is not authorised, an unknown user and a method that is not offered are refused")
    func refusals() async throws {
        let fixture = try LabFixture(["a": .smallSwitch]) { $0.methods = [.publicKey] }
        let device = try fixture.lab.device("a")
        let stranger = try StockClient(key: .generate())
        #expect(try await stranger.ssh(device, terminal: true).status == 255)
        #expect(try await fixture.client.ssh(device, terminal: true, user: "root").status == 255)
        #expect(device.counters.loginRefusals == 2)
        let answer = try await fixture.client.ssh(device, login: .password(LabFixture.password), terminal: true)
        #expect(answer.errors.contains("(publickey)"))
    }

    @Test("another host key than the recorded one stops the client")
    func changedHostKey() async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let device = try fixture.lab.device("a")
        let answer = try await fixture.client.ssh(device, terminal: true, trusting: .generate())
        #expect(answer.status == 255)
        #expect(answer.errors.contains("Host key verification failed"))
        #expect(device.counters.loginAttempts == 0)
    }

    @Test("the running-config comes whole, with a line that moves at each reading")
    func runningConfig() async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let device = try fixture.lab.device("a")
        let first = try await fixture.client.ssh(device, terminal: true, input: Self.collect).text
        let second = try await fixture.client.ssh(device, terminal: true, input: Self.collect).text
        #expect(first.contains(" description bed 40\r\n"))
        #expect(first.contains("\r\nend\r\n\r\nward-sw-3#exit"))
        #expect(!first.contains("--More--"))
        let moving = zip(first.split(separator: "\r\n"), second.split(separator: "\r\n")).filter { $0 != $1 }.map(\.0)
        #expect(moving.last?.hasPrefix("ntp clock-period ") == true)
    }

    @Test("now and then somebody enters the configuration mode: the mark of the last change moves, and nothing else")
    func visits() async throws {
        var system = IOSSystem(hostname: "a", runningConfig: ["hostname a"])
        let marks = (0..<48).map { _ in
            String(decoding: system.readRunningConfig(), as: UTF8.self).split(separator: "\r\n").first {
                $0.hasPrefix("! Last configuration change at ")
            }
        }
        #expect((3...4).contains(Set(marks).count))
    }

    @Test("the image's digest is told, another file's is not")
    func digest() async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let device = try fixture.lab.device("a")
        let image = try #require(device.system?.image)
        let answer = try await fixture.client.ssh(
            device, terminal: true, input: "verify /md5 \(image)\nverify /md5 flash:x\nverify /sha512 \(image)\nexit\n"
        ).text
        #expect(answer.contains("Done!\r\nverify /md5 (\(image)) = "))
        #expect(answer.contains("%Error opening flash:x (No such file or directory)"))
        #expect(answer.contains("% Invalid input detected"))
    }

    @Test("a change of the running-config is seen by the next reading, and the startup-config stays")
    func drift() async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let device = try fixture.lab.device("a")
        try device.edit { (device) throws(LabError) in
            _ = try device.drift(.rogueCommunity)
            _ = try device.drift(.telnet)
        }
        let text = try await fixture.client.ssh(
            device, terminal: true, input: "term len 0\rsh run\rsh start\rexit\r"
        ).text
        let parts = text.components(separatedBy: "sh start\r\n")
        #expect(parts.count == 2)
        #expect(parts.first?.contains("RO\r\nsnmp-server community dEmOsEcReT-rogue RW\r\n") == true)
        #expect(parts.first?.contains("line vty 0 4\r\n transport input telnet ssh\r\n") == true)
        #expect(parts.last?.contains("rogue") == false)
        #expect(parts.last?.contains(" transport input ssh\r\n") == true)
    }

    @Test("a delay comes before each answer, and what is typed meanwhile is answered in order")
    func delay() async throws {
        let fixture = try LabFixture(["a": .smallSwitch]) { $0.answerDelay = .milliseconds(150) }
        let device = try fixture.lab.device("a")
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await fixture.client.ssh(device, terminal: true, input: "show clock\rshow privilege\rexit\r")
        #expect(start.duration(to: clock.now) >= .milliseconds(450))
        #expect(answer.text.contains("UTC"))
        #expect(answer.text.hasSuffix("level is 15\r\nward-sw-3#exit\r\n"))
    }

    @Test("a command without a terminal is answered without echo and prompt")
    func exec() async throws {
        let fixture = try LabFixture(["a": .smallSwitch])
        let answer = try await fixture.client.ssh(try fixture.lab.device("a"), "show running-config")
        #expect(answer.text.hasPrefix("Building configuration...\r\n"))
        #expect(answer.text.hasSuffix("\r\nend\r\n\r\n"))
        #expect(answer.status == 0)
    }

    @Test("fifty clients at once are all served, each device by its own key and address")
    func manyAtOnce() async throws {
        let systems = Dictionary(uniqueKeysWithValues: (1...10).map { ("sw-\($0)", LabDevice.System.smallSwitch) })
        let fixture = try LabFixture(systems) { $0.answerDelay = .milliseconds(50) }
        let lab = fixture.lab
        let whole = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let device = lab.devices[number % lab.devices.count]
                    let answer = try await fixture.client.ssh(device, terminal: true, input: Self.collect)
                    return answer.text.contains("\r\nend\r\n\r\nward-sw-3#exit")
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(whole == 50)
        #expect(lab.devices.allSatisfy { $0.counters.connections == 5 })
    }
}
