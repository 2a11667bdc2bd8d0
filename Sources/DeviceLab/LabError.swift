/// Why a lab could not be started or steered.
package enum LabError: Error, Hashable, Sendable {
    case keyUnusable(reason: String)
    case cannotListen(device: String, address: String, reason: String)
    case cannotStart(reason: String)
    case duplicateDevice(String)
    case unknownDevice(String, known: [String])
    case driftImpossible(device: String, kind: String, reason: String)
    case faultUnknown(String)
    case stateUnusable(path: String, reason: String)
}

extension LabError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyUnusable(let reason):
            "the key cannot be used (\(reason)): it must be an unencrypted ed25519 key in OpenSSH form"
        case .cannotListen(let device, let address, let reason):
            "\(device) cannot listen on \(address) (\(reason)): is another lab running? 'plumbline-lab stop', or --port"
        case .cannotStart(let reason):
            "the lab cannot start: \(reason)"
        case .duplicateDevice(let id):
            "two devices of the lab are called '\(id)'"
        case .unknownDevice(let id, let known):
            "the lab has no device '\(id)'; it has \(known.joined(separator: ", "))"
        case .driftImpossible(let device, let kind, let reason):
            "\(device) cannot drift by '\(kind)': \(reason)"
        case .faultUnknown(let text):
            "there is no fault '\(text)'; known are \(LabFault.forms.joined(separator: ", ")), none"
        case .stateUnusable(let path, let reason):
            "\(path) cannot be used (\(reason))"
        }
    }
}
