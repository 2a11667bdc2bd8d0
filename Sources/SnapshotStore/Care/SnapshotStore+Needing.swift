package import ConfigModel

extension SnapshotStore {
    /// Why a repository of exact bytes must not be taken away.
    /// - Parameters:
    ///   - repository: Such as `collected-2024.git`.
    ///   - besides: Versions that are needed beside each device's latest, such as approved ones.
    /// - Returns: The versions whose exact bytes a restore would take from there, such as `sw-a@3`. Empty when none.
    /// - Throws: `notRetirable` when there is no such repository, or runs write to it.
    package func versions(
        needing repository: String, besides: [DeviceID: Set<Int>]
    ) throws(StoreError) -> [String] {
        let name = try retirable(repository)
        var needing: [String] = []
        for tip in try latestVersions(before: nil) {
            for number in (besides[tip.device] ?? []).union([tip.number]).sorted() {
                let version = try indexed { (index) throws(IndexFault) in
                    try index.version(of: tip.device, number: number)
                }
                guard let version else { continue }
                if try collectedReferences(of: version).values.contains(where: { $0.repository == "\(name)" }) {
                    needing.append("\(tip.device)@\(number)")
                }
            }
        }
        return needing
    }
}
