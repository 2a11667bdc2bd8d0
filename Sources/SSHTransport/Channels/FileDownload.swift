import NIOCore

/// Reads one file by SFTP with several requests under way, and gives its bytes in order. Does no I/O: it says what to
/// ask, is told what came, and says what that gives.
struct FileDownload {
    enum Outcome { case more, ended, failed(code: UInt32, message: String) }

    private struct Piece {
        var id: UInt32
        var offset: UInt64
        var length: UInt32
        var answer: FileResponse?
    }

    private let handle: [UInt8]
    private var pieces: [Piece] = []
    private var nextOffset: UInt64 = 0
    /// Where the server said that the file ends, when it was opened: a guide, the end is where reading says so.
    private let size: UInt64

    static let pieceLength: UInt32 = 32_768
    static let depth = 8

    init(handle: [UInt8], size: UInt64) {
        self.handle = handle
        self.size = size
    }

    /// The requests to send now. One beyond the expected end is among them, which shows that it is the end.
    mutating func requests(nextID: () -> UInt32) -> [(UInt32, FileRequest)] {
        var requests: [(UInt32, FileRequest)] = []
        while pieces.count < Self.depth, pieces.isEmpty || nextOffset <= size {
            let piece = Piece(id: nextID(), offset: nextOffset, length: Self.pieceLength)
            pieces.append(piece)
            requests.append((piece.id, request(for: piece)))
            nextOffset += UInt64(Self.pieceLength)
        }
        return requests
    }

    private func request(for piece: Piece) -> FileRequest {
        .read(handle: handle, offset: piece.offset, length: piece.length)
    }

    mutating func answered(_ id: UInt32, _ response: FileResponse) {
        guard let index = pieces.firstIndex(where: { $0.id == id }) else { return }
        pieces[index].answer = response
    }

    /// Gives all bytes that are in order by now. A short answer is asked again for its rest.
    mutating func deliver(
        nextID: () -> UInt32, piece give: (ByteBuffer) -> Void, ask: (UInt32, FileRequest) -> Void
    ) -> Outcome {
        while let first = pieces.first, let answer = first.answer {
            switch answer {
            case .data(let bytes):
                guard (1...Int(first.length)).contains(bytes.readableBytes) else {
                    return .failed(code: 5, message: "an answer of \(bytes.readableBytes) bytes")
                }
                give(bytes)
                let rest = first.length - UInt32(bytes.readableBytes)
                guard rest > 0 else {
                    pieces.removeFirst()
                    continue
                }
                pieces[0] = Piece(id: nextID(), offset: first.offset + UInt64(bytes.readableBytes), length: rest)
                ask(pieces[0].id, request(for: pieces[0]))
            case .status(1, _): return .ended
            case .status(let code, let message): return .failed(code: code, message: message)
            default: return .failed(code: 5, message: "an answer of another kind")
            }
        }
        return .more
    }
}
