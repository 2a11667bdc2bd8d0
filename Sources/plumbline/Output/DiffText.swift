import BackupWorkflow
import ConfigAnalysis

/// How differences are laid out for people.
enum DiffLayout: Sendable, Hashable {
    case lines
    /// What differs within a line, as `[-old-]{+new+}`.
    case words
    /// Old beside new, in so many columns.
    case sideBySide(width: Int)
}

/// The lines of a hunk in one of the layouts.
struct DiffText {
    let layout: DiffLayout
    let paint: Paint

    func lines(of hunk: DiffHunk) -> [String] {
        switch layout {
        case .lines: hunk.lines.map { plain($0) }
        case .words: pairs(hunk).map(words)
        case .sideBySide(let width): pairs(hunk).map { beside($0, width) }
        }
    }

    /// A line that stayed, one that was changed, or one that came or went.
    private enum Pair {
        case same(String)
        case changed(old: String?, new: String?)
    }

    /// Of lines that went and came together the first belongs to the first.
    private func pairs(_ hunk: DiffHunk) -> [Pair] {
        var pairs: [Pair] = []
        var gone: [String] = []
        var came: [String] = []
        func settle() {
            for index in 0..<max(gone.count, came.count) {
                pairs.append(
                    .changed(
                        old: gone.indices.contains(index) ? gone[index] : nil,
                        new: came.indices.contains(index) ? came[index] : nil))
            }
            gone = []
            came = []
        }
        for line in hunk.lines {
            let text = printable(line.text)
            switch line.kind {
            case .removed: gone.append(text)
            case .added: came.append(text)
            case .context:
                settle()
                pairs.append(.same(text))
            }
        }
        settle()
        return pairs
    }

    private func plain(_ line: DiffHunk.Line) -> String {
        let text = printable(line.text)
        return switch line.kind {
        case .context: " \(text)"
        case .removed: paint(.red, "-\(text)")
        case .added: paint(.green, "+\(text)")
        }
    }

    // MARK: Words

    private func words(_ pair: Pair) -> String {
        switch pair {
        case .same(let text): return " \(text)"
        case .changed(let old?, nil): return paint(.red, "-\(old)")
        case .changed(nil, let new?): return paint(.green, "+\(new)")
        case .changed(nil, nil): return ""
        case .changed(let old?, let new?):
            let (left, right) = (Self.split(old), Self.split(new))
            let head = zip(left, right).prefix { $0 == $1 }.count
            let rest = min(left.count, right.count) - head
            let tail = zip(left.reversed(), right.reversed()).prefix(rest).prefix { $0 == $1 }.count
            let gone = left[head..<(left.count - tail)].joined()
            let came = right[head..<(right.count - tail)].joined()
            return " " + left[..<head].joined() + (gone.isEmpty ? "" : paint(.red, "[-\(gone)-]"))
                + (came.isEmpty ? "" : paint(.green, "{+\(came)+}")) + left[(left.count - tail)...].joined()
        }
    }

    /// Words and what stands between them.
    private static func split(_ line: String) -> [String] {
        var parts: [String] = []
        var wasWord: Bool?
        for character in line {
            let isWord = character.isLetter || character.isNumber || "_-.:/<>".contains(character)
            if wasWord == isWord, isWord {
                parts[parts.count - 1].append(character)
            } else {
                parts.append(String(character))
            }
            wasWord = isWord
        }
        return parts
    }

    // MARK: Side by side

    private func beside(_ pair: Pair, _ width: Int) -> String {
        let half = max(10, (width - 3) / 2)
        func cell(_ text: String) -> String {
            padded(text.count > half ? String(text.prefix(half - 1)) + "…" : text, to: half)
        }
        switch pair {
        case .same(let text): return cell(text) + "   " + cell(text).trimmedAtEnd
        case .changed(let old?, let new?):
            return paint(.red, cell(old)) + " | " + paint(.green, cell(new).trimmedAtEnd)
        case .changed(let old?, nil): return paint(.red, cell(old)) + " <"
        case .changed(nil, let new?): return cell("") + " > " + paint(.green, cell(new).trimmedAtEnd)
        case .changed(nil, nil): return ""
        }
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
