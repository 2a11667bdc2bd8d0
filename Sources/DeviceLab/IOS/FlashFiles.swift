/// The files of an IOS-like device's `flash:`.
package struct FlashFiles: Sendable {
    package private(set) var files: [String: [UInt8]] = [:]
    /// How many bytes it holds in all.
    package var capacity: Int

    package init(capacity: Int = 122_185_728) { self.capacity = capacity }

    package var free: Int { capacity - files.values.reduce(0) { $0 + $1.count } }

    /// - Parameter name: With or without `flash:` and slashes before it.
    package func read(_ name: String) -> [UInt8]? { files[Self.plain(name)] }

    /// Puts a file down; false when it does not fit.
    @discardableResult
    package mutating func write(_ name: String, _ bytes: [UInt8]) -> Bool {
        let name = Self.plain(name)
        guard !name.isEmpty, bytes.count <= free + (files[name]?.count ?? 0) else { return false }
        files[name] = bytes
        return true
    }

    /// False when there was none.
    @discardableResult
    package mutating func delete(_ name: String) -> Bool { files.removeValue(forKey: Self.plain(name)) != nil }

    /// The name without its file system; nil when the file system is another one.
    static func plain(_ name: String) -> String {
        let rest = name.hasPrefix("flash:") ? name.dropFirst(6) : name[...]
        return String(rest.drop { $0 == "/" })
    }

    static func isFlash(_ name: String) -> Bool { !name.contains(":") || name.hasPrefix("flash:") }
}
