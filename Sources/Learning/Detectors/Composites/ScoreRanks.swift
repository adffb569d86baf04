internal import RealModule
internal import SignalCore

/// The empirical distribution of a detector's scores of normal data: brings scores of any scale to ranks.
///
/// A rank is 0 at the smallest score seen and 1 at the largest, linear between quantiles in between, and goes on with
/// the logarithm of the distance beyond, so that it is finite and grows with the score wherever that may lie.
struct ScoreRanks: Sendable, Equatable {
    /// Scores, ascending and different.
    let scores: [Double]
    /// Their ranks, ascending and different, 0 to 1.
    let ranks: [Double]
    /// A distance of scores that counts as much, below the smallest and above the largest.
    private let tails: (lower: Double, upper: Double)

    /// The most quantiles that are kept.
    static let mostScores = 257

    /// Measures scores of normal data.
    ///
    /// - Precondition: there is at least one, and all are finite.
    init(_ values: [Float]) {
        let sorted = values.sorted()
        let count = min(sorted.count, Self.mostScores)
        var scores: [Double] = []
        var ranks: [Double] = []
        for index in 0..<count {
            let rank = count == 1 ? 0.5 : Double(index) / Double(count - 1)
            let score = Quantile.linear(ofSorted: sorted, rank)
            // Equal scores share the middle of their ranks, except that the ends stay where they are.
            if let last = scores.last, score <= last {
                if index == count - 1 { ranks[ranks.count - 1] = 1 }
                continue
            }
            scores.append(score)
            ranks.append(rank)
        }
        self.init(scores: scores, ranks: ranks)
    }

    private init(scores: [Double], ranks: [Double]) {
        self.scores = scores
        self.ranks = ranks
        let smallest = scores[0]
        let largest = scores[scores.count - 1]
        let middle = scores[scores.count / 2]
        let least = max(1e-6 * max(abs(smallest), abs(largest)), 1e-30)
        tails = (max(middle - smallest, least), max(largest - middle, least))
    }

    /// The rank of a score.
    func rank(of score: Float) -> Double {
        let score = Double(score)
        let last = scores.count - 1
        if score <= scores[0] { return ranks[0] - .log(onePlus: (scores[0] - score) / tails.lower) }
        if score >= scores[last] { return ranks[last] + .log(onePlus: (score - scores[last]) / tails.upper) }
        var lower = 0
        var upper = last
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if scores[middle] <= score { lower = middle } else { upper = middle }
        }
        let share = (score - scores[lower]) / (scores[upper] - scores[lower])
        return ranks[lower] + share * (ranks[upper] - ranks[lower])
    }

    static func == (left: ScoreRanks, right: ScoreRanks) -> Bool {
        left.scores == right.scores && left.ranks == right.ranks
    }
}

extension ScoreRanks {
    /// Reads the tensors `NAME.scores` and `NAME.ranks`.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, out of range or not ascending.
    init(_ name: String, in archive: ModelArchive) throws {
        let scores = try archive.float64("\(name).scores", shape: [nil], within: -4e38...4e38)
        let ranks = try archive.float64("\(name).ranks", shape: [scores.count], within: 0...1)
        guard (1...Self.mostScores).contains(scores.count) else {
            throw SignalError(.malformed, "1 to \(Self.mostScores) scores are kept, not \(scores.count)").at(
                tensor: "\(name).scores")
        }
        for (tensor, values) in [("\(name).scores", scores), ("\(name).ranks", ranks)]
        where zip(values, values.dropFirst()).contains(where: { $0 >= $1 }) {
            throw SignalError(.malformed, "the values do not ascend").at(tensor: tensor)
        }
        self.init(scores: scores, ranks: ranks)
    }

    /// Writes the tensors that ``init(_:in:)`` reads.
    func store(_ name: String, in archive: inout ModelArchive) {
        archive.tensors["\(name).scores"] = Tensor(shape: [scores.count], .float64(scores))
        archive.tensors["\(name).ranks"] = Tensor(shape: [ranks.count], .float64(ranks))
    }
}
