/// How good forecasts are, over all origins and steps of one column.
public struct ForecastMetrics: Sendable, Equatable, Codable {
    /// The mean absolute error, in the unit of the column.
    public var meanAbsoluteError: Double
    /// The root of the mean squared error, in the unit of the column.
    public var rootMeanSquaredError: Double
    /// The symmetric mean absolute percentage error, 0 to 200 %: 200 |y - f| / (|y| + |f|), 0 where both are zero
    /// (Makridakis, "Accuracy Measures", International Journal of Forecasting 9, 1993).
    public var symmetricPercentageError: Double
    /// The mean absolute error over that of the seasonal naive forecast one step ahead in training (Hyndman and Koehler,
    /// "Another Look at Measures of Forecast Accuracy", International Journal of Forecasting 22, 2006); `nil` where that
    /// never errs.
    public var meanAbsoluteScaledError: Double?
    /// The mean pinball loss of the forecast as the median and of the ends of all intervals as their quantiles, in the
    /// unit of the column; `nil` without intervals.
    public var pinballLoss: Double?
    /// The share of values within the interval, level by level.
    public var coverage: [Double]

    /// Measures forecasts.
    ///
    /// - Parameters:
    ///   - actual: what came.
    ///   - forecast: what was forecast, one a value.
    ///   - intervals: the levels with lower and upper ends, one a value.
    ///   - scale: the mean absolute error of the seasonal naive forecast in training.
    /// - Precondition: there is at least one value, and all are as many.
    public init(
        actual: [Double], forecast: [Double], intervals: [(level: Double, lower: [Double], upper: [Double])] = [],
        scale: Double
    ) {
        precondition(!actual.isEmpty && actual.count == forecast.count, "a forecast for every value")
        let count = Double(actual.count)
        let errors = zip(actual, forecast).map { abs($0 - $1) }
        meanAbsoluteError = errors.reduce(0, +) / count
        rootMeanSquaredError = (errors.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
        symmetricPercentageError =
            zip(actual, forecast).reduce(0) { sum, pair in
                let size = abs(pair.0) + abs(pair.1)
                return sum + (size > 0 ? 200 * abs(pair.0 - pair.1) / size : 0)
            } / count
        meanAbsoluteScaledError = scale > 0 ? meanAbsoluteError / scale : nil
        coverage = intervals.map { interval in
            Double(actual.indices.count { interval.lower[$0] <= actual[$0] && actual[$0] <= interval.upper[$0] })
                / count
        }
        var quantiles: [(share: Double, values: [Double])] = []
        for interval in intervals {
            quantiles.append(((1 - interval.level) / 2, interval.lower))
            quantiles.append(((1 + interval.level) / 2, interval.upper))
        }
        guard !quantiles.isEmpty else {
            pinballLoss = nil
            return
        }
        quantiles.append((0.5, forecast))
        pinballLoss =
            quantiles.reduce(0) { sum, quantile in
                sum + Self.pinball(actual, quantile.values, share: quantile.share)
            } / Double(quantiles.count)
    }

    /// The mean pinball (quantile) loss (Koenker and Bassett 1978).
    static func pinball(_ actual: [Double], _ quantile: [Double], share: Double) -> Double {
        zip(actual, quantile).reduce(0) { sum, pair in
            let difference = pair.0 - pair.1
            return sum + (difference >= 0 ? share * difference : (share - 1) * difference)
        } / Double(actual.count)
    }

    /// The mean absolute error of the seasonal naive forecast one step ahead, what scaled errors are relative to.
    public static func scale(of values: [Double], period: Int) -> Double {
        guard values.count > period else { return 0 }
        return zip(values.dropFirst(period), values).reduce(0) { $0 + abs($1.0 - $1.1) }
            / Double(values.count - period)
    }
}
