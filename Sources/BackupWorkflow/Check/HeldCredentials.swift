import ConfigModel
import DeviceInventory
import SnapshotStore

/// Which devices are spared because a credential on the way to them was refused.
struct HeldCredentials {
    private let held: [String: [CredentialRefusal]]
    private let refusals: [Pair: CredentialRefusal]

    private struct Pair: Hashable {
        var credential: String
        var host: String
    }

    init(_ refusals: [CredentialRefusal]) {
        held = Dictionary(CredentialHold.all(in: refusals).map { ($0[0].credential, $0) }, uniquingKeysWith: { $1 })
        self.refusals = Dictionary(
            refusals.map { (Pair(credential: $0.credential, host: $0.host), $0) }, uniquingKeysWith: { $1 })
    }

    enum Sparing {
        /// The device is not asked with the credential any more.
        case held(String)
        /// The device, or a jump host on the way to it, has refused it, and is asked once more.
        case refused(String)

        var reason: String {
            switch self {
            case .held(let reason), .refused(let reason): reason
            }
        }
    }

    /// - Returns: nil where nothing keeps the device from being asked.
    func sparing(of device: Device, in inventory: Inventory) -> Sparing? {
        guard !refusals.isEmpty, let route = inventory.route(to: device) else { return nil }
        for endpoint in route.jumps + [route.endpoint] {
            let name = endpoint.credential.name
            if let held = held[name] {
                return .held(
                    "the credential '\(name)' is held: refused by \(held.map(\.host).joined(separator: " and "))")
            }
            if let refusal = refusals[Pair(credential: name, host: endpoint.name)] {
                let reason = "\(endpoint.name) refused the credential '\(name)'"
                return refusal.count < CredentialGuard.refusalsOfOne ? .refused(reason) : .held(reason + " twice")
            }
        }
        return nil
    }
}
