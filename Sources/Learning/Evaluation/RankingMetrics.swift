internal import SignalCore

/// How well a score ranks anomalous items above normal ones, in numbers. `nil` where items of one class are missing.
public struct RankingMetrics: Sendable, Equatable, Encodable {
    /// The area under the receiver operating characteristic, 0 to 1; 0.5 is chance.
    public let auc: Double?
    /// The lower end of the 95 % bootstrap interval of ``auc``.
    public let aucLower: Double?
    /// The upper end of the 95 % bootstrap interval of ``auc``.
    public let aucUpper: Double?
    /// The standardised partial area up to a false positive rate of 0.1; 0.5 is chance.
    public let partialAuc: Double?
    /// The average precision; the share of anomalous items is chance.
    public let averagePrecision: Double?
    /// Why the others are missing, where they are.
    public let reason: String?

    /// Measures a ranking of items that do not depend on each other.
    public init(_ ranking: ScoreRanking, seed: UInt64) {
        self.init(ranking, interval: ranking.areaInterval(seed: seed))
    }

    /// Measures a ranking of which the interval of the AUC is known, or is not to be had.
    init(_ ranking: ScoreRanking, interval: ClosedRange<Double>?) {
        auc = ranking.areaUnderCurve
        aucLower = interval?.lowerBound
        aucUpper = interval?.upperBound
        partialAuc = ranking.partialArea()
        averagePrecision = ranking.averagePrecision
        reason = ranking.reasonForNoArea
    }

    /// What scores drawn at random reach on so many items: the mean over many draws, and as the interval of the AUC
    /// the range that 95 % of them lie in. A score is better than chance only when it lies outside.
    ///
    /// - Parameter seed: the seed of the draws.
    public init(chanceOfAnomalous anomalousCount: Int, normal normalCount: Int, seed: UInt64) throws {
        let labels = Array(repeating: true, count: anomalousCount) + Array(repeating: false, count: normalCount)
        // Large sets need fewer draws, because each is nearer to the mean.
        let draws = min(500, max(20, 2_000_000 / max(1, labels.count)))
        var generator = SeededGenerator(seed: seed, stream: 1)
        var sums = (auc: 0.0, partialAuc: 0.0, averagePrecision: 0.0)
        var areas: [Double] = []
        for _ in 0..<draws {
            let ranking =
                labels.count < 100_000
                ? try ScoreRanking(labels.map { (score: generator.uniform(), isAnomalous: $0) })
                : Self.countedChance(anomalousCount, normalCount, &generator)
            guard let auc = ranking.areaUnderCurve else { break }
            areas.append(auc)
            sums.auc += auc
            sums.partialAuc += ranking.partialArea() ?? 0
            sums.averagePrecision += ranking.averagePrecision ?? 0
        }
        let count = Double(areas.count)
        areas.sort()
        auc = areas.isEmpty ? nil : sums.auc / count
        aucLower = areas.isEmpty ? nil : Quantile.linear(ofSorted: areas, 0.025)
        aucUpper = areas.isEmpty ? nil : Quantile.linear(ofSorted: areas, 0.975)
        partialAuc = areas.isEmpty ? nil : sums.partialAuc / count
        averagePrecision = areas.isEmpty ? nil : sums.averagePrecision / count
        reason = areas.isEmpty ? try ScoreRanking(labels.map { (score: 0, isAnomalous: $0) }).reasonForNoArea : nil
    }

    /// A random ranking of many items in 65,536 classes of equal score, so that nothing has to be sorted.
    private static func countedChance(_ anomalousCount: Int, _ normalCount: Int, _ generator: inout SeededGenerator)
        -> ScoreRanking
    {
        var classes = Array(repeating: (anomalous: 0, normal: 0), count: 65_536)
        for _ in 0..<anomalousCount { classes[Int(generator.next() >> 48)].anomalous += 1 }
        for _ in 0..<normalCount { classes[Int(generator.next() >> 48)].normal += 1 }
        return ScoreRanking(counted: classes)
    }
}
