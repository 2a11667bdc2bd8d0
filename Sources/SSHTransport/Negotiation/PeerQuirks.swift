/// Faults of server programs that a client can step around, told by the server's identification.
struct PeerQuirks: Hashable {
    /// How long to wait between the end of one channel and the opening of the next.
    ///
    /// Dropbear 2022.82 to 2024.85 may take the end of the old channel's program for the end of the new one: it closes the
    /// new channel before its command comes, or gives up the connection (its issues 173 and 321, mended in October 2024).
    /// Many small devices have such a version for life.
    var pauseBetweenChannels = Duration.zero

    /// - Parameter identification: Such as `SSH-2.0-dropbear_2022.83`.
    init(identification: String?) {
        guard let mark = identification?.firstRange(of: "dropbear_") else { return }
        let year = identification?[mark.upperBound...].prefix { $0.isNumber } ?? ""
        if let year = Int(year), (2022...2024).contains(year) { pauseBetweenChannels = .milliseconds(50) }
    }
}
