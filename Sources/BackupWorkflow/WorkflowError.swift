package import DeviceInventory
package import SnapshotStore

/// What ends a command, for the person who typed it or the log of the night.
package enum WorkflowError: Error, Sendable, CustomStringConvertible {
    case noWorkspace(from: String)
    case configuration(ConfigurationFaults)
    case store(StoreError)
    case key(FingerprintKeyFile.Fault)
    case file(path: String, reason: String)
    /// A platform's rules cannot be used.
    case rules(String)
    /// The request cannot be carried out as it was made.
    case request(String)
    /// The one device that the command was about did not do its part.
    case device(String)
    /// A file that was asked for could not be written.
    case output(path: String, reason: String)
    /// Nobody is there to do it now.
    case unavailable(String)
    /// An approval, a digest or a signature does not hold.
    case integrity(String)

    package var description: String {
        switch self {
        case .noWorkspace(let place):
            "no workspace here: neither \(place) nor a folder above it has a plumbline.yaml; 'plumbline init DIR' makes "
                + "one, 'plumbline -C DIR …' names one"
        case .configuration(let faults):
            "\(Wording.count(faults.faults.count, "fault")) in the configuration\n\(faults)"
        case .store(let error): "\(error)"
        case .key(let fault): "\(fault)"
        case .file(let path, let reason): "\(path): \(reason)"
        case .output(let path, let reason): "\(path) could not be written: \(reason)"
        case .rules(let text), .request(let text), .device(let text), .integrity(let text), .unavailable(let text): text
        }
    }

    package var status: ExitStatus {
        switch self {
        case .configuration, .rules: .configuration
        case .noWorkspace, .request: .usage
        case .device: .stale
        case .integrity: .integrity
        case .output: .output
        case .unavailable: .locked
        case .store(let error): error.isLocked ? .locked : error.isRequest ? .usage : .integrity
        case .key, .file: .integrity
        }
    }
}

extension StoreError {
    /// Whether somebody asked for what is not there: no fault of the store.
    var isRequest: Bool {
        switch self {
        case .notASpecifier, .noVersion, .ambiguousCommit, .noArtifact, .unstorableImage, .imageDiffers,
            .notRetirable, .retired:
            true
        default: false
        }
    }

    var isLocked: Bool {
        if case .locked = self { return true }
        return false
    }
}
