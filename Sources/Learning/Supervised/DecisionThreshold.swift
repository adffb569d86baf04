internal import SignalCore

/// The probability from which on a row is said to be of a class, chosen on rows that were not learnt from.
public struct DecisionThreshold: Sendable, Equatable {
    /// Probabilities from it on are of the class.
    public let value: Float
    /// The F1 that it has on the rows it was chosen on; a little flattering, since it is their best.
    public let f1: Double

    /// The threshold with the largest F1, halfway to the next lower score; of equal ones the highest, which alarms least.
    ///
    /// - Parameters:
    ///   - scores: probabilities of rows that were not learnt from, out-of-bag or out-of-fold; NaN is left out.
    ///   - isPositive: whether each row is of the class.
    /// - Throws: `SignalError` with code `insufficientData` without rows of the class or without others.
    public static func largestF1(scores: [Float], isPositive: [Bool]) throws -> DecisionThreshold {
        precondition(scores.count == isPositive.count, "a score is of a row that is of the class or not")
        let rows = scores.indices.filter { !scores[$0].isNaN }.sorted { scores[$0] > scores[$1] }
        let positive = rows.count { isPositive[$0] }
        guard positive > 0, positive < rows.count else {
            throw SignalError(
                .insufficientData,
                "a threshold is chosen on rows of the class and others; there are \(positive) of "
                    + "\(rows.count)")
        }
        var best = DecisionThreshold(value: 0.5, f1: -1)
        var hits = 0
        for (index, row) in rows.enumerated() {
            hits += isPositive[row] ? 1 : 0
            let next = index + 1 < rows.count ? scores[rows[index + 1]] : -.infinity
            guard next < scores[row] else { continue }
            let f1 = 2 * Double(hits) / Double(index + 1 + positive)
            guard f1 > best.f1 else { continue }
            let middle = next.isFinite ? scores[row] / 2 + next / 2 : scores[row]
            best = DecisionThreshold(value: middle > next ? middle : scores[row], f1: f1)
        }
        return best
    }
}
