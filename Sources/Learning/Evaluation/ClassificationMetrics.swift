/// How well a threshold tells anomalous from normal items: an item counts as found when its score is greater, as in
/// detection. Precision, recall and F1 are scikit-learn's; the rates are those of SKAB.
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
    /// The false alarm rate (FAR): the share of the normal items that was found, 0 to 1; 0 where there are none.
    public let falseAlarmRate: Double
    /// The missed alarm rate (MAR): the share of the anomalous items that was not found, 0 to 1; 0 where there are none.
    public let missedAlarmRate: Double
    /// The names of those of the measures that are 0 only because they are undefined, and why.
    public let undefined: [String]

    /// Measures what was counted.
    public init(truePositives: Int, falsePositives: Int, trueNegatives: Int, falseNegatives: Int) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
        self.falseNegatives = falseNegatives
        func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
        let found = truePositives + falsePositives
        let wanted = truePositives + falseNegatives
        let normal = falsePositives + trueNegatives
        precision = share(truePositives, found)
        recall = share(truePositives, wanted)
        f1 = share(2 * truePositives, found + wanted)
        falseAlarmRate = share(falsePositives, normal)
        missedAlarmRate = share(falseNegatives, wanted)
        var undefined: [String] = []
        if found == 0 { undefined.append("precision: nothing was found") }
        if wanted == 0 { undefined.append("recall: there are no anomalous items") }
        if found + wanted == 0 { undefined.append("f1: nothing was found and nothing was to be found") }
        if normal == 0 { undefined.append("falseAlarmRate: there are no normal items") }
        if wanted == 0 { undefined.append("missedAlarmRate: there are no anomalous items") }
        self.undefined = undefined
    }

    /// Compares scores with a threshold.
    public init(_ items: some Sequence<(score: Double, isAnomalous: Bool)>, threshold: Double) {
        self.init(items.lazy.map { (isFound: $0.score > threshold, isAnomalous: $0.isAnomalous) })
    }

    /// Counts decisions.
    public init(_ decisions: some Sequence<(isFound: Bool, isAnomalous: Bool)>) {
        var counts = (truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0)
        for decision in decisions {
            switch (decision.isFound, decision.isAnomalous) {
            case (true, true): counts.truePositives += 1
            case (true, false): counts.falsePositives += 1
            case (false, false): counts.trueNegatives += 1
            case (false, true): counts.falseNegatives += 1
            }
        }
        self.init(
            truePositives: counts.truePositives, falsePositives: counts.falsePositives,
            trueNegatives: counts.trueNegatives, falseNegatives: counts.falseNegatives)
    }

    /// The measures of several files together, by the protocol of SKAB (Katser and Kozitsin, "Skoltech Anomaly
    /// Benchmark", 2020): the counts of all files are added first, then the measures are taken of the sums.
    public init(summing parts: some Collection<ClassificationMetrics>) {
        self.init(
            truePositives: parts.reduce(0) { $0 + $1.truePositives },
            falsePositives: parts.reduce(0) { $0 + $1.falsePositives },
            trueNegatives: parts.reduce(0) { $0 + $1.trueNegatives },
            falseNegatives: parts.reduce(0) { $0 + $1.falseNegatives })
    }
}
