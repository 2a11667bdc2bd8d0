package import ConfigModel

/// Many switches that differ in name and numbers alone, for measurements.
package enum Fleet {
    /// - Parameters:
    ///   - count: At most 60,000; device `n` is `lab-sw-00001` onwards at `127.64.0.1` onwards.
    ///   - configSize: The least bytes of each running-config.
    ///   - hostKey: Gives a device's host key by its id.
    package static func devices(
        count: Int, configSize: Int, delay: Duration, port: Int, authorizedKeys: [HostKey],
        hostKey: (String) throws(LabError) -> LabKey
    ) throws(LabError) -> [LabDevice] {
        guard (1...60_000).contains(count) else { throw .cannotStart(reason: "a fleet has 1 to 60000 devices") }
        var devices: [LabDevice] = []
        for number in 1...count {
            let id = name(number)
            let plan = HospitalSwitch(
                name: id, address: address(number), place: "Building \(number / 100 + 1)", number: number, ports: 24,
                model: "WS-C2960X-24PS-L", enablePassword: nil, leastBytes: configSize)
            let login = LabLogin(
                user: DemoHospital.user, password: DemoHospital.password, authorizedKeys: authorizedKeys)
            devices.append(
                LabDevice(
                    id: id, address: plan.address, port: port, hostKey: try hostKey(id), logins: [login],
                    system: .ios(plan.system), answerDelay: delay))
        }
        return devices
    }

    private static func name(_ number: Int) -> String {
        let digits = String(number)
        return "lab-sw-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    private static func address(_ number: Int) -> String {
        // Neither .0 nor .255 in the last place: some tools take those for networks.
        "127.\(64 + (number - 1) / 62_500).\((number - 1) / 250 % 250).\((number - 1) % 250 + 1)"
    }
}
