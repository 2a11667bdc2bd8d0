extension String {
    /// How IOS complains of a line: a caret below the first byte that it does not understand.
    func complaint(_ failure: IOSCommand.Failure, line: String, indent: Int) -> [UInt8] {
        switch failure {
        case .invalid(let offset):
            Array(
                (String(repeating: " ", count: indent + offset) + "^\r\n"
                    + "% Invalid input detected at '^' marker.\r\n\r\n").utf8)
        case .incomplete: Array("% Incomplete command.\r\n\r\n".utf8)
        case .ambiguous: Array("% Ambiguous command:  \"\(line)\"\r\n".utf8)
        }
    }
}

extension SimulatedDevice {
    /// The IOS-like system; nil on a Linux-like device.
    var system: IOSSystem? {
        guard case .ios(let system) = current.system else { return nil }
        return system
    }

    var hostname: String {
        switch current.system {
        case .ios(let system): system.hostname
        case .junos(let system): system.hostname
        case .linux(let system): system.hostname
        }
    }
}
