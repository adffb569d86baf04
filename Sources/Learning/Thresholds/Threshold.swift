public import SignalCore

/// The score above which something counts as anomalous, and how it was found. Chosen from scores of normal data only.
public struct Threshold: Sendable, Equatable {
    /// The threshold itself. A score is anomalous when it is greater.
    public let value: Float
    /// The median of the scores it was chosen from: the usual score.
    public let usualScore: Float
    /// The rule it was chosen by.
    public let rule: ThresholdRule
    /// What the distance from the usual score to the rule's value was multiplied by; 1 leaves the rule's value.
    public let multiplier: Double
    /// The number of scores it was chosen from.
    public let scoreCount: Int
    /// How these scores were obtained, in words, and what was done instead where the rule could not be followed.
    public let basis: String

    /// Chooses a threshold.
    ///
    /// - Parameters:
    ///   - rule: how.
    ///   - scores: scores of normal data in their order, best of a model that was not fitted on the same data.
    ///   - multiplier: above 1 for fewer alarms, below 1 for more; from 0.01 to 100.
    ///   - basis: how the scores were obtained, in words, for the model's card.
    /// - Throws: `SignalError` with code `insufficientData` when there is no score, `invalidOption` for a multiplier
    ///   out of range, `malformed` when a score is not finite.
    public init(_ rule: ThresholdRule, of scores: [Float], multiplier: Double = 1, basis: String) throws {
        try Self.check(multiplier: multiplier)
        guard !scores.isEmpty else {
            throw SignalError(.insufficientData, "there is no score to choose a threshold from")
        }
        guard scores.allSatisfy(\.isFinite) else {
            throw SignalError(.malformed, "a score that a threshold is chosen from is not finite")
        }
        let usual = Quantile.linear(of: scores, 0.5)
        let choice = rule.choice(of: scores)
        self.init(
            value: Self.clamped(usual + multiplier * (choice.value - usual)), usualScore: Float(usual), rule: rule,
            multiplier: multiplier, scoreCount: scores.count,
            basis: [basis, choice.remark ?? ""].filter { !$0.isEmpty }.joined(separator: "; "))
    }

    init(value: Float, usualScore: Float, rule: ThresholdRule, multiplier: Double, scoreCount: Int, basis: String) {
        self.value = value
        self.usualScore = usualScore
        self.rule = rule
        self.multiplier = multiplier
        self.scoreCount = scoreCount
        self.basis = basis
    }

    /// Whether a score is anomalous: greater than ``value``.
    public func isExceeded(by score: Float) -> Bool { score > value }

    /// How severe a score is. Where the threshold is not above the usual score (all training scores equal), every
    /// anomalous score is high.
    public func severity(of score: Float) -> Severity {
        guard isExceeded(by: score) else { return .none }
        let reach = Double(value) - Double(usualScore)
        guard reach > 0 else { return .high }
        let distance = (Double(score) - Double(usualScore)) / reach
        return distance > 4 ? .high : distance > 2 ? .medium : .low
    }
}
