internal import RealModule
internal import SignalCore

/// Finds after how many frames a column repeats itself, by its autocorrelation.
///
/// A season of P frames shows as autocorrelation that is higher at P, 2P, 3P, … than half way between. The contrast of
/// those heights is measured for every length, up to five repetitions of it; the trend is taken away before and outliers
/// are held in. A level that wanders has autocorrelation that only falls, hence no contrast.
enum SeasonLength {
    /// The most frames that are looked at, the last ones.
    static let mostFrames = 1 << 16
    /// The largest length that is found.
    static let longest = 10_000
    /// The least contrast of a season, as a share of the variance.
    static let leastContrast = 0.1

    /// The length of the season, or 1 when there is none.
    ///
    /// A season is only found where the data holds it at least four times. Of several, the one with the highest
    /// autocorrelation is taken: the week rather than the day, if days of a week differ.
    static func find(in values: [Double]) -> Int {
        let values = Array(values.suffix(mostFrames))
        let count = values.count
        guard count >= 16, let prepared = prepared(values) else { return 1 }
        let correlation = autocorrelation(prepared)
        let mostLag = Int(0.6 * Double(count))
        var contrasts: [Double] = [0, 0]
        let last = min(longest, Int(0.24 * Double(count)))
        guard last >= 2 else { return 1 }
        for length in 2...last {
            let repeats = min(5, Int(Double(mostLag) / Double(length) - 0.5))
            contrasts.append(contrast(correlation, length, repeats))
        }
        // What white noise would reach five standard deviations up: every length is a try.
        var found: (length: Int, rest: Double)?
        for length in 2...last {
            let repeats = Double(min(5, Int(Double(mostLag) / Double(length) - 0.5)))
            let chance = 5 * (2 / (repeats * Double(count))).squareRoot()
            guard contrasts[length] > max(leastContrast, chance) else { continue }
            let reach = max(1, length / 8)
            let around = contrasts[max(2, length - reach)...min(last, length + reach)]
            guard contrasts[length] == around.max() else { continue }
            let rest = max(0, 1 - (correlation[length] + correlation[2 * length]) / 2)
            // A longer season must leave clearly less.
            if found.map({ rest < 0.8 * $0.rest - 0.01 }) ?? true { found = (length, rest) }
        }
        return found?.length ?? 1
    }

    /// How much higher the correlation is at multiples of a length than half way between.
    private static func contrast(_ correlation: [Double], _ length: Int, _ repeats: Int) -> Double {
        guard repeats >= 2 else { return 0 }
        func at(_ lag: Double) -> Double {
            let lower = Int(lag)
            let share = lag - Double(lower)
            return share == 0 ? correlation[lower] : correlation[lower] * (1 - share) + correlation[lower + 1] * share
        }
        var sum = 0.0
        for multiple in 1...repeats {
            let lag = Double(multiple * length)
            let half = Double(length) / 2
            sum += at(lag) - (at(lag - half) + at(lag + half)) / 2
        }
        return sum / Double(repeats)
    }

    /// Without trend, held within four standard deviations, mean 0; `nil` for values that do not change.
    private static func prepared(_ values: [Double]) -> [Double]? {
        let count = Double(values.count)
        let middle = (count - 1) / 2
        let mean = values.reduce(0, +) / count
        let (covariance, spread) = values.indices.reduce((0.0, 0.0)) { sums, index in
            let time = Double(index) - middle
            return (sums.0 + time * (values[index] - mean), sums.1 + time * time)
        }
        let slope = covariance / spread
        var rest = values.indices.map { values[$0] - mean - slope * (Double($0) - middle) }
        let deviation = (rest.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
        guard deviation > 1e-7 * abs(mean), deviation > 1e-30 else { return nil }
        rest = rest.map { max(-4, min(4, $0 / deviation)) }
        let offset = rest.reduce(0, +) / count
        return rest.map { $0 - offset }
    }

    /// The autocorrelation of all lags, each over the pairs that it has (Wiener and Khinchin).
    private static func autocorrelation(_ values: [Double]) -> [Double] {
        var size = 4
        while size < values.count { size *= 2 }
        let power = PowerOfTwoTransform(size: 2 * size).power(values)
        // The power is real and even: the lower half of its transform is the autocovariance, whose sign is kept.
        let covariance = PowerOfTwoTransform(size: 2 * size).real(
            power + [0] + power.dropFirst().reversed())
        let count = Double(values.count)
        return values.indices.map { lag in
            covariance[lag] / covariance[0] * count / Double(max(values.count - lag, 1))
        }
    }
}
