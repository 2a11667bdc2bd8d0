import ConfigAnalysis
import ConfigModel

/// The interfaces that only one of two configurations has: what another model lacks, and what it has besides.
package struct InterfaceComparison: Sendable, Hashable, Codable {
    /// The version that the new hardware is compared with.
    package var version: String
    /// In its order, not on the new hardware. Logical ones, such as VLANs, are among them until the configuration is put back.
    package var missing: [String]
    /// On the new hardware, in its order, and not there.
    package var besides: [String]

    /// - Returns: Nil where the platform's syntax shows no interfaces.
    init?(version: String, old: [UInt8], new: [UInt8], syntax: Platform.Syntax) {
        guard let old = Self.interfaces(of: ConfigTree(old, syntax: syntax)),
            let new = Self.interfaces(of: ConfigTree(new, syntax: syntax))
        else { return nil }
        self.version = version
        missing = old.filter { !Set(new).contains($0) }
        besides = new.filter { !Set(old).contains($0) }
    }

    /// Section headers `interface …`; where sections are in braces or paths, what stands in `interfaces`.
    private static func interfaces(of tree: ConfigTree) -> [String]? {
        guard [.indented, .braces, .set].contains(tree.syntax) else { return nil }
        var names: [String] = []
        var seen: Set<String> = []
        for (index, node) in tree.nodes.enumerated() where node.kind == .entry {
            guard let name = interface(at: index, in: tree), seen.insert(name).inserted else { continue }
            names.append(name)
        }
        return names
    }

    private static func interface(at index: Int, in tree: ConfigTree) -> String? {
        let isTop = tree.nodes[index].parent < 0
        switch tree.syntax {
        case .indented:
            guard isTop else { return nil }
            let label = tree.label(of: index)
            return label.hasPrefix("interface ") ? label : nil
        case .braces:
            guard !isTop, tree.path(above: index) == ["interfaces"] else { return nil }
            return tree.label(of: index)
        default:
            let words = tree.label(of: index).split(separator: " ")
            return words.count > 2 && words[0] == "set" && words[1] == "interfaces" ? String(words[2]) : nil
        }
    }
}
