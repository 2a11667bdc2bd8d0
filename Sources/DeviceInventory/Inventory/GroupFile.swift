import ConfigModel

/// One file of `Inventory/groups/`, taken apart; what it refers to is not looked at yet.
///
/// A value of the wrong form has its fault already and counts here as not given, so that everything else can be checked.
struct GroupFile {
    private(set) var devices: [(device: Device, source: YAMLValue)] = []
    private(set) var jumps: [(host: JumpHost, source: YAMLValue)] = []
    let defaults: YAMLValue?
    private let group: String
    private let settings: Settings

    init(_ root: YAMLValue, settings: Settings) {
        group = root["group"]?.text ?? ""
        defaults = root["defaults"]
        self.settings = settings
        devices = (root["devices"]?.list ?? []).compactMap { value in device(value).map { ($0, value) } }
        jumps = (root["jumps"]?.list ?? []).compactMap { value in jump(value).map { ($0, value) } }
    }

    private func device(_ value: YAMLValue) -> Device? {
        guard let id = value["id"]?.text.flatMap({ DeviceID($0) }) else { return nil }
        func given(_ key: String) -> YAMLValue? { value[key] ?? defaults?[key] }
        func ssh(_ key: String) -> YAMLValue? { value["ssh"]?[key] ?? defaults?["ssh"]?[key] }
        let tags = tags(of: value)
        return Device(
            id: id, group: group, address: value["address"]?.text ?? "", port: given("port")?.integer ?? 22,
            platform: given("platform")?.text ?? "", method: method(given("method")),
            credential: given("credential")?.text, restoreCredential: given("restoreCredential")?.text,
            jump: given("jump")?.text, profile: Self.profile(ssh("profile")), keepalive: ssh("keepalive")?.duration,
            freshness: freshness(of: value, tags: tags),
            timing: Self.timing(value) ?? Self.timing(defaults) ?? .freshness,
            timeout: given("timeout")?.duration, windows: (given("window")?.oneOrMore ?? []).compactMap(\.window),
            gentle: Self.gentleness(given("gentle")),
            presence: given("presence")?.text.flatMap(Device.Presence.init(rawValue:)) ?? .permanent, tags: tags,
            owner: given("owner")?.text,
            state: given("state")?.text.flatMap(Device.State.init(rawValue:)) ?? .active,
            restoreOrder: given("restoreOrder")?.integer ?? Device.usualRestoreOrder, vars: vars(of: value),
            was: (value["was"]?.oneOrMore ?? []).compactMap(\.text).compactMap { DeviceID($0) },
            location: value.location)
    }

    private func method(_ value: YAMLValue?) -> Device.Method {
        if let reason = value?["uncovered"]?.text { return .uncovered(because: reason) }
        if let words = value?["command"]?.texts, !words.isEmpty { return .command(words) }
        return value?.text == "manual" ? .manual : .ssh
    }

    /// The device's own, else the strictest of its tags', else that of the defaults, else the workspace's.
    private func freshness(of value: YAMLValue, tags: [String]) -> Duration {
        value["freshness"]?.duration ?? tags.compactMap { settings.freshnessByTag[$0] }.min()
            ?? defaults?["freshness"]?.duration ?? settings.freshness
    }

    /// Nil where there is none, or a faulty one.
    private static func timing(_ value: YAMLValue?) -> Device.Timing? {
        if let every = value?["every"]?.duration { return .every(every) }
        guard let schedule = value?["schedule"], let text = schedule.text ?? schedule["cron"]?.text else { return nil }
        let zone = schedule["zone"]?.text ?? "UTC"
        return (try? CronSchedule(text, zone: zone)).map { .schedule($0) }
    }

    private static func gentleness(_ value: YAMLValue?) -> Device.Gentleness? {
        guard let value, value.flag != false else { return nil }
        var gentle = Device.Gentleness()
        if let pause = value["pause"]?.duration { gentle.pause = pause }
        gentle.artifactLimit = value["limit"]?.size
        return gentle
    }

    /// Those of the defaults and the device's own, in this order, none twice.
    private func tags(of value: YAMLValue) -> [String] {
        var tags: [String] = []
        for tag in (defaults?["tags"]?.texts ?? []) + (value["tags"]?.texts ?? []) where !tags.contains(tag) {
            tags.append(tag)
        }
        return tags
    }

    /// Those of the defaults, and the device's own, which win.
    private func vars(of value: YAMLValue) -> [String: String] {
        var vars: [String: String] = [:]
        for entry in (defaults?["vars"]?.entries ?? []) + (value["vars"]?.entries ?? []) {
            vars[entry.key] = entry.value.text
        }
        return vars
    }

    private func jump(_ value: YAMLValue) -> JumpHost? {
        guard let id = value["id"]?.text.flatMap({ DeviceID($0) }) else { return nil }
        return JumpHost(
            id: id, address: value["address"]?.text ?? "", port: value["port"]?.integer ?? 22,
            credential: value["credential"]?.text ?? "", jump: value["jump"]?.text,
            profile: Self.profile(value["ssh"]?["profile"]),
            keepalive: value["ssh"]?["keepalive"]?.duration, location: value.location)
    }

    private static func profile(_ value: YAMLValue?) -> AlgorithmProfile {
        value?.text.flatMap(AlgorithmProfile.init(rawValue:)) ?? .modern
    }
}

extension YAMLValue {
    fileprivate var window: MaintenanceWindow? {
        guard let from = self["from"]?.minuteOfDay, let to = self["to"]?.minuteOfDay, let zone = self["zone"]?.text
        else {
            return nil
        }
        let days = self["days"]?.texts.compactMap(MaintenanceWindow.Day.init(rawValue:))
        return MaintenanceWindow(
            days: Set(days ?? MaintenanceWindow.Day.allCases), from: from, to: to, zone: zone)
    }
}
