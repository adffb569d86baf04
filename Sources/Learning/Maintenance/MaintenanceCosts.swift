/// What waiting with the maintenance of a machine costs, and when it is cheapest to act.
///
/// A planned maintenance costs one price; a failure before it costs another, higher one. Waiting k rows fails with the
/// probability F(k), so its expected cost is `unplanned * F(k) + planned * (1 - F(k))`. The best moment is where this cost,
/// spread over the rows that the part has served until then, is lowest: age replacement (Barlow and Proschan,
/// "Mathematical Theory of Reliability", 1965).
public struct MaintenanceCosts: Sendable, Equatable {
    /// One choice.
    public struct Choice: Sendable, Equatable, Encodable {
        /// Rows to wait before the planned maintenance.
        public let wait: Int
        /// The probability of a failure before it.
        public let failureProbability: Double
        /// The expected cost.
        public let expectedCost: Double
        /// The expected cost over the expected rows of service, from the unit's start.
        public let costPerRow: Double

        /// Makes a choice.
        public init(wait: Int, failureProbability: Double, expectedCost: Double, costPerRow: Double) {
            (self.wait, self.failureProbability) = (wait, failureProbability)
            (self.expectedCost, self.costPerRow) = (expectedCost, costPerRow)
        }
    }

    /// The choices from now to the longest wait, a row apart.
    public let choices: [Choice]
    /// The cheapest choice by ``Choice/costPerRow``; of equal ones the earliest.
    public let best: Choice

    /// Weighs all waits.
    ///
    /// - Parameters:
    ///   - outcomes: equally likely numbers of rows until the failure.
    ///   - age: rows that the unit has served, at least 1.
    ///   - longestWait: the longest wait that is weighed, from 0; beyond what the outcomes tell, nothing is known.
    ///   - planned: the price of a planned maintenance, positive.
    ///   - unplanned: the price of a failure.
    public init(outcomes: [Double], age: Int, longestWait: Int, planned: Double, unplanned: Double) {
        precondition(!outcomes.isEmpty && age > 0 && longestWait >= 0, "there is something to weigh")
        let count = Double(outcomes.count)
        choices = (0...longestWait).map { wait in
            let failure = Double(outcomes.count { $0 <= Double(wait) }) / count
            let served = outcomes.reduce(0) { $0 + min(max(0, $1), Double(wait)) } / count
            let cost = unplanned * failure + planned * (1 - failure)
            return Choice(
                wait: wait, failureProbability: failure, expectedCost: cost, costPerRow: cost / (Double(age) + served))
        }
        best = choices.dropFirst().reduce(choices[0]) { $1.costPerRow < $0.costPerRow ? $1 : $0 }
    }
}
