import ConfigModel
import FoundationEssentials
import Testing

@testable import BackupWorkflow

@Suite("The plan of a run")
struct RunPlanTests {
    private func device(_ id: String, change: (inout Device) -> Void = { _ in }) -> Device {
        var device = Device(id: DeviceID(id)!, group: "icu", address: "192.0.2.1", platform: "cisco_ios")
        change(&device)
        return device
    }

    private func instant(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    @Test("collects devices in service and leaves the others alone, with the reason")
    func statesAndMethods() throws {
        let devices = [
            device("a"), device("b") { $0.state = .repair }, device("c") { $0.method = .uncovered(because: "no port") },
        ]
        let plan = RunPlan(devices: devices, now: try instant("2026-11-23T02:00:00Z"), offset: LocalTime.offset)
        #expect(plan.collect.map(\.id.text) == ["a"])
        #expect(plan.leftAlone.map(\.reason) == [.inactive(.repair), .uncovered("no port")])
    }

    @Test(
        "contacts a device inside its window only, by the clock of the window's zone",
        arguments: [
            ("2026-11-23T00:00:00Z", true),  // Monday 01:00 in Berlin (winter)
            ("2026-11-22T23:59:59Z", false),
            ("2026-11-23T03:59:59Z", true), ("2026-11-23T04:00:00Z", false),
            ("2026-07-05T23:00:00Z", true),  // Monday 01:00 in Berlin (summer)
            ("2026-07-05T22:59:59Z", false), ("2026-11-22T02:00:00Z", false),  // Sunday
        ])
    func windows(time: String, isOpen: Bool) throws {
        let window = MaintenanceWindow(days: [.mon], from: 60, to: 300, zone: "Europe/Berlin")
        let plan = RunPlan(
            devices: [device("a") { $0.windows = [window] }], now: try instant(time), offset: LocalTime.offset)
        #expect(plan.collect.isEmpty == !isOpen)
    }

    @Test("a window in a zone that nobody knows is closed")
    func unknownZone() throws {
        let window = MaintenanceWindow(days: Set(MaintenanceWindow.Day.allCases), from: 0, to: 1440, zone: "Mars/Base")
        let plan = RunPlan(
            devices: [device("a") { $0.windows = [window] }], now: try instant("2026-11-23T00:00:00Z"),
            offset: LocalTime.offset)
        #expect(plan.collect.isEmpty)
    }
}
