/// How well a threshold tells anomalous from normal items: an item counts as found when its score is greater, as in
/// detection.
public struct ClassificationMetrics: Sendable, Equatable, Encodable {
    /// Anomalous items above the threshold.
    public let truePositives: Int
    /// Normal items above the threshold.
    public let falsePositives: Int
    /// Normal items not above the threshold.
    public let trueNegatives: Int
    /// Anomalous items not above the threshold.
    public let falseNegatives: Int
    /// The share of anomalous ones among the items found; 0 where nothing was found.
    public let precision: Double
    /// The share of the anomalous items that was found; 0 where there are none.
    public let recall: Double
    /// The harmonic mean of precision and recall; 0 where nothing was found and nothing was to be found.
    public let f1: Double
    /// The names of those of the three measures that are 0 only because they are undefined, and why.
    public let undefined: [String]

    /// Compares scores with a threshold.
    public init(_ items: some Sequence<(score: Double, isAnomalous: Bool)>, threshold: Double) {
        var counts = (truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0)
        for item in items {
            switch (item.score > threshold, item.isAnomalous) {
            case (true, true): counts.truePositives += 1
            case (true, false): counts.falsePositives += 1
            case (false, false): counts.trueNegatives += 1
            case (false, true): counts.falseNegatives += 1
            }
        }
        (truePositives, falsePositives, trueNegatives, falseNegatives) = counts
        let found = truePositives + falsePositives
        let wanted = truePositives + falseNegatives
        precision = found > 0 ? Double(truePositives) / Double(found) : 0
        recall = wanted > 0 ? Double(truePositives) / Double(wanted) : 0
        f1 = found + wanted > 0 ? 2 * Double(truePositives) / Double(found + wanted) : 0
        var undefined: [String] = []
        if found == 0 { undefined.append("precision: nothing was found") }
        if wanted == 0 { undefined.append("recall: there are no anomalous items") }
        if found + wanted == 0 { undefined.append("f1: nothing was found and nothing was to be found") }
        self.undefined = undefined
    }
}
