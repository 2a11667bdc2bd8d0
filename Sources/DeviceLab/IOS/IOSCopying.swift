/// `copy`, and the ways of a file into `flash:`.
extension SimulatedDevice {
    func copy(_ from: String, _ to: String) -> IOSReply {
        switch (from, to) {
        case ("running-config", "startup-config"):
            ios { system, _ in
                system.save()
                return (IOSReply(text: ["Building configuration...", "[OK]"]), true)
            }
        case (_, "running-config"): merge(from)
        case (_, "startup-config"):
            ios { system, _ in
                guard let lines = system.lines(of: from) else { return (Self.missing(from), false) }
                var startup = IOSConfiguration()
                startup.enter(IOSText.read(lines, isPrinted: system.takesPrintedBanners), at: [])
                system.startup = startup
                return (IOSReply(text: ["[OK]"] + Self.copied(lines)), true)
            }
        default: store(from, to)
        }
    }

    /// Enters a text into the running-config, line by line.
    private func merge(_ from: String) -> IOSReply {
        ios { system, device in
            guard let lines = system.lines(of: from) else { return (Self.missing(from), false) }
            let entries = IOSText.read(lines, isPrinted: system.takesPrintedBanners)
            let unknown = IOSText.unknown(entries, rejecting: device.fault?.rejected)
            let before = system.running.value("hostname")
            system.running.enter(IOSText.without(Set(unknown.map(\.number)), entries), at: [])
            system.noteChange(hostnameBefore: before)
            let complaints = unknown.flatMap { [$0.text, "^", "% Invalid input detected at '^' marker.", ""] }
            return (IOSReply(text: complaints + Self.copied(lines)), true)
        }
    }

    private func store(_ from: String, _ to: String) -> IOSReply {
        guard FlashFiles.isFlash(to) else { return IOSReply(text: ["%Error opening \(to) (Invalid file system)"]) }
        return ios { system, device in
            guard let lines = system.lines(of: from) else { return (Self.missing(from), false) }
            let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            guard device.fault != .diskFull, system.flash.write(to, bytes) else {
                return (IOSReply(text: ["%Error writing \(to) (No space left on device)"]), false)
            }
            return (IOSReply(text: Self.copied(lines)), true)
        }
    }

    private static func missing(_ name: String) -> IOSReply {
        IOSReply(text: ["%Error opening \(name) (No such file or directory)"])
    }

    private static func copied(_ lines: [String]) -> [String] {
        let size = lines.reduce(0) { $0 + $1.utf8.count + 1 }
        return ["\(size) bytes copied in 0.240 secs (\(size * 25 / 6) bytes/sec)"]
    }
}

extension IOSSystem {
    /// The lines of a configuration or of a file; nil when there is no such file.
    fileprivate func lines(of place: String) -> [String]? {
        switch place {
        case "running-config": running.fileText + ["end"]
        case "startup-config": startup.fileText + ["end"]
        default:
            (FlashFiles.isFlash(place) ? flash.read(place) : nil)
                .map { String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init) }
        }
    }

    /// The answer to `dir flash:`.
    func directoryText(_ place: String) -> [UInt8] {
        guard place.hasPrefix("flash:") else { return Array("%Error opening \(place) (Invalid file system)\r\n".utf8) }
        var text: [UInt8] = []
        text.append(line: "Directory of flash:/")
        text.append(line: "")
        for (number, file) in flash.files.sorted(by: { $0.key < $1.key }).enumerated() {
            let size = String(file.value.count)
            let padding = String(repeating: " ", count: max(1, 12 - size.count))
            text.append(line: "    \(number + 2)  -rwx\(padding)\(size)   Mar 2 2027 12:00:00 +00:00  \(file.key)")
        }
        text.append(line: "")
        text.append(line: "\(flash.capacity) bytes total (\(flash.free) bytes free)")
        return text
    }

    /// The answer to `more`.
    func fileText(_ name: String) -> [UInt8] {
        guard FlashFiles.isFlash(name), let bytes = flash.read(name) else {
            return Array("%Error opening \(name) (No such file or directory)\r\n".utf8)
        }
        return bytes.flatMap { $0 == 10 ? [13, 10] : $0 == 3 ? Array("^C".utf8) : [$0] }
    }

    /// The answer to `show archive`.
    var archiveText: [UInt8] {
        guard archivePath != nil else { return Array("Archive feature not enabled\r\n".utf8) }
        var text: [UInt8] = []
        text.append(line: "The maximum archive configurations allowed is 10.")
        text.append(line: "There are currently \(archived) archive configurations saved.")
        text.append(line: "The next archive file will be named \(archiveName)")
        text.append(line: " Archive #  Name")
        let path = archiveName.dropLast(String(archived + 1).count)
        for number in 1...10 {
            let name = number > archived ? "" : "\(path)\(number)" + (number == archived ? " <- Most Recent" : "")
            text.append(line: "   \(number)        \(name)")
        }
        return text
    }
}
