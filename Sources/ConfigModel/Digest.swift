import Crypto

/// SHA-256 in lower-case hexadecimal.
///
/// Only for what may be seen by anybody who sees the digest: an unkeyed digest of collected text would let guesses at its
/// secrets be tested.
package func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }
