internal import SignalCore

/// How large a forecaster's errors were just before a place, as far as they were known there: when they are larger than
/// they used to be, so are those to come.
struct RecentErrors: Sendable {
    /// The sum of all known residuals, relative to the change before each forecast, column by column.
    private var sums: [Double]
    /// How many steps of every forecast were known.
    private var knownSteps: [Int] = []

    /// How many forecasts are looked at.
    private static let places = 8
    /// How much larger than usual errors count for at most: one rare failure is not to open intervals without end.
    private static let mostWidening = 4.0

    private static func spacing(horizon: Int) -> Int { max(1, 2 * horizon / places) }

    /// How many frames before a place the first forecast begins: about two horizons, or as many frames as forecasts where
    /// that is more.
    static func reach(horizon: Int) -> Int { places * spacing(horizon: horizon) }

    /// Forecasts from eight places before an origin, and compares with what came up to it.
    ///
    /// - Parameters:
    ///   - first: the earliest place to forecast from; at least the forecaster's context.
    ///   - usualChange: what ``ForecastIntervals/scale(_:before:column:usual:)`` needs, column by column.
    /// - Throws: as ``Forecaster/forecasts(_:)``.
    init(
        _ forecaster: any Forecaster, frames: FeatureFrames, before origin: Int, from first: Int, usualChange: [Double]
    ) throws {
        let (context, targets, horizon) = (forecaster.contextLength, forecaster.targetCount, forecaster.horizon)
        sums = Array(repeating: 0, count: targets)
        for number in 1...Self.places {
            let place = origin - number * Self.spacing(horizon: horizon)
            guard place >= first else { break }
            let steps = min(horizon, origin - place)
            let forecast = try forecaster.forecasts(frames.frames(in: place - context..<place))
            for target in 0..<targets {
                let scale = ForecastIntervals.scale(frames, before: place, column: target, usual: usualChange[target])
                for step in 0..<steps {
                    let actual = frames.values[(place + step) * frames.columnCount + target]
                    let error = abs(Double(actual) - Double(forecast[step * targets + target]))
                    sums[target] += min(error / scale, 1e30)
                }
            }
            knownSteps.append(steps)
        }
    }

    /// How much larger than usual the errors were, 1 to 4, column by column.
    ///
    /// - Parameter usualErrors: the mean relative residuals. Shape: steps x columns.
    func widenings(_ usualErrors: [Double]) -> [Double] {
        let targets = sums.count
        return sums.enumerated().map { target, sum in
            let usual = knownSteps.reduce(0.0) { total, steps in
                (0..<steps).reduce(total) { $0 + usualErrors[$1 * targets + target] }
            }
            return usual > 0 ? min(max(1, sum / usual), Self.mostWidening) : 1
        }
    }
}
