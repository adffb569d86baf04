/// How far predictions were from the truth on units that the model had not seen, by the size of the prediction: what
/// intervals and distributions around a prediction are made of.
///
/// Split conformal prediction (Vovk et al., "Algorithmic Learning in a Random World", 2005) with residuals out of fold, by
/// bins of the prediction (Mondrian): remaining life is known to a few rows near its end and to tens of them far from it.
/// Residuals of one unit resemble each other, so the correction for few residuals counts units, not rows.
public struct PredictionSpread: Sendable, Equatable {
    /// The quantiles that are kept of every bin's residuals.
    static let quantileCount = 101
    /// The fewest residuals of a bin.
    static let fewestResiduals = 100
    /// The most bins.
    static let mostBins = 8

    /// The largest prediction of every bin but the last, ascending.
    let edges: [Double]
    /// The quantiles 0, 0.01, ... 1 of the residuals (truth - prediction) of every bin. Shape: bins x 101.
    let quantiles: [Double]
    /// The number of units that the residuals come from.
    public let unitCount: Int

    init(edges: [Double], quantiles: [Double], unitCount: Int) {
        (self.edges, self.quantiles, self.unitCount) = (edges, quantiles, unitCount)
    }

    /// Learns from predictions for units that the model had not seen.
    ///
    /// - Precondition: there is at least one row, and a truth and a unit for each.
    public init(predictions: [Double], truths: [Double], units: [Int]) {
        precondition(!predictions.isEmpty && predictions.count == truths.count && truths.count == units.count)
        let order = predictions.indices.sorted { predictions[$0] < predictions[$1] }
        let bins = max(1, min(Self.mostBins, order.count / Self.fewestResiduals))
        var edges: [Double] = []
        var quantiles: [Double] = []
        var start = 0
        for bin in 0..<bins {
            var end = bin == bins - 1 ? order.count : order.count * (bin + 1) / bins
            // Equal predictions share a bin.
            while end > 0, end < order.count, predictions[order[end]] == predictions[order[end - 1]] { end += 1 }
            guard end > start else { continue }
            let residuals = order[start..<end].map { truths[$0] - predictions[$0] }.sorted()
            quantiles += (0..<Self.quantileCount).map {
                Quantile.linear(ofSorted: residuals, Double($0) / Double(Self.quantileCount - 1))
            }
            if end < order.count { edges.append(predictions[order[end - 1]]) }
            start = end
        }
        self.init(edges: edges, quantiles: quantiles, unitCount: Set(units).count)
    }

    /// The interval around a prediction that holds the truth with the probability `level`, above 0 and below 1.
    public func interval(around prediction: Double, level: Double) -> ClosedRange<Double> {
        let tail = (1 - level) / 2
        let n = Double(max(1, unitCount))
        let share = max(0, tail * (n + 1) / n - 1 / n)
        let residuals = residuals(near: prediction)
        return prediction + Quantile.linear(ofSorted: residuals, share)...prediction
            + Quantile.linear(ofSorted: residuals, 1 - share)
    }

    /// A hundred equally likely values of the truth behind a prediction, ascending.
    public func outcomes(of prediction: Double) -> [Double] {
        let residuals = residuals(near: prediction)
        return (0..<100).map { prediction + Quantile.linear(ofSorted: residuals, (Double($0) + 0.5) / 100) }
    }

    private func residuals(near prediction: Double) -> [Double] {
        let bin = edges.firstIndex { prediction <= $0 } ?? edges.count
        return Array(quantiles[bin * Self.quantileCount..<(bin + 1) * Self.quantileCount])
    }
}
