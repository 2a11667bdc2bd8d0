/// What a device says to files that come by SCP or SFTP.
extension SimulatedDevice {
    /// Whether it knows `scp`.
    var hasSCP: Bool {
        if case .linux(let system) = current.system { system.hasSCP } else { true }
    }

    /// Why it takes no file from this account at all; nil when it takes some.
    func refusesFiles(from login: LabLogin) -> String? {
        guard case .ios(let system) = current.system else { return login.mayWrite ? nil : "Permission denied" }
        if system.running.section(["ip scp server enable"]) == nil { return "Administratively disabled." }
        return login.mayWrite && login.privileged ? nil : "Privilege denied."
    }

    /// Where a file comes to lie that is sent to a target under a name: below it when the target is a directory.
    func place(of target: String, named name: String) -> String {
        switch current.system {
        case .ios: return ["flash:", "flash:/"].contains(target) ? "flash:" + name : target
        case .junos(let system): return Self.place(of: target, named: name, home: "/var/home/netbackup", system.files)
        case .linux(let system): return Self.place(of: target, named: name, home: "/home/netbackup", system.files)
        }
    }

    private static func place(of target: String, named name: String, home: String, _ files: FileTree) -> String {
        let target = target.hasPrefix("/") ? target : FileTree.join(home, target)
        return files.names(in: target) == nil ? target : FileTree.join(target, name)
    }

    /// Why a file of this size cannot lie there; nil when it can.
    func refusesFile(_ path: String, size: Int) -> String? {
        let device = current
        if device.fault == .diskFull { return "\(path): No space left on device" }
        switch device.system {
        case .ios(let system):
            guard FlashFiles.isFlash(path) else { return "\(path): No such file or directory" }
            return system.flash.free < size ? "\(path): No space left on device" : nil
        case .junos(let system): return Self.refusesFile(path, in: system.files)
        case .linux(let system): return Self.refusesFile(path, in: system.files)
        }
    }

    private static func refusesFile(_ path: String, in files: FileTree) -> String? {
        if files.names(in: path) != nil { return "\(path): Is a directory" }
        return files.names(in: FileTree.split(path).parent) == nil ? "\(path): No such file or directory" : nil
    }

    /// Puts a whole file down.
    /// - Returns: Why it could not be; nil when it was.
    func store(_ bytes: [UInt8], at path: String, mode: UInt32) -> String? {
        if let reason = refusesFile(path, size: bytes.count) { return reason }
        edit { device in
            switch device.system {
            case .ios(var system):
                system.flash.write(path, bytes)
                device.system = .ios(system)
            case .junos(var system):
                system.files.write(path, bytes, mode: mode)
                device.system = .junos(system)
            case .linux(var system):
                system.files.write(system.files.resolve(path) ?? system.files.resolveParent(path), bytes, mode: mode)
                device.system = .linux(system)
            }
        }
        wrote(file: path, size: bytes.count)
        return nil
    }
}
