import FoundationEssentials

/// How old the copies of a fleet are, as a share of what each device's objective allows: a small plot in SVG.

struct FreshnessPlot: Sendable {
    /// Up to each tenth of the objective, over it, and never.
    private var counts = [Int](repeating: 0, count: 12)

    init(_ rows: [RunReport.Row], at: Double) {
        for row in rows where row.isAsked {
            guard let lastGood = row.lastGood else {
                counts[11] += 1
                continue
            }
            let age = at - lastGood.timeIntervalSince1970
            guard row.isFresh, row.freshness > 0 else {
                counts[10] += 1
                continue
            }
            counts[min(9, max(0, Int(age / row.freshness * 10)))] += 1
        }
    }

    var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    /// Bars with their numbers: readable without colour and on paper.
    var svg: String {
        let (width, height, bar) = (44, 96, 34)
        let most = max(1, counts.max() ?? 1)
        var svg =
            "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 \(counts.count * width) \(height + 40)\" "
            + "xmlns=\"http://www.w3.org/2000/svg\"><title>Age of the last good copies, as a share of each device's "
            + "objective</title>\n"
        for (index, count) in counts.enumerated() {
            let x = index * width + (width - bar) / 2
            let size = count == 0 ? 0 : max(2, count * height / most)
            let style = index < 8 ? "good" : index < 10 ? "near" : "bad"
            svg +=
                "<rect class=\"\(style)\" x=\"\(x)\" y=\"\(height + 14 - size)\" width=\"\(bar)\" height=\"\(size)\"/>"
            if count > 0 {
                svg += "<text class=\"count\" x=\"\(x + bar / 2)\" y=\"\(height + 10 - size)\">\(count)</text>"
            }
            let label = index < 10 ? "≤ \(index * 10 + 10)%" : index == 10 ? "stale" : "never"
            svg += "<text class=\"tick\" x=\"\(x + bar / 2)\" y=\"\(height + 30)\">\(label)</text>\n"
        }
        return svg + "<line class=\"axis\" x1=\"0\" x2=\"\(counts.count * width)\" y1=\"\(height + 15)\" "
            + "y2=\"\(height + 15)\"/></svg>\n"
    }
}
