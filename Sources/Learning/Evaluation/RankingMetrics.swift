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

    /// Measures a ranking.
    public init(_ ranking: ScoreRanking, seed: UInt64) {
        auc = ranking.areaUnderCurve
        let interval = ranking.areaInterval(seed: seed)
        aucLower = interval?.lowerBound
        aucUpper = interval?.upperBound
        partialAuc = ranking.partialArea()
        averagePrecision = ranking.averagePrecision
        reason = ranking.reasonForNoArea
    }
}
