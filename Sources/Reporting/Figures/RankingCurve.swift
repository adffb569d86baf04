/// How a score ranks: one curve of a ROC or precision-recall figure.
public struct RankingCurve: Codable, Sendable, Equatable {
    /// Whose score it is.
    public var name: String
    /// Positions on the lower axis, shares from 0 to 1.
    public var x: [Double]
    /// Positions on the left axis, shares from 0 to 1.
    public var y: [Double]
    /// The area under the curve (for precision and recall: the average precision), where it is known.
    public var area: Double?
    /// The lower end of its 95 % interval, where it is known.
    public var lower: Double?
    /// The upper end of its 95 % interval, where it is known.
    public var upper: Double?

    /// The receiver operating characteristic: true-positive over false-positive rate, one point a distinct score.
    public static func receiverOperatingCharacteristic(
        name: String, scores: [Double], isAnomalous: [Bool], area: Double? = nil, lower: Double? = nil,
        upper: Double? = nil
    ) -> RankingCurve {
        let counts = cumulative(scores, isAnomalous)
        guard let last = counts.last, last.hits > 0, last.alarms > last.hits else {
            return RankingCurve(name: name, x: [], y: [], area: area, lower: lower, upper: upper)
        }
        let normal = Double(last.alarms - last.hits)
        return RankingCurve(
            name: name, x: [0] + counts.map { Double($0.alarms - $0.hits) / normal },
            y: [0] + counts.map { Double($0.hits) / Double(last.hits) }, area: area, lower: lower, upper: upper
        ).thinned()
    }

    /// Precision over recall, one point a distinct score.
    public static func precisionRecall(
        name: String, scores: [Double], isAnomalous: [Bool], averagePrecision: Double? = nil
    ) -> RankingCurve {
        let counts = cumulative(scores, isAnomalous)
        guard let last = counts.last, last.hits > 0 else {
            return RankingCurve(name: name, x: [], y: [], area: averagePrecision, lower: nil, upper: nil)
        }
        return RankingCurve(
            name: name, x: counts.map { Double($0.hits) / Double(last.hits) },
            y: counts.map { Double($0.hits) / Double($0.alarms) }, area: averagePrecision, lower: nil, upper: nil
        ).thinned()
    }

    /// Alarms and hits among them at every distinct score as threshold, from the highest down.
    private static func cumulative(_ scores: [Double], _ isAnomalous: [Bool]) -> [(alarms: Int, hits: Int)] {
        let order = (0..<min(scores.count, isAnomalous.count)).filter { !scores[$0].isNaN }
            .sorted { scores[$0] > scores[$1] }
        var result: [(alarms: Int, hits: Int)] = []
        var hits = 0
        for (position, row) in order.enumerated() {
            if isAnomalous[row] { hits += 1 }
            let isTied = position + 1 < order.count && scores[order[position + 1]] == scores[row]
            if !isTied { result.append((position + 1, hits)) }
        }
        return result
    }

    /// At most some hundred points, by their place along the curve.
    private func thinned() -> RankingCurve {
        guard x.count > 600 else { return self }
        var kept: [Int] = []
        for row in x.indices {
            let isEnd = row == x.count - 1
            if let last = kept.last, !isEnd, abs(x[row] - x[last]) + abs(y[row] - y[last]) < 0.004 { continue }
            kept.append(row)
        }
        var curve = self
        curve.x = x.rows(kept)
        curve.y = y.rows(kept)
        return curve
    }

    /// The name with the area and its interval.
    func text(measure: String) -> String {
        let short = GnuplotScript.shortened(name, to: 24)
        guard let area else { return short }
        let interval = lower.flatMap { lower in upper.map { " (\(rounded(lower))-\(rounded($0)))" } } ?? ""
        return "\(short): \(measure) \(rounded(area))\(interval)"
    }
}
