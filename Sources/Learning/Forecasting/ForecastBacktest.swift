public import SignalCore

/// Forecasters side by side, from the same origins of one run of frames, each of which was fitted on what lies before the
/// first origin.
public struct ForecastBacktest: Sendable {
    /// One forecaster on one column.
    public struct Line: Sendable, Equatable {
        /// The forecaster.
        public var method: String
        /// The place of the column.
        public var column: Int
        /// How good it was.
        public var metrics: ForecastMetrics
        /// The mean absolute error at every step ahead.
        public var errorByStep: [Double]
    }

    /// The first frame of every forecast.
    public let origins: [Int]
    /// The number of steps.
    public let horizon: Int
    /// The levels of the intervals.
    public let levels: [Double]
    /// All forecasters on all columns, forecaster by forecaster.
    public let lines: [Line]
    /// The season of every column that scaled errors and the seasonal naive forecast rest on, found before the first
    /// origin; 1 for none.
    public let periods: [Int]
    /// Values within their interval and all values, of the first forecaster, level by level, over all columns.
    public let covered: [(inside: Int, all: Int)]

    /// Forecasts from all origins by all forecasters.
    ///
    /// - Parameters:
    ///   - models: the forecasters by name, of the same columns.
    ///   - frames: a run of frames.
    ///   - origins: rising; each with the models' context before it and the horizon from it on.
    ///   - levels: the levels of the intervals.
    ///   - periods: the season of every column.
    /// - Throws: as ``CalibratedForecaster/forecast(after:steps:levels:)``.
    public init(
        _ models: [(name: String, model: CalibratedForecaster)], frames: FeatureFrames, origins: [Int], steps: Int,
        levels: [Double], periods: [Int]
    ) throws {
        let targets = periods.count
        let first = origins.first ?? 0
        let scales = (0..<targets).map {
            ForecastMetrics.scale(of: Array(frames.column($0).prefix(first)), period: periods[$0])
        }
        var lines: [Line] = []
        var covered = levels.map { _ in (inside: 0, all: 0) }
        for (index, entry) in models.enumerated() {
            var actual = Array(repeating: [Double](), count: targets)
            var forecasts = actual
            var lower = Array(repeating: actual, count: levels.count)
            var upper = lower
            for origin in origins {
                let context = ForecastIntervals.historyLength(entry.model.forecaster)
                let forecast = try entry.model.forecast(
                    after: frames.frames(in: max(0, origin - context)..<origin), steps: steps, levels: levels)
                for step in 0..<steps {
                    for target in 0..<targets {
                        let place = step * targets + target
                        actual[target].append(
                            Double(frames.values[(origin + step) * frames.columnCount + target]))
                        forecasts[target].append(forecast.values[place])
                        for level in levels.indices {
                            lower[level][target].append(forecast.intervals[level].lower[place])
                            upper[level][target].append(forecast.intervals[level].upper[place])
                        }
                    }
                }
            }
            guard !origins.isEmpty else { continue }
            for target in 0..<targets {
                let metrics = ForecastMetrics(
                    actual: actual[target], forecast: forecasts[target],
                    intervals: levels.indices.map { (levels[$0], lower[$0][target], upper[$0][target]) },
                    scale: scales[target])
                let errors = (0..<steps).map { step in
                    origins.indices.reduce(0.0) { sum, origin in
                        let place = origin * steps + step
                        return sum + abs(actual[target][place] - forecasts[target][place])
                    } / Double(origins.count)
                }
                lines.append(Line(method: entry.name, column: target, metrics: metrics, errorByStep: errors))
                guard index == 0 else { continue }
                for level in levels.indices {
                    covered[level].inside += Int((metrics.coverage[level] * Double(actual[target].count)).rounded())
                    covered[level].all += actual[target].count
                }
            }
        }
        self.origins = origins
        self.horizon = steps
        self.levels = levels
        self.lines = lines
        self.periods = periods
        self.covered = covered
    }

    /// The baselines, fitted on data with seasons found in it: last value, seasonal naive and mean.
    ///
    /// - Returns: the forecasters, and the season of every column.
    /// - Throws: as ``CalibratedForecaster/fit(named:_:settings:context:)``.
    public static func baselines(
        _ data: TrainingData, horizon: Int, targets: Int, context: FittingContext
    ) throws -> (models: [(name: String, model: CalibratedForecaster)], periods: [Int]) {
        let settings = [("horizon", String(horizon)), ("targets", String(targets))].map { (name: $0.0, text: $0.1) }
        let names = [LastValueForecaster.name, SeasonalNaiveForecaster.name, MeanForecaster.name]
        let models = try names.map { name in
            (
                name: name,
                model: try CalibratedForecaster.fit(named: name, data, settings: settings, context: context)
            )
        }
        let naive = models[1].model.forecaster as? SeasonalNaiveForecaster
        return (models, naive?.periods ?? [])
    }
}
