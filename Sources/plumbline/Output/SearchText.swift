import BackupWorkflow
import ConfigAnalysis
import ConfigModel
import SnapshotStore

/// What was found, for people: one line for each hit, so that it can be piped on.
struct SearchText {
    enum Form { case lines, names, counts }

    let shows: Form
    /// Whether versions other than the latest are shown, so that their numbers matter.
    let isDated: Bool
    let paint: Paint

    func say(_ found: TextSearch.Found) {
        let device = isDated ? "\(found.version.device)@\(found.version.number)" : "\(found.version.device)"
        let place = "\(paint(.bold, device)):\(paint(.cyan, printable(found.artifact.text)))"
        switch shows {
        case .names: Console.say(place)
        case .counts: Console.say("\(place):\(found.hits.count)")
        case .lines: for hit in found.hits { Console.say("\(place):\(hit.line): \(section(hit))\(line(hit))") }
        }
    }

    private func section(_ hit: SearchHit) -> String {
        guard !hit.section.isEmpty else { return "" }
        return paint(.dim, hit.section.map { printable($0) + " › " }.joined())
    }

    private func line(_ hit: SearchHit) -> String {
        // Whole where nothing is coloured: a match may begin or end within a character.
        guard paint.isOn else { return printable(hit.text) }
        return hit.pieces.map { $0.isMatch ? paint(.red, printable($0.text)) : printable($0.text) }.joined()
    }

    /// What a person must know to judge what was found and what was not, on standard error.
    static func remark(_ outcome: TextSearch.Outcome, at: String?) {
        func remark(_ devices: [DeviceID], _ what: String) {
            guard !devices.isEmpty else { return }
            let names = devices.prefix(5).map(\.text).joined(separator: ", ")
            let more = devices.count > 5 ? " and \(devices.count - 5) more" : ""
            Console.complain("notice: \(what): \(names)\(more)")
        }
        remark(outcome.digestOnly, "not searched, for only digests of what may be patient data are kept")
        remark(outcome.notInInventory, "stored, but not in the inventory any more")
        remark(outcome.nothingStored, at.map { "nothing stored by \($0)" } ?? "nothing stored yet")
        for unread in outcome.unread {
            Console.complain("plumbline: \(unread.device) was not searched: \(printable(unread.reason))")
        }
        if let failure = outcome.failure {
            Console.complain("plumbline: the search was ended: \(printable(failure))")
        }
    }
}
