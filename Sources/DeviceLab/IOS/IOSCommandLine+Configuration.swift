/// Lines typed in the configuration mode.
extension IOSCommandLine {
    mutating func configure(_ line: String) throws(IOSCommand.Failure) -> [ChannelEffect] {
        if var open = banner {
            banner = open.take(line) ? nil : open
            return banner == nil ? apply(IOSText.Entry(text: open.command, body: open.lines), [], line) : []
        }
        guard let step = try mode?.read(line) else { return [.write(prompt)] }
        switch step {
        case .end: mode = nil
        case .moved: break
        case .command(let command): return try run(command)
        case .banner(let opened):
            banner = opened
            let mark = opened.delimiter == "\u{3}" ? "^C" : opened.delimiter
            return [.write(Array("Enter TEXT message.  End with the character '\(mark)'.\r\n".utf8))]
        case .edit(let entry, let path): return apply(entry, path, line)
        }
        return [.write(prompt)]
    }

    private mutating func apply(_ entry: IOSText.Entry, _ path: [String], _ line: String) -> [ChannelEffect] {
        // The complaint points below the line as it was typed, behind the prompt that it was typed at.
        let indent = prompt.count
        let result = device.edit(entry, at: path)
        var said: [UInt8] = []
        switch result {
        case .changed, .unchanged: break
        case .refused(let text): said.append(line: text)
        case .unknown:
            said = device.hostname.complaint(.invalid(at: 0), line: line, indent: indent)
            if IOSSection.opened(by: entry.text.words, in: nil) != nil { mode?.toTop() }
        }
        configured += 1
        if case .cutLines(let lines) = device.fault, configured >= lines { return [.write(said), .hangUp] }
        return [.write(said + prompt)]
    }
}

extension SimulatedDevice {
    /// Enters one line of configuration.
    func edit(_ entry: IOSText.Entry, at path: [String]) -> IOSSystem.Edit {
        let result = with { device -> IOSSystem.Edit in
            guard case .ios(var system) = device.system else { return .unchanged }
            if let rejected = device.fault?.rejected, entry.text.contains(rejected) { return .unknown }
            let result = system.edit(entry, at: path)
            device.system = .ios(system)
            return result
        }
        if result == .changed { count { $0.writes += 1 } }
        return result
    }
}
