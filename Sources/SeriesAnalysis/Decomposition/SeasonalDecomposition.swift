public import SignalCore

/// How ``SeasonalDecomposition`` smooths. Lengths are in rows, jumps say every how many rows a local regression is made.
public struct SeasonalDecompositionOptions: AlgorithmOptions {
    /// The rows of one season, 2 or more.
    public var period = 24
    /// The length of the seasonal smoother in seasons, odd, 3 or more; default 7.
    public var seasonalLength = 7
    /// The length of the trend smoother, odd and longer than the period; 0, the default, for the smallest odd number of
    /// at least `1.5 period / (1 - 1.5 / seasonalLength)`, as the paper advises.
    public var trendLength = 0
    /// The length of the low-pass smoother, odd and longer than the period; 0, the default, for the smallest such.
    public var lowPassLength = 0
    /// The jump of the seasonal smoother; 0, the default, for a tenth of its length, as the paper advises.
    public var seasonalJump = 0
    /// The jump of the trend smoother, likewise.
    public var trendJump = 0
    /// The jump of the low-pass smoother, likewise.
    public var lowPassJump = 0
    /// Rounds of season and trend within each round of weights.
    public var innerIterations = 2
    /// Rounds of robustness weights, which take outliers out of the fit; 0 for none.
    public var outerIterations = 5

    /// The defaults.
    public init() {}

    /// Checks every member's range.
    ///
    /// - Throws: `SignalError` with code `invalidOption`.
    public func validate() throws {
        try OptionRange.check("period", period, in: 2...10_000_000)
        for (name, value, smallest) in [
            ("seasonalLength", seasonalLength, 3), ("trendLength", trendLength, period + 1),
            ("lowPassLength", lowPassLength, period + 1),
        ] where value != 0 || name == "seasonalLength" {
            guard value >= smallest, value % 2 == 1, value <= 100_000_001 else {
                throw SignalError(.invalidOption, "\(name) is odd and at least \(smallest), not \(value)")
            }
        }
        for (name, jump) in [
            ("seasonalJump", seasonalJump), ("trendJump", trendJump), ("lowPassJump", lowPassJump),
        ] { try OptionRange.check(name, jump, in: 0...100_000_000) }
        try OptionRange.check("innerIterations", innerIterations, in: 1...100)
        try OptionRange.check("outerIterations", outerIterations, in: 0...100)
    }

    /// The smoothers of season, trend and low pass.
    func smoothers() -> (season: Loess, trend: Loess, lowPass: Loess) {
        let shortest = (1.5 * Double(period) / (1 - 1.5 / Double(seasonalLength))).rounded(.up)
        let trend = trendLength > 0 ? trendLength : Int(shortest) | 1
        let lowPass = lowPassLength > 0 ? lowPassLength : (period + 1) | 1
        func smoother(_ length: Int, _ jump: Int) -> Loess {
            Loess(length: length, degree: 1, jump: jump > 0 ? jump : (length + 9) / 10)
        }
        return (
            smoother(seasonalLength, seasonalJump), smoother(trend, trendJump), smoother(lowPass, lowPassJump)
        )
    }
}

/// A series as the sum of trend, season and remainder: STL (R. B. Cleveland, W. S. Cleveland, McRae, Terpenning, "STL: A
/// Seasonal-Trend Decomposition Procedure Based on Loess", Journal of Official Statistics 6, 1990), with local straight
/// lines everywhere.
///
/// A missing value has weight 0 in every fit; season and trend go on through it and its remainder is NaN. The season may
/// change slowly from one to the next. Robustness weights are bisquares of the remainder over six times its median, which
/// is what the paper says (and statsmodels does; the original program had a slip in the median).
public struct SeasonalDecomposition: Sendable, Equatable, Codable {
    /// The rows of one season.
    public let period: Int
    /// The slow part.
    public let trend: [Double]
    /// The part that comes back.
    public let season: [Double]
    /// What is left; NaN where the value is missing.
    public let remainder: [Double]
    /// The weight of every value in the last round, 0 to 1; 0 where it is missing.
    public let weights: [Double]

    /// Takes a series apart.
    ///
    /// - Parameter values: equally spaced; NaN for a missing one.
    /// - Throws: `SignalError` with code `invalidOption`, or `insufficientData` for less than two seasons or when fewer
    ///   than half of the values are there.
    public init(_ values: [Double], options: SeasonalDecompositionOptions) throws {
        try options.validate()
        let (count, period) = (values.count, options.period)
        guard count >= 2 * period else {
            throw SignalError(
                .insufficientData,
                "\(count) rows are less than two seasons of \(period); give more, or a shorter period")
        }
        let present = values.map { $0.isFinite ? 1.0 : 0 }
        let presentCount = present.reduce(0, +)
        guard presentCount >= Double(count) / 2 else {
            throw SignalError(
                .insufficientData, "only \(Int(presentCount)) of \(count) values are there, too few for a season")
        }
        // What stands in the place of a missing value has weight 0; it must only be finite.
        let series = values.map { $0.isFinite ? $0 : 0 }
        let hasGaps = presentCount < Double(count)
        let (seasonal, trendSmoother, lowPass) = options.smoothers()
        var weights: [Double] = hasGaps ? present : []
        var trend = Array(repeating: 0.0, count: count)
        var season = trend
        for round in 0...options.outerIterations {
            for _ in 0..<options.innerIterations {
                let detrended = zip(series, trend).map { $0 - $1 }
                let cycles = Self.cycles(detrended, period: period, weights: weights, smoother: seasonal)
                var level = Self.movingAverage(cycles, period)
                level = Self.movingAverage(level, period)
                level = lowPass.smoothed(Self.movingAverage(level, 3))
                for row in 0..<count { season[row] = cycles[row + period] - level[row] }
                trend = trendSmoother.smoothed(zip(series, season).map { $0 - $1 }, weights: weights)
            }
            guard round < options.outerIterations else { break }
            weights = Self.robustnessWeights(
                series.indices.map { abs(series[$0] - trend[$0] - season[$0]) }, present: hasGaps ? present : [])
        }
        self.period = period
        self.trend = trend
        self.season = season
        self.weights = weights.isEmpty ? present : weights
        remainder = values.indices.map { values[$0].isFinite ? values[$0] - trend[$0] - season[$0] : .nan }
    }

    /// How much of what is not season the trend explains, 0 to 1: `1 - Var(remainder) / Var(trend + remainder)` (Wang,
    /// Smith and Hyndman, "Characteristic-based clustering for time series data", Data Mining and Knowledge Discovery
    /// 13, 2006).
    public var trendStrength: Double { strength(trend) }
    /// How much of what is not trend the season explains, 0 to 1; likewise.
    public var seasonStrength: Double { strength(season) }

    private func strength(_ part: [Double]) -> Double {
        let rows = remainder.indices.filter { !remainder[$0].isNaN }
        func variance(_ value: (Int) -> Double) -> Double {
            let mean = rows.reduce(0) { $0 + value($1) } / Double(max(1, rows.count))
            return rows.reduce(0) { $0 + (value($1) - mean) * (value($1) - mean) }
        }
        let whole = variance { part[$0] + remainder[$0] }
        return whole > 0 ? max(0, 1 - variance { remainder[$0] } / whole) : 0
    }

    /// Smooths the values of each place within the season by themselves, and goes on by one season at both ends.
    private static func cycles(
        _ values: [Double], period: Int, weights: [Double], smoother: Loess
    ) -> [Double] {
        var result = Array(repeating: 0.0, count: values.count + 2 * period)
        for place in 0..<period {
            let rows = stride(from: place, to: values.count, by: period)
            let part = rows.map { values[$0] }
            let own = weights.isEmpty ? [] : rows.map { weights[$0] }
            let inner = smoother.smoothed(part, weights: own)
            result[place] = smoother.value(at: -1, part, weights: own) ?? inner[0]
            for (number, value) in inner.enumerated() { result[(number + 1) * period + place] = value }
            result[(inner.count + 1) * period + place] =
                smoother.value(at: Double(part.count), part, weights: own) ?? inner[inner.count - 1]
        }
        return result
    }

    private static func movingAverage(_ values: [Double], _ length: Int) -> [Double] {
        var sum = values[..<length].reduce(0, +)
        var result: [Double] = []
        result.reserveCapacity(values.count - length + 1)
        result.append(sum / Double(length))
        for index in length..<values.count {
            sum += values[index] - values[index - length]
            result.append(sum / Double(length))
        }
        return result
    }

    private static func robustnessWeights(_ distances: [Double], present: [Double]) -> [Double] {
        let known = present.isEmpty ? distances : distances.indices.filter { present[$0] > 0 }.map { distances[$0] }
        let sorted = known.sorted()
        let limit = 3 * (sorted[sorted.count / 2] + sorted[sorted.count - 1 - sorted.count / 2])
        guard limit > 0 else { return present }
        return distances.indices.map { row in
            if !present.isEmpty, present[row] == 0 { return 0 }
            let ratio = distances[row] / limit
            if ratio <= 0.001 { return 1 }
            return ratio <= 0.999 ? (1 - ratio * ratio) * (1 - ratio * ratio) : 0
        }
    }
}
