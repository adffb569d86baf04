/// Exponential smoothing of level, trend and season (Holt 1957; Winters, "Forecasting Sales by Exponentially Weighted
/// Moving Averages", 1960), in the form of Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 8.3.
struct HoltWintersState {
    /// How fast level, trend and season follow, each 0 to 1, and what is left of the trend from frame to frame.
    struct Smoothing: Sendable, Equatable {
        var level: Double
        var trend: Double
        var season: Double
        var damping: Double
    }

    let kind: SeasonKind
    let smoothing: Smoothing
    private(set) var level: Double
    private(set) var trend: Double
    /// The season, from the frame that comes next on, as a ring that begins at ``place``.
    private(set) var season: [Double]
    private var place = 0

    /// A state from its parts. `season` begins with the frame that comes next.
    init(kind: SeasonKind, smoothing: Smoothing, level: Double, trend: Double, season: [Double]) {
        self.kind = kind
        self.smoothing = smoothing
        self.level = level
        self.trend = trend
        self.season = season
    }

    /// The state before a run of frames, from those frames: a straight line through the means of whole seasons (through
    /// ten frames each where there is no season), and the mean distance from it of every place in the season.
    ///
    /// - Precondition: there is at least one whole season.
    init(before values: ArraySlice<Double>, period: Int, kind: SeasonKind, hasTrend: Bool, smoothing: Smoothing) {
        let block = period > 1 ? period : min(10, values.count)
        let blocks = period > 1 ? values.count / period : min(2, values.count / block)
        let means = (0..<blocks).map { index in
            values[values.startIndex + index * block..<values.startIndex + (index + 1) * block].reduce(0, +)
                / Double(block)
        }
        let slope = hasTrend && blocks > 1 ? (means[blocks - 1] - means[0]) / Double((blocks - 1) * block) : 0
        let centre = period > 1 ? means.reduce(0, +) / Double(blocks) : means[0]
        let middle = Double((period > 1 ? blocks * block : block) - 1) / 2
        func line(_ index: Int) -> Double { centre + slope * (Double(index) - middle) }
        var season = Array(repeating: 0.0, count: period)
        if period > 1 {
            for index in 0..<blocks * period {
                let value = values[values.startIndex + index]
                season[index % period] +=
                    (kind == .additive ? value - line(index) : value / Self.apart(line(index))) / Double(blocks)
            }
        } else {
            season[0] = kind == .additive ? 0 : 1
        }
        self.init(kind: kind, smoothing: smoothing, level: line(-1), trend: slope, season: season)
    }

    /// Takes the next value.
    ///
    /// - Returns: how far it was from what was expected.
    mutating func take(_ value: Double) -> Double {
        let before = level
        let path = level + smoothing.damping * trend
        let usual = season[place]
        let expected: Double
        switch kind {
        case .additive:
            expected = path + usual
            level = smoothing.level * (value - usual) + (1 - smoothing.level) * path
            season[place] = smoothing.season * (value - path) + (1 - smoothing.season) * usual
        case .multiplicative:
            expected = path * usual
            level = smoothing.level * value / Self.apart(usual) + (1 - smoothing.level) * path
            season[place] = smoothing.season * value / Self.apart(path) + (1 - smoothing.season) * usual
        }
        trend = smoothing.trend * (level - before) + (1 - smoothing.trend) * smoothing.damping * trend
        place += 1
        if place == season.count { place = 0 }
        return value - expected
    }

    /// What comes next.
    func forecast(_ horizon: Int) -> [Double] {
        var (sum, factor) = (0.0, 1.0)
        return (0..<horizon).map { step in
            factor *= smoothing.damping
            sum += factor
            let path = level + sum * trend
            let usual = season[(place + step) % season.count]
            return kind == .additive ? path + usual : path * usual
        }
    }

    /// A divisor that is not zero.
    private static func apart(_ value: Double) -> Double {
        abs(value) < 1e-12 ? (value < 0 ? -1e-12 : 1e-12) : value
    }
}
