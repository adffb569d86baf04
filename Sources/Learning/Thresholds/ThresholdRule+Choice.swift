extension ThresholdRule {
    /// What a rule gives for some scores.
    struct Choice: Equatable {
        /// The threshold.
        var value: Double
        /// Why the rule could not do what it is meant to do, and what was done instead; `nil` when it could.
        var remark: String?
    }

    /// What the rule gives for finite scores of normal data.
    ///
    /// - Precondition: there is at least one score.
    func choice(of scores: [Float]) -> Choice {
        switch self {
        case .quantile(let share):
            return Choice(value: Quantile.linear(of: scores, share))
        case .sigma(let multiple):
            let mean = scores.reduce(0.0) { $0 + Double($1) } / Double(scores.count)
            let squares = scores.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            return Choice(value: mean + multiple * (squares / Double(max(scores.count - 1, 1))).squareRoot())
        case .extremeValue(let risk):
            return Self.extremeValue(of: scores.sorted(), risk: risk)
        case .gamma(let share):
            guard scores.count >= GammaFit.leastCount else {
                return Choice(
                    value: Quantile.linear(of: scores, share),
                    remark: "\(scores.count) scores are too few for a gamma distribution (at least "
                        + "\(GammaFit.leastCount)), so their quantile \(share)")
            }
            guard let fit = GammaFit(scores.map(Double.init)) else {
                return Choice(
                    value: Quantile.linear(of: scores, share),
                    remark: "all scores are equal, which no gamma distribution describes, so that score")
            }
            return Choice(value: fit.quantile(share))
        case .dynamic:
            return Choice(value: DynamicThreshold.threshold(of: scores.map(Double.init)))
        }
    }

    /// The share of the scores below the level from which on they count as tail: 0.98, as in Siffer et al.
    private static let initialLevel = 0.98

    /// The fewest scores above the initial level that a tail is fitted to; fewer leave its shape open.
    private static let leastPeaks = 10

    private static func extremeValue(of sorted: [Float], risk: Double) -> Choice {
        let level = Quantile.linear(ofSorted: sorted, initialLevel)
        let peaks = sorted.reversed().lazy.map { Double($0) - level }.prefix { $0 > 0 }
        let exceeding = Double(peaks.count) / Double(sorted.count)
        func fallback(_ reason: String) -> Choice {
            Choice(
                value: Quantile.linear(ofSorted: sorted, 1 - risk),
                remark: "\(reason), so the \(1 - risk) quantile of the scores")
        }
        guard peaks.count >= leastPeaks else {
            return fallback(
                "\(peaks.count) of \(sorted.count) scores lie above their \(initialLevel) quantile, too few to fit a tail "
                    + "(at least \(leastPeaks))")
        }
        guard risk < exceeding else {
            return fallback(
                "a risk of \(risk) is not in the tail, above whose level \(exceeding) of the scores lie")
        }
        return Choice(value: level + ParetoTail(Array(peaks)).level(exceededBy: risk / exceeding))
    }
}
