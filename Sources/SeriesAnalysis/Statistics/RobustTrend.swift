/// Whether a series rises or falls, and how fast, without being led astray by outliers.
///
/// The slope is the median of the slopes of all pairs of values (Theil 1950; Sen, "Estimates of the Regression
/// Coefficient Based on Kendall's Tau", Journal of the American Statistical Association 63, 1968), with Sen's interval. The
/// test is that of Mann and Kendall (Mann, Econometrica 13, 1945) with its correction for ties.
///
/// Of more than ``mostValues`` values means of as many blocks are taken, which also makes neighbours hang together less; a
/// series that wanders about still gives p values that are too small.
public struct RobustTrend: Sendable, Equatable, Codable {
    /// Values that pairs are made of.
    public static let mostValues = 400

    /// The change in a unit of time.
    public let slope: Double
    /// The 95 % interval of the slope.
    public let lower: Double
    /// The upper end of the interval.
    public let upper: Double
    /// The median of the values less slope times time.
    public let intercept: Double
    /// Kendall's tau of values and times, -1 to 1.
    public let tau: Double
    /// The probability of such a tau without a trend, two-sided.
    public let pValue: Double
    /// The values it comes from, missing ones left out.
    public let count: Int

    /// `rising` or `falling` when the test says so at 5 % and the interval of the slope leaves 0 out, else `steady`.
    public var direction: String {
        guard pValue < 0.05, lower > 0 || upper < 0 else { return "steady" }
        return slope > 0 ? "rising" : "falling"
    }

    /// Measures a series; `nil` for fewer than three values or when all times are equal.
    ///
    /// - Parameters:
    ///   - values: NaN for a missing one.
    ///   - times: of every value, ascending, in the unit that the slope is wanted in.
    public init?(_ values: [Double], times: [Double]) {
        let known = values.indices.filter { values[$0].isFinite }
        count = known.count
        guard count >= 3 else { return nil }
        let size = (known.count + Self.mostValues - 1) / Self.mostValues
        let points = stride(from: 0, to: known.count, by: size).map { start in
            let block = known[start..<min(start + size, known.count)]
            return (
                time: block.reduce(0) { $0 + times[$1] } / Double(block.count),
                value: block.reduce(0) { $0 + values[$1] } / Double(block.count)
            )
        }
        var slopes: [Double] = []
        slopes.reserveCapacity(points.count * points.count / 2)
        var score = 0
        for later in points.indices {
            for earlier in 0..<later {
                let (rise, time) = (
                    points[later].value - points[earlier].value, points[later].time - points[earlier].time
                )
                score += rise > 0 ? 1 : rise < 0 ? -1 : 0
                if time > 0 { slopes.append(rise / time) }
            }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        slope = quantile(ofSorted: slopes, 0.5)
        let variance = Self.variance(points.map(\.value))
        let reach = NormalDistribution.central95 * variance.squareRoot()
        // Sen's interval: so many places to both sides of the middle of the sorted slopes.
        func ranked(_ rank: Double) -> Double {
            slopes[min(max(Int(rank.rounded()), 0), slopes.count - 1)]
        }
        lower = ranked((Double(slopes.count) - reach) / 2 - 1)
        upper = ranked((Double(slopes.count) + reach) / 2)
        let rate = slope
        intercept = quantile(ofSorted: points.map { $0.value - rate * $0.time }.sorted(), 0.5)
        let pairs = Double(points.count * (points.count - 1) / 2)
        tau = Double(score) / pairs
        let shifted = Double(score - score.signum())
        pValue = variance > 0 ? NormalDistribution.twoSided(shifted / variance.squareRoot()) : 1
    }

    /// The variance of Kendall's score, with the correction for ties.
    private static func variance(_ values: [Double]) -> Double {
        func term(_ count: Double) -> Double { count * (count - 1) * (2 * count + 5) }
        var sum = term(Double(values.count))
        let sorted = values.sorted()
        var start = 0
        for index in 1...sorted.count where index == sorted.count || sorted[index] != sorted[start] {
            sum -= term(Double(index - start))
            start = index
        }
        return sum / 18
    }
}
