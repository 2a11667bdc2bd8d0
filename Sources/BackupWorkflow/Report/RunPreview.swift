package import ConfigModel
import DeviceInventory
package import FoundationEssentials
import SnapshotStore

/// What a run would do, and why not the rest: nothing is contacted, nothing is written.
package struct RunPreview: Sendable {
    package struct Document: Sendable, Codable {
        package struct Row: Sendable, Codable {
            package var device: DeviceID
            package var group: String
            package var platform: String
            /// `collect`, or why it would be left alone.
            package var action: Action
            package var reason: String
            package var lastGood: Date?
            /// When it is to be collected next; absent for what Plumbline does not collect.
            package var due: Date?
            /// What would be sent, where that was asked for.
            package var commands: [String]?
        }

        package enum Action: String, Sendable, Codable, CaseIterable {
            case collect, spare, deferred, uncovered, inactive, manual
            case notDue = "not-due"
        }

        package var workspace: String
        package var at: Date
        /// Those that would be collected first, in their order; then the others.
        package var rows: [Row]
    }

    private let workspace: Workspace
    private let rows: [(row: Document.Row, device: Device)]
    private let at: Date

    package init(of request: RunWorkflow.Request, in workspace: Workspace) async throws(WorkflowError) {
        let store = try await workspace.storeForReading()
        let now = Date()
        let schedule = try await workspace.schedule(store)
        let plan = RunPlan(
            devices: request.devices, now: now, schedule: schedule, onlyDue: request.onlyDue,
            outsideWindows: request.outsideWindows != nil, offset: LocalTime.offset)
        let held = HeldCredentials(
            try await workspace.asking { () throws(StoreError) in try await store.refusals() })
        let states = try await workspace.asking { () throws(StoreError) in try await store.deviceStates() }
        func row(_ device: Device, _ action: Document.Action, _ reason: String) -> (Document.Row, Device) {
            let row = Document.Row(
                device: device.id, group: device.group, platform: device.platform, action: action, reason: reason,
                lastGood: states[device.id]?.lastSuccess, due: nil, commands: nil)
            return (row, device)
        }
        var rows = plan.collect.map { device in
            if let sparing = held.sparing(of: device, in: workspace.inventory) {
                return row(device, .spare, "\(sparing.reason), unless its secret is another one now")
            }
            return row(device, .collect, Self.why(device, states[device.id]?.lastSuccess, now))
        }
        rows += plan.leftAlone.map { row($0.device, Document.Action($0.reason), "\($0.reason)") }
        for index in rows.indices where rows[index].0.action != .uncovered && rows[index].0.action != .inactive {
            let due = schedule.due(rows[index].1)
            rows[index].0.due = max(due, now)
        }
        self.rows = rows
        self.workspace = workspace
        at = now
    }

    private static func why(_ device: Device, _ lastGood: Date?, _ now: Date) -> String {
        guard let lastGood else { return "it was never collected" }
        let age = now.timeIntervalSince(lastGood)
        let objective = Wording.age(device.freshness.inSeconds)
        return "its copy is \(Wording.age(age)) old (objective \(objective))"
    }

    /// Every line that a device's platform sends, and when.
    private func commands(of device: Device) -> [String] {
        guard let platform = workspace.inventory.platform(named: device.platform), device.method == .ssh else {
            return []
        }
        return PlatformLines(platform).lines.map { line in
            line.when.isEmpty ? line.text : "\(line.text)  (\(line.when))"
        }
    }

    package func document(withCommands: Bool) -> Document {
        Document(
            workspace: workspace.settings.workspace, at: at,
            rows: rows.map { row, device in
                var row = row
                if withCommands { row.commands = row.action.isContact ? commands(of: device) : [] }
                return row
            })
    }

    /// - Parameter width: Of the terminal; nil to leave long lines whole.
    package func text(paint: Paint, withCommands: Bool, width: Int?) -> [String] {
        var lines: [String] = []
        let names = rows.map(\.row.device.text.count).max() ?? 0
        for (row, device) in rows {
            let word = paint(row.action == .collect ? .green : .yellow, padded(row.action.rawValue, to: 10))
            let head = "  \(padded(row.device.text, to: names))  \(word)"
            let reason = Wording.wrapped(printable(row.reason), indent: names + 14, width: width)
            lines.append(head + (reason.first?.drop { $0 == " " } ?? ""))
            lines += reason.dropFirst()
            guard withCommands, row.action.isContact else { continue }
            lines += commands(of: device).map { paint(.dim, "      > " + printable($0)) }
        }
        let counts = Document.Action.allCases.compactMap { action -> String? in
            let number = rows.count { $0.row.action == action }
            return number == 0 ? nil : "\(number) \(action.rawValue)"
        }
        return lines + ["", "would be done: " + (counts.isEmpty ? "nothing" : counts.joined(separator: " · "))]
    }
}

extension RunPreview.Document.Action {
    /// Whether the device is spoken to, now or when its time has come.
    fileprivate var isContact: Bool {
        switch self {
        case .collect, .spare, .deferred, .notDue: true
        case .uncovered, .inactive, .manual: false
        }
    }

    fileprivate init(_ reason: RunPlan.LeftAlone.Reason) {
        switch reason {
        case .notDue: self = .notDue
        case .deferred: self = .deferred
        case .manual: self = .manual
        case .uncovered: self = .uncovered
        case .inactive: self = .inactive
        }
    }
}
