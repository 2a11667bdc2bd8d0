import ConfigModel

/// Finds the secrets that no line shows by itself: of JSON and XML.
enum StructuralSecrets {
    /// In the order of the text; each lies within one line.
    static func finds(in bytes: UnsafeBufferPointer<UInt8>, syntax: Platform.Syntax) -> [SecretNet.Find] {
        guard let first = bytes.first(where: { $0 > 0x20 }) else { return [] }
        switch (syntax, first) {
        case (.xml, _), (_, UInt8(ascii: "<")): return XMLSecrets.finds(in: bytes)
        case (.json, _), (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")), (_, UInt8(ascii: "/")):
            return JSONSecrets.finds(in: bytes)
        default: return []
        }
    }
}
