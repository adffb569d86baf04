/// How often values fall into intervals of equal width.
struct Histogram {
    /// The edges of the intervals, one more than there are intervals, rising.
    let edges: [Double]
    /// Whether values beyond the last edge were counted in the last interval.
    let hasOverflow: Bool

    /// Chooses the intervals for values: so many, from the smallest to the largest, or, if a few values lie far above all
    /// others, to somewhat above those others.
    ///
    /// - Parameter including: numbers that shall lie inside too, such as a threshold.
    init(of values: [Double], including others: [Double] = [], bins: Int = 40) {
        let sorted = values.filter(\.isFinite).sorted()
        guard let lowest = sorted.first, let highest = sorted.last else {
            edges = [0, 1]
            hasOverflow = false
            return
        }
        let usual = sorted[min(sorted.count - 1, Int(0.995 * Double(sorted.count)))]
        var top = highest
        // The eye gets nothing from forty intervals of which one holds everything.
        if highest - lowest > 4 * (usual - lowest), usual > lowest { top = lowest + 1.5 * (usual - lowest) }
        let included = others.filter(\.isFinite)
        let low = min(lowest, included.min() ?? lowest)
        top = max(top, included.max() ?? top)
        if top <= low { top = low + max(abs(low) * 0.1, 1e-6) }
        edges = (0...bins).map { low + (top - low) * Double($0) / Double(bins) }
        hasOverflow = highest > top
    }

    /// The counts in every interval; values above the last edge count in the last interval, missing ones nowhere.
    func counts(_ values: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: edges.count - 1)
        let width = (edges[edges.count - 1] - edges[0]) / Double(counts.count)
        for value in values where value.isFinite && value >= edges[0] {
            let place = min((value - edges[0]) / width, Double(counts.count - 1))
            counts[Int(place)] += 1
        }
        return counts
    }

    /// What a caption says when the last interval is open.
    var note: String { hasOverflow ? " The last interval holds everything above it, too." : "" }
}

extension [Double] {
    /// The numbers as percentages of their sum.
    var percentages: [Double] {
        let sum = reduce(0, +)
        return sum > 0 ? map { 100 * $0 / sum } : self
    }
}
