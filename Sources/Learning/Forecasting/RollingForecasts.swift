public import SignalCore

/// Forecasts from several places of a run of frames, beside what came after each: the raw material of a backtest.
///
/// Every forecast looks only at frames before its origin.
public struct RollingForecasts: Sendable {
    /// The first frame of every forecast.
    public let origins: [Int]
    /// The number of steps.
    public let horizon: Int
    /// The number of columns that are forecast.
    public let targetCount: Int
    /// The forecasts. Shape: origins x steps x columns.
    public let forecasts: [Float]
    /// What came. Shape: as ``forecasts``.
    public let actual: [Float]

    /// Forecasts from every origin.
    ///
    /// - Parameter steps: how many steps of the forecaster's horizon are looked at.
    /// - Precondition: every origin has the forecaster's context before it and so many frames from it on.
    /// - Throws: as ``Forecaster/forecasts(_:)``.
    public init(_ forecaster: any Forecaster, frames: FeatureFrames, origins: [Int], steps: Int) throws {
        let (context, targets) = (forecaster.contextLength, forecaster.targetCount)
        var forecasts: [Float] = []
        var actual: [Float] = []
        forecasts.reserveCapacity(origins.count * steps * targets)
        actual.reserveCapacity(origins.count * steps * targets)
        for origin in origins {
            let forecast = try forecaster.forecasts(frames.frames(in: origin - context..<origin))
            forecasts += forecast.prefix(steps * targets)
            for step in 0..<steps {
                actual += frames.values[frames.range(ofFrame: origin + step)].prefix(targets)
            }
        }
        self.origins = origins
        self.horizon = steps
        self.targetCount = targets
        self.forecasts = forecasts
        self.actual = actual
    }

    /// The means of several forecasts from the same origins.
    ///
    /// - Precondition: there is at least one, and all are of the same shape.
    init(meanOf others: [RollingForecasts]) {
        let first = others[0]
        origins = first.origins
        horizon = first.horizon
        targetCount = first.targetCount
        actual = first.actual
        forecasts = first.forecasts.indices.map { place in
            others.reduce(0) { $0 + $1.forecasts[place] / Float(others.count) }
        }
    }

    /// Where forecasts begin: spread evenly from the first to the last place that has the horizon after it.
    ///
    /// - Returns: at most `count` places, rising, none twice; empty when there is no room.
    public static func origins(_ count: Int, from first: Int, frames: Int, horizon: Int) -> [Int] {
        let last = frames - horizon
        guard count > 0, last >= first else { return [] }
        let number = min(count, last - first + 1)
        guard number > 1 else { return [last] }
        return (0..<number).map { first + $0 * (last - first) / (number - 1) }
    }

    /// The values of one column. Shape: origins x steps.
    public func column(_ column: Int) -> (actual: [Double], forecast: [Double]) {
        let places = stride(from: column, to: forecasts.count, by: targetCount)
        return (places.map { Double(actual[$0]) }, places.map { Double(forecasts[$0]) })
    }

    /// The mean absolute error of one column at every origin.
    func errors(ofColumn column: Int) -> [Double] {
        let (actual, forecast) = self.column(column)
        return origins.indices.map { origin in
            (0..<horizon).reduce(0) { sum, step in
                sum + abs(actual[origin * horizon + step] - forecast[origin * horizon + step])
            } / Double(horizon)
        }
    }
}
