/// What libssh2 said when it failed: code and text, copied out before the next call.
struct LibraryFailure: Error, Hashable, Sendable {
    var code: Int32
    var message: String
}

/// Memory on the stack for one call.
func withBuffer<Value>(
    of size: Int, _ body: (UnsafeMutableRawBufferPointer) throws(LibraryFailure) -> Value
) throws(LibraryFailure) -> Value {
    let result: Result<Value, LibraryFailure> = withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) {
        buffer in
        do throws(LibraryFailure) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try result.get()
}
