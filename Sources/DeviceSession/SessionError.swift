package import ConfigModel

/// What can go wrong between us and a device, from the first packet to the last byte.
///
/// `host` is how the inventory calls the other side, with its address: `sw-icu-a (10.20.0.2:22)`.
package enum SessionError: Error, Hashable, Sendable {
    // Reaching it.
    case unresolved(host: String, reason: String)
    case unreachable(host: String, reason: String)
    /// Nothing listens on the port.
    case refused(host: String)
    /// A deadline passed while something was under way.
    case timedOut(host: String, during: String)
    case closed(host: String, during: String)
    case cancelled(host: String)
    /// A jump host on the way failed.
    indirect case jump(host: String, SessionError)

    // Trusting it.
    case hostKeyUnknown(host: String, offered: HostKey)
    case hostKeyChanged(host: String, offered: HostKey, accepted: [HostKey])
    case hostKeyRevoked(host: String, offered: HostKey)
    /// What the device offers, of one kind (`key exchange`, `host key`, `cipher`, `MAC`), and what we may use.
    case noCommonAlgorithm(host: String, kind: String, offered: [String], allowed: [String], profile: AlgorithmProfile)

    // Logging in.
    case loginRefused(host: String, user: String, method: String, allowed: [String])
    /// The device does not offer the method that the credential needs.
    case loginMethodMissing(host: String, user: String, method: String, allowed: [String])
    /// The key file, the agent or the passphrase is at fault; the device has not been asked.
    case keyUnusable(host: String, key: String, reason: String)
    case enableRefused(host: String)
    /// The secret could not be had on our side; `credential` is its name in the inventory.
    case credentialUnavailable(host: String, credential: String, reason: String)
    /// The credential was refused elsewhere; this device was spared.
    case credentialHeld(host: String, credential: String, refusals: [String])
    /// What was delivered for the device is nothing that its platform has.
    case undeliverable(host: String, name: String, platform: String, known: [String])
    /// The program that delivers the device's texts has not done it.
    case deliveryFailed(host: String, program: String, reason: String)
    /// The very same was refused by this device before; it was spared.
    case refusedBefore(host: String, credential: String, time: String, until: String?)

    // Talking to it.
    case protocolFailure(host: String, during: String, reason: String)
    case unsupported(host: String, what: String)
    /// The device opens no channel (or no further one) for this.
    case channelRefused(host: String, what: String)
    case fileUnavailable(host: String, path: String, reason: String)
    case fileUnwritable(host: String, path: String, reason: String)
    /// The device did not say what it should have said after a line of a restore.
    case unexpectedAnswer(host: String, command: String, expected: String, answer: String)
    case tooLarge(host: String, what: String, limit: Int)
    case promptNotFound(host: String, seen: String)
    case commandRejected(host: String, command: String, answer: String)
    case commandFailed(host: String, command: String, status: Int, answer: String)
    case nothingCollected(host: String)
    /// The device is at work and was left alone; `answer` is what its platform's `ready` command said.
    case deviceBusy(host: String, answer: String)
    /// The platform cannot be used for this device; nothing was sent.
    case platformFault(host: String, platform: String, reason: String)
}

extension SessionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unresolved(let host, let reason):
            "\(host): the name cannot be resolved (\(reason)): check 'address' in the inventory, or the resolver"
        case .unreachable(let host, let reason):
            "\(host) cannot be reached (\(reason)): check that it is powered on and that its network is up"
        case .refused(let host):
            "\(host) refuses the connection: nothing listens on this port; check that SSH is enabled, and 'port'"
        case .timedOut(let host, let during):
            "\(host): the deadline passed while \(during): check the device, or raise 'timeout'"
        case .closed(let host, let during):
            "\(host) closed the connection while \(during)"
        case .cancelled(let host):
            "\(host): the session was cut, because the run was ended"
        case .jump(let host, let error):
            "\(host) is behind a jump host, and there: \(error)"
        case .hostKeyUnknown(let host, let offered):
            "\(host) shows a host key that is not on record (\(offered.algorithm) \(offered.fingerprint)): compare it "
                + "with the device's own, then 'plumbline hostkey enrol'; nothing was sent"
        case .hostKeyChanged(let host, let offered, let accepted):
            "\(host) shows ANOTHER host key: offered \(offered.algorithm) \(offered.fingerprint), on record "
                + accepted.map { "\($0.algorithm) \($0.fingerprint)" }.joined(separator: ", ")
                + ": find out why before anything else; no credential was sent"
        case .hostKeyRevoked(let host, let offered):
            "\(host) shows a host key that is marked @revoked (\(offered.algorithm) \(offered.fingerprint)): no "
                + "credential was sent"
        case .noCommonAlgorithm(let host, let kind, let offered, let allowed, let profile):
            "\(host) offers no \(kind) algorithm that the profile '\(profile.rawValue)' allows: it offers "
                + "\(offered.joined(separator: ", ")); allowed are \(allowed.joined(separator: ", "))"
                + (profile == .modern ? "; update its firmware, or set 'ssh: {profile: legacy}' for this device" : "")
        case .loginRefused(let host, let user, let method, let allowed):
            "\(host) refused user '\(user)' by \(method)"
                + (allowed.isEmpty ? "" : " (it allows \(allowed.joined(separator: ", ")))")
                + ": check the credential that the inventory names for this device; it is not tried again"
        case .loginMethodMissing(let host, let user, let method, let allowed):
            "\(host) does not offer \(method) for user '\(user)', only "
                + "\(allowed.isEmpty ? "nothing" : allowed.joined(separator: ", ")): change the device or the credential"
        case .keyUnusable(let host, let key, let reason):
            "\(host): the key \(key) cannot be used (\(reason)); the device has not been asked"
        case .enableRefused(let host):
            "\(host) refused the privileged mode: check 'enable' of the credential; it is not tried again"
        case .credentialUnavailable(let host, let credential, let reason):
            "\(host): the credential '\(credential)' cannot be read (\(reason)); the device was not asked"
        case .credentialHeld(let host, let credential, let refusals):
            "\(host) was spared: the credential '\(credential)' was refused by \(refusals.joined(separator: " and ")), "
                + "and one more refusal could lock the account: once the secret is another one it is used again by itself; "
                + "'plumbline credential release \(credential)' lets the same one be tried again"
        case .refusedBefore(let host, let credential, let time, let until):
            "\(host) was spared: it refused the credential '\(credential)' on \(time), which is still the same"
                + (until.map { ", and is asked once more after \($0)" } ?? "")
                + ": correct it, or, once the device is mended, 'plumbline credential release \(credential)'"
        case .undeliverable(let host, let name, let platform, let known):
            "\(host): platform '\(platform)' has no artifact '\(name)', it has \(known.joined(separator: ", "))"
        case .deliveryFailed(let host, let program, let reason):
            "\(host): '\(program)', which delivers its texts, failed: \(reason)"
        case .protocolFailure(let host, let during, let reason):
            "\(host): the SSH conversation failed while \(during): \(reason)"
        case .unsupported(let host, let what):
            "\(host) has no \(what)"
        case .channelRefused(let host, let what):
            "\(host) opens no channel for \(what): check that it allows several, and whether other sessions take them"
        case .fileUnavailable(let host, let path, let reason):
            "\(host): \(path) cannot be read (\(reason))"
        case .fileUnwritable(let host, let path, let reason):
            "\(host): \(path) cannot be written (\(reason))"
        case .unexpectedAnswer(let host, let command, let expected, let answer):
            "\(host) answers '\(command)' otherwise than expected ('\(expected)')"
                + (answer.isEmpty ? ": with nothing" : ": \(answer)")
        case .tooLarge(let host, let what, let limit):
            "\(host): \(what) is larger than \(limit) bytes"
        case .promptNotFound(let host, let seen):
            "\(host): no prompt was recognised"
                + (seen.isEmpty ? "" : " (the last line was '\(seen)')") + ": check 'platform' in the inventory"
        case .commandRejected(let host, let command, let answer):
            "\(host) rejects '\(command)': \(answer)"
        case .commandFailed(let host, let command, let status, let answer):
            "\(host): '\(command)' ended with status \(status)" + (answer.isEmpty ? "" : ": \(answer)")
        case .nothingCollected(let host):
            "\(host): none of the platform's artifacts is there: check 'platform' in the inventory"
        case .deviceBusy(let host, let answer):
            "\(host) is at work and was left alone" + (answer.isEmpty ? "" : " (it says '\(answer)')")
                + ": it is asked again at the next run"
        case .platformFault(let host, let platform, let reason):
            "\(host): platform '\(platform)' cannot be used for it: \(reason); nothing was sent"
        }
    }
}

extension SessionError {
    /// What kind of failure the run's report counts it as.
    package var kind: CollectionFailure.Kind {
        switch self {
        case .unresolved, .unreachable, .refused: .unreachable
        case .timedOut: .timeout
        case .closed: .closed
        case .cancelled: .cancelled
        case .jump(_, let error): error.kind
        case .hostKeyUnknown: .hostKeyUnknown
        case .hostKeyChanged, .hostKeyRevoked: .hostKeyChanged
        case .noCommonAlgorithm: .algorithms
        case .loginRefused, .loginMethodMissing, .enableRefused: .refusedLogin
        case .keyUnusable, .credentialUnavailable: .credential
        case .credentialHeld, .refusedBefore: .spared
        case .protocolFailure, .unsupported, .channelRefused, .platformFault: .protocolFailure
        case .deviceBusy: .busy
        case .undeliverable, .deliveryFailed: .protocolFailure
        case .fileUnavailable, .fileUnwritable, .unexpectedAnswer, .tooLarge, .promptNotFound, .commandRejected,
            .commandFailed, .nothingCollected:
            .suspicious
        }
    }
}
