/// The message USERAUTH_FAILURE (RFC 4252, section 5.1).
struct LoginRefusal: Hashable, Sendable {
    /// The methods that can go on.
    var methods: [String]
    /// The method was accepted, and is not enough alone.
    var isPartialSuccess: Bool

    /// Nil when the memory does not begin with such a message. It may be longer than that.
    init?(message: UnsafeRawBufferPointer) {
        guard message.count >= 6, message[0] == 51 else { return nil }
        let length = message[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard length <= min(1024, message.count - 6), message[5 + length] <= 1 else { return nil }
        let list = message[5..<5 + length]
        guard list.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        methods = list.split(separator: UInt8(ascii: ",")).prefix(32).map { printable($0, limit: 64) }
        isPartialSuccess = message[5 + length] == 1
    }
}
