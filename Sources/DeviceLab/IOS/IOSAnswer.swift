import Crypto

/// What a `show` command prints, faults put in.
struct IOSAnswer {
    enum Ending: Equatable {
        case prompt
        case hangUp
        case endless([UInt8])
    }

    var text: [UInt8]
    var ending = Ending.prompt
    /// What stands in the middle of the text so many times, and where.
    private(set) var flood: (place: Int, piece: [UInt8], times: Int)?

    init(_ command: IOSCommand, on device: SimulatedDevice, privileged: Bool) {
        switch command {
        case .showRunningConfig, .writeTerminal:
            let (bytes, fault, system) = device.with { device -> ([UInt8], LabFault?, IOSSystem?) in
                guard case .ios(var system) = device.system else { return ([], nil, nil) }
                let bytes = system.readRunningConfig()
                device.system = .ios(system)
                return (bytes, device.fault, system)
            }
            text = bytes
            if let fault, let system { spoil(by: fault, hostname: system.hostname, reads: system.reads) }
        case .showStartupConfig: text = device.system?.readStartupConfig() ?? []
        case .showVersion: text = device.system?.versionText ?? []
        case .showInventory: text = device.system?.inventoryText ?? []
        case .showPrivilege: text = Array("Current privilege level is \(privileged ? 15 : 1)\r\n".utf8)
        case .showClock: text = Array("\(IOSClock(minutes: 1))\r\n".utf8)
        case .verifyMD5(let file): text = device.system?.digestText(of: file) ?? []
        case .showDirectory(let place): text = device.system?.directoryText(place) ?? []
        case .showFile(let name): text = device.system?.fileText(name) ?? []
        case .showArchive: text = device.system?.archiveText ?? []
        default: text = device.perform(command).bytes
        }
    }

    private mutating func spoil(by fault: LabFault, hostname: String, reads: Int) {
        switch fault {
        case .cut(let bytes):
            text = Array(text.prefix(bytes))
            ending = .hangUp
        case .endless:
            if let end = endLine { text.removeSubrange(end) }
            ending = .endless(Array(String(repeating: "! this configuration does not end\r\n", count: 100).utf8))
        case .noEndMarker:
            if let end = endLine { text.removeSubrange(end) }
        case .invalidText:
            insert(
                Array(" description ".utf8) + [0xff, 0xfe, 0xc3, 0x28, 0x00, 0x07, 0x1b]
                    + Array("]0;owned".utf8) + [0x07, 0x1b] + Array("[2Jward\r\n".utf8))
        case .promptLookAlike: insert(Array("\(hostname)#\r\n".utf8))
        case .errorInside:
            insert(Array("            ^\r\n% Invalid input detected at '^' marker.\r\n\r\n".utf8))
        case .forgetful:
            let lines = text.split(separator: 10, omittingEmptySubsequences: false)
            let kept = lines.prefix(lines.count / 4 + reads % 3) + lines.suffix(3)
            text = Array(kept.joined(separator: [10]))
        case .flood(let kind, let bytes):
            insert(Array(" description \r\n".utf8))
            let middle = text.count / 2
            let place = text[middle...].firstIndex(of: 13) ?? text.endIndex
            flood = (place, kind.piece, max(1, bytes / kind.piece.count))
        default: break
        }
    }

    /// The writing of the whole text, where it is not to be paged; nil where nothing floods.
    var unpaged: [ChannelEffect]? {
        guard let flood else { return nil }
        return [
            .write(Array(text[..<flood.place])), .writeRepeatedly(flood.piece, times: flood.times),
            .write(Array(text[flood.place...])),
        ]
    }

    /// The line `end` and its line end.
    private var endLine: Range<Int>? {
        let line = Array("end\r\n".utf8)
        guard text.count >= line.count + 2, text[(text.count - line.count - 2)...].starts(with: line) else {
            return nil
        }
        return (text.count - line.count - 2)..<text.count
    }

    /// Puts bytes in after the line in the middle.
    private mutating func insert(_ bytes: [UInt8]) {
        let middle = text.count / 2
        let place = text[middle...].firstIndex(of: 10).map { $0 + 1 } ?? text.endIndex
        text.insert(contentsOf: bytes, at: place)
    }
}

extension IOSSystem {
    /// The answer to `show version`, in the form of a Catalyst 2960-X.
    fileprivate var versionText: [UInt8] {
        let file = image.split(separator: ":").last ?? ""
        let software = file.split(separator: "-").prefix(2).joined(separator: "-").uppercased()
        var text: [UInt8] = []
        for line in [
            "Cisco IOS Software, \(model.hasPrefix("WS-C29") ? "C2960X" : "C9500") Software (\(software)-M), "
                + "Version \(version), RELEASE SOFTWARE (fc3)",
            "Technical Support: http://www.cisco.com/techsupport", "Copyright (c) 1986-2018 by Cisco Systems, Inc.",
            "Compiled Tue 18-Sep-18 13:07 by prod_rel_team", "",
            "ROM: Bootstrap program is C2960X boot loader", "",
            "\(hostname) uptime is 41 weeks, 3 days, 7 hours, 12 minutes", "System returned to ROM by power-on",
            "System image file is \"\(image)\"", "",
            "cisco \(model) (APM86XXX) processor (revision G0) with 524288K bytes of memory.",
            "Processor board ID \(serial)", "Last reset from power-on", "5 Virtual Ethernet interfaces",
            "52 Gigabit Ethernet interfaces", "",
            "512K bytes of flash-simulated non-volatile configuration memory.",
            "Model number                    : \(model)", "System serial number            : \(serial)", "",
            "Switch Ports Model                     SW Version            SW Image",
            "------ ----- -----                     ----------            ----------",
            "*    1 52    \(model)       \(version)             \(software)-M", "", "",
            "Configuration register is 0xF", "",
        ] { text.append(line: line) }
        return text
    }

    /// The answer to `verify /md5`. The only file is the image, whose bytes are its name.
    fileprivate func digestText(of file: String) -> [UInt8] {
        guard file == image else { return Array("%Error opening \(file) (No such file or directory)\r\n".utf8) }
        let digest = Insecure.MD5.hash(data: Array(image.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return Array("\(String(repeating: ".", count: 60))Done!\r\nverify /md5 (\(file)) = \(digest.joined())\r\n".utf8)
    }

    /// The answer to `show inventory`.
    fileprivate var inventoryText: [UInt8] {
        var text: [UInt8] = []
        for line in [
            "NAME: \"1\", DESCR: \"\(model)\"", "PID: \(model)  , VID: V05  , SN: \(serial)", "",
            "NAME: \"Switch 1 - Power Supply 0\", DESCR: \"FRU Power Supply\"",
            "PID: PWR-C2-250WAC    , VID: V02  , SN: \(serial.prefix(3))\(serial.suffix(8).reversed().map(String.init).joined())",
            "",
        ] { text.append(line: line) }
        return text
    }
}
