import Learning
import Reporting

extension Report.Section {
    /// Shows how well scores tell anomalies, by labels: both curves, the scores by class, the confusion at the threshold, and
    /// what another one would give.
    ///
    /// - Parameters:
    ///   - unit: what a score belongs to, such as `rows`.
    ///   - curves: receiver operating characteristics of trivial rules.
    mutating func showQuality(
        of algorithm: String, scores: [Double], isAnomalous: [Bool], ranking: RankingMetrics,
        classification: ClassificationMetrics, threshold: Double, unit: String, beside curves: [RankingCurve] = []
    ) {
        show(
            ROCFigure(
                curves: [
                    .receiverOperatingCharacteristic(
                        name: algorithm, scores: scores, isAnomalous: isAnomalous, area: ranking.auc,
                        lower: ranking.aucLower, upper: ranking.aucUpper)
                ] + curves, falsePositiveRate: classification.falseAlarmRate, truePositiveRate: classification.recall))
        let anomalous = isAnomalous.count { $0 }
        show(
            PrecisionRecallFigure(
                curves: [
                    .precisionRecall(
                        name: algorithm, scores: scores, isAnomalous: isAnomalous,
                        averagePrecision: ranking.averagePrecision)
                ], prevalence: Double(anomalous) / Double(max(1, isAnomalous.count))))
        show(ScoreHistogramFigure(scores: scores, isAnomalous: isAnomalous, threshold: threshold))
        show(
            ConfusionMatrixFigure(
                classes: ["normal", "anomalous"],
                counts: [
                    [classification.trueNegatives, classification.falsePositives],
                    [classification.falseNegatives, classification.truePositives],
                ], unit: unit))
        show(ThresholdSweepFigure(scores: scores, isAnomalous: isAnomalous, threshold: threshold))
    }
}
