internal import SignalCore

/// Scores of labelled items, ranked: how well a score tells anomalous from normal whatever the threshold.
///
/// All measures agree with scikit-learn's, ties included. With items of one class only they are `nil`.
public struct ScoreRanking: Sendable {
    /// The number of anomalous items.
    public let anomalousCount: Int
    /// The number of normal items.
    public let normalCount: Int

    /// Items of equal score, the highest score first.
    private let ties: [Tie]

    private struct Tie {
        let score: Double
        var anomalous: Int
        var normal: Int
    }

    /// A point of the receiver operating characteristic.
    public struct OperatingPoint: Sendable, Equatable, Encodable {
        /// The share of normal items with at least the score ``threshold``.
        public let falsePositiveRate: Double
        /// The share of anomalous items with at least the score ``threshold``.
        public let truePositiveRate: Double
        /// The score; `nil` for the first point, where nothing is found.
        public let threshold: Double?
    }

    /// A point of the precision-recall curve.
    public struct PrecisionPoint: Sendable, Equatable, Encodable {
        /// The share of anomalous ones among the items found.
        public let precision: Double
        /// The share of the anomalous items that is found.
        public let recall: Double
        /// The score from which on items are found; `nil` for the last point, where nothing is.
        public let threshold: Double?
    }

    /// Ranks scores.
    ///
    /// - Parameter items: score (higher for more anomalous) and label of every item.
    /// - Throws: `SignalError` with code `malformed` when a score is not finite.
    public init(_ items: some Sequence<(score: Double, isAnomalous: Bool)>) throws {
        // Each class alone, as plain numbers: several times faster than sorting pairs.
        var anomalous: [Double] = []
        var normal: [Double] = []
        for item in items {
            guard item.score.isFinite else {
                throw SignalError(.malformed, "a score that is not finite cannot be ranked")
            }
            if item.isAnomalous { anomalous.append(item.score) } else { normal.append(item.score) }
        }
        anomalous.sort(by: >)
        normal.sort(by: >)
        var ties: [Tie] = []
        var next = (anomalous: 0, normal: 0)
        while next.anomalous < anomalous.count || next.normal < normal.count {
            let score = max(
                next.anomalous < anomalous.count ? anomalous[next.anomalous] : -.infinity,
                next.normal < normal.count ? normal[next.normal] : -.infinity)
            let start = next
            while next.anomalous < anomalous.count, anomalous[next.anomalous] == score { next.anomalous += 1 }
            while next.normal < normal.count, normal[next.normal] == score { next.normal += 1 }
            ties.append(
                Tie(
                    score: score, anomalous: next.anomalous - start.anomalous, normal: next.normal - start.normal))
        }
        self.ties = ties
        anomalousCount = anomalous.count
        normalCount = normal.count
    }

    /// Ranks items that are counted already, by classes of equal score, the highest first.
    init(counted classes: [(anomalous: Int, normal: Int)]) {
        ties = classes.enumerated().lazy.filter { $1.anomalous + $1.normal > 0 }.map {
            Tie(score: -Double($0), anomalous: $1.anomalous, normal: $1.normal)
        }
        anomalousCount = ties.reduce(0) { $0 + $1.anomalous }
        normalCount = ties.reduce(0) { $0 + $1.normal }
    }

    /// Why there is no area under a curve, or `nil` when there is one.
    public var reasonForNoArea: String? {
        switch (anomalousCount, normalCount) {
        case (0, 0): "there are no items"
        case (0, _): "there are no anomalous items, so nothing can be told apart"
        case (_, 0): "there are no normal items, so nothing can be told apart"
        default: nil
        }
    }

    /// The points of the receiver operating characteristic, from (0, 0) to (1, 1), one for every distinct score
    /// (scikit-learn's `roc_curve` with `drop_intermediate=False`).
    public var operatingPoints: [OperatingPoint]? {
        guard reasonForNoArea == nil else { return nil }
        var anomalous = 0
        var normal = 0
        var points = [OperatingPoint(falsePositiveRate: 0, truePositiveRate: 0, threshold: nil)]
        for tie in ties {
            anomalous += tie.anomalous
            normal += tie.normal
            points.append(
                OperatingPoint(
                    falsePositiveRate: Double(normal) / Double(normalCount),
                    truePositiveRate: Double(anomalous) / Double(anomalousCount), threshold: tie.score))
        }
        return points
    }

    /// The points of the precision-recall curve by ascending threshold, the last one (1, 0) without a threshold
    /// (scikit-learn's `precision_recall_curve`).
    public var precisionPoints: [PrecisionPoint]? {
        guard reasonForNoArea == nil else { return nil }
        var anomalous = 0
        var found = 0
        var points = [PrecisionPoint(precision: 1, recall: 0, threshold: nil)]
        for tie in ties {
            anomalous += tie.anomalous
            found += tie.anomalous + tie.normal
            points.append(
                PrecisionPoint(
                    precision: Double(anomalous) / Double(found), recall: Double(anomalous) / Double(anomalousCount),
                    threshold: tie.score))
        }
        return points.reversed()
    }

    /// The points of ``operatingPoints``, thinned to about so many for drawing; the first and the last stay.
    public func operatingPoints(atMost count: Int) -> [OperatingPoint]? {
        operatingPoints.map { Self.thinned($0, atMost: count) }
    }

    /// The points of ``precisionPoints``, thinned to about so many for drawing; the first and the last stay.
    public func precisionPoints(atMost count: Int) -> [PrecisionPoint]? {
        precisionPoints.map { Self.thinned($0, atMost: count) }
    }

    private static func thinned<Point>(_ points: [Point], atMost count: Int) -> [Point] {
        guard points.count > count, count > 1 else { return points }
        return (0..<count).map { points[$0 * (points.count - 1) / (count - 1)] }
    }

    /// The area under the receiver operating characteristic: the probability that an anomalous item scores higher than
    /// a normal one, equal scores counting half (Mann and Whitney; Fawcett, "An introduction to ROC analysis", Pattern
    /// Recognition Letters 27, 2006).
    public var areaUnderCurve: Double? {
        guard reasonForNoArea == nil else { return nil }
        return Self.area(ties.map { ($0.anomalous, $0.normal) }, anomalousCount, normalCount)
    }

    /// The area under the curve up to a false positive rate, scaled to 0.5 for chance and 1 for perfection (McClish,
    /// "Analyzing a Portion of the ROC Curve", Medical Decision Making 9, 1989), as scikit-learn's
    /// `roc_auc_score(max_fpr=)` and the evaluators of DCASE task 2 do.
    ///
    /// - Precondition: the rate is above 0 and at most 1.
    public func partialArea(upTo rate: Double = 0.1) -> Double? {
        precondition(rate > 0 && rate <= 1, "a false positive rate is a share")
        guard let points = operatingPoints else { return nil }
        var area = 0.0
        for (left, right) in zip(points, points.dropFirst()) {
            guard left.falsePositiveRate < rate else { break }
            let width = right.falsePositiveRate - left.falsePositiveRate
            let end = min(right.falsePositiveRate, rate)
            guard width > 0 else { continue }
            let slope = (right.truePositiveRate - left.truePositiveRate) / width
            let height = left.truePositiveRate + slope * (end - left.falsePositiveRate)
            area += (end - left.falsePositiveRate) * (left.truePositiveRate + height) / 2
        }
        let least = rate * rate / 2
        return 0.5 * (1 + (area - least) / (rate - least))
    }

    /// The average precision: the sum of the precisions at every distinct score, weighted by the gain in recall,
    /// without interpolation (scikit-learn's `average_precision_score`).
    public var averagePrecision: Double? {
        guard let points = precisionPoints else { return nil }
        return zip(points, points.dropFirst()).reduce(0) { $0 + ($1.0.recall - $1.1.recall) * $1.0.precision }
    }

    /// The interval in which the area under the curve lies with 95 % confidence: the percentile bootstrap, anomalous and normal
    /// items drawn apart, so that every resample has as many of each (Efron and Tibshirani, "An Introduction to the
    /// Bootstrap", 1993, chapter 13).
    ///
    /// With very few items of a class the interval is too narrow; in the extreme of complete separation it is a point.
    public func areaInterval(seed: UInt64, resamples: Int = 1000) -> ClosedRange<Double>? {
        guard reasonForNoArea == nil, resamples > 0 else { return nil }
        let anomalousTies = ties.indices.flatMap { Array(repeating: $0, count: ties[$0].anomalous) }
        let normalTies = ties.indices.flatMap { Array(repeating: $0, count: ties[$0].normal) }
        var generator = SeededGenerator(seed: seed)
        var areas: [Double] = []
        areas.reserveCapacity(resamples)
        var drawn = Array(repeating: (anomalous: 0, normal: 0), count: ties.count)
        for _ in 0..<resamples {
            for index in drawn.indices { drawn[index] = (0, 0) }
            for _ in anomalousTies {
                drawn[anomalousTies[Int(generator.uniform() * Double(anomalousTies.count))]].anomalous += 1
            }
            for _ in normalTies {
                drawn[normalTies[Int(generator.uniform() * Double(normalTies.count))]].normal += 1
            }
            areas.append(Self.area(drawn, anomalousCount, normalCount))
        }
        areas.sort()
        return Quantile.linear(ofSorted: areas, 0.025)...Quantile.linear(ofSorted: areas, 0.975)
    }

    /// The area under the curve of items counted by classes of equal score, the highest first; `nil` when items of one
    /// class are missing.
    static func area(_ ties: [(anomalous: Int, normal: Int)]) -> Double? {
        let anomalous = ties.reduce(0) { $0 + $1.anomalous }
        let normal = ties.reduce(0) { $0 + $1.normal }
        return anomalous > 0 && normal > 0 ? area(ties, anomalous, normal) : nil
    }

    private static func area(_ ties: [(anomalous: Int, normal: Int)], _ anomalousCount: Int, _ normalCount: Int)
        -> Double
    {
        var above = 0
        var wins = 0.0
        for tie in ties {
            wins += Double(tie.normal) * (Double(above) + Double(tie.anomalous) / 2)
            above += tie.anomalous
        }
        return wins / (Double(anomalousCount) * Double(normalCount))
    }
}
