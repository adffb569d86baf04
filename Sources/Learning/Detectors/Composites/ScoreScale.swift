internal import SignalCore

/// Centre and spread of a detector's scores of normal data, by median and median absolute deviation.
struct ScoreScale: Sendable, Equatable {
    /// The median.
    let centre: Double
    /// 1.4826 times the median absolute deviation, which is the standard deviation of normally distributed scores.
    let spread: Double

    /// Measures scores of normal data.
    ///
    /// - Precondition: there is at least one, and all are finite.
    init(_ scores: [Float]) {
        let centre = Quantile.linear(of: scores, 0.5)
        let deviations = scores.map { abs(Double($0) - centre) }
        let median = 1.4826 * Quantile.linear(of: deviations, 0.5)
        // Where more than half of the scores are equal, the others tell.
        let deviation = median > 0 ? median : deviations.reduce(0, +) / Double(deviations.count)
        self.centre = centre
        spread = max(deviation, 1e-6 * abs(centre), 1e-30)
    }

    /// How many spreads a score lies above the centre.
    func standardized(_ score: Float) -> Double { (Double(score) - centre) / spread }

    /// Reads the tensor `NAME.scale`.
    ///
    /// - Throws: `SignalError` naming the tensor when it is missing, misshapen or out of range.
    init(_ name: String, in archive: ModelArchive) throws {
        let tensor = "\(name).scale"
        let values = try archive.float64(tensor, shape: [2], within: -4e38...4e38)
        guard values[1] >= 1e-30 else {
            throw SignalError(.malformed, "the spread is \(values[1]), expected at least 1e-30").at(tensor: tensor)
        }
        centre = values[0]
        spread = values[1]
    }

    /// Writes the tensor that ``init(_:in:)`` reads.
    func store(_ name: String, in archive: inout ModelArchive) {
        archive.tensors["\(name).scale"] = Tensor(shape: [2], .float64([centre, spread]))
    }
}
