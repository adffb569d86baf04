public import SignalCore

/// A fitted forecaster with its intervals.
public struct CalibratedForecaster: Sendable {
    /// The forecaster, fitted on all data.
    public let forecaster: any Forecaster
    /// The intervals, from models fitted on the beginning of the data.
    public let intervals: ForecastIntervals

    init(forecaster: any Forecaster, intervals: ForecastIntervals) {
        self.forecaster = forecaster
        self.intervals = intervals
    }

    /// Where the longest run of frames is cut for the residuals of intervals, as shares of it. Networks, which take long
    /// to fit, have the last cut only.
    private static func folds(_ type: any Forecaster.Type) -> [(fitted: Double, judged: Double)] {
        type == LSTMForecaster.self ? [(0.75, 1)] : [(0.6, 0.8), (0.8, 1)]
    }

    /// Fits a forecaster and its intervals.
    ///
    /// For the intervals the forecaster is fitted on the first three fifths of the longest run of frames (and all runs
    /// before it) and forecasts over the next fifth, then on four fifths and over the last; then it is fitted on all.
    ///
    /// - Throws: as ``Forecaster/fit(_:options:context:)``; `SignalError` with code `insufficientData` also when what is
    ///   held out is too short for the horizon.
    public static func fit<Algorithm: Forecaster>(
        _ type: Algorithm.Type, _ data: TrainingData, options: Algorithm.Options, context: FittingContext
    ) throws -> CalibratedForecaster {
        // First what is wrong with options or data as a whole, in its own words.
        let forecaster = try Algorithm.fit(data, options: options, context: context)
        let longest = data.segments.indices.max { data.segments[$0].count < data.segments[$1].count } ?? 0
        let run = data.frames(ofSegment: longest)
        // A checkpoint is of one fit, the last.
        let quiet = FittingContext(seed: context.seed, jobs: context.jobs, report: context.report)
        var folds: [(forecaster: any Forecaster, frames: FeatureFrames, first: Int, end: Int)] = []
        for fold in Self.folds(type) {
            let (first, end) = (Int(fold.fitted * Double(run.count)), Int(fold.judged * Double(run.count)))
            do {
                let model = try Algorithm.fit(
                    data.frames(before: first, ofSegment: longest), options: options, context: quiet)
                folds.append((model, run, first, end))
            } catch let error as SignalError where error.code == .insufficientData {
                throw SignalError(
                    .insufficientData,
                    "for intervals, \(type.name) is fitted on the first \(first) of the longest run of \(run.count) frames, "
                        + "and there \(error.message)")
            }
        }
        return CalibratedForecaster(forecaster: forecaster, intervals: try ForecastIntervals(folds))
    }

    /// Fits a forecaster by its name.
    ///
    /// - Throws: as ``fit(_:_:options:context:)``, and `SignalError` with code `invalidOption` for an unknown name or
    ///   setting.
    public static func fit(
        named name: String, _ data: TrainingData, settings: [(name: String, text: String)], context: FittingContext
    ) throws -> CalibratedForecaster {
        func fit<Algorithm: Forecaster>(_ type: Algorithm.Type) throws -> CalibratedForecaster {
            try self.fit(type, data, options: Algorithm.Options().setting(settings), context: context)
        }
        return try fit(ModelRegistry.forecaster(named: name))
    }

    /// Forecasts what comes after some frames.
    ///
    /// - Parameters:
    ///   - history: the frames before, at least the forecaster's context; a hundred and two horizons more, where there are,
    ///     tell how wide intervals are.
    ///   - steps: how many steps, at most the forecaster's horizon.
    ///   - levels: the levels of the intervals.
    /// - Throws: `SignalError` with code `insufficientData` when there are too few frames, `invalidOption` for more steps
    ///   than the model forecasts or a level out of range; or as ``Forecaster/forecasts(_:)``.
    public func forecast(after history: FeatureFrames, steps: Int, levels: [Double]) throws -> ForecastSteps {
        guard (1...forecaster.horizon).contains(steps) else {
            throw SignalError(
                .invalidOption,
                "the model forecasts 1 to \(forecaster.horizon) steps, not \(steps), since its intervals are measured step "
                    + "by step; train one with that horizon")
        }
        for level in levels { try intervals.requireLevel(level) }
        let context = forecaster.contextLength
        guard history.count >= context else {
            throw SignalError(
                .insufficientData,
                "\(type(of: forecaster).name) looks at the last \(context) rows, and there are \(history.count) in a row"
            )
        }
        let all = try forecaster.forecasts(history.frames(in: history.count - context..<history.count))
        let count = steps * forecaster.targetCount
        let values = all.prefix(count).map { Double($0) }
        let recent = history.frames(
            in: max(0, history.count - ForecastIntervals.historyLength(forecaster))..<history.count)
        let scales = try intervals.scales(forecaster, after: recent)
        return ForecastSteps(
            steps: steps, targetCount: forecaster.targetCount, values: values,
            intervals: levels.map { level in
                let reach = intervals.reach(level: level, scales: scales)
                return ForecastSteps.Interval(
                    level: level, lower: zip(values, reach).map { $0 - $1 }, upper: zip(values, reach).map { $0 + $1 })
            })
    }
}

/// What a model expects to come, with intervals. All numbers: steps x columns, row-major, in the units of the columns.
public struct ForecastSteps: Sendable, Equatable {
    /// Where values will lie with a certain probability.
    public struct Interval: Sendable, Equatable {
        /// The probability.
        public var level: Double
        /// The lower ends.
        public var lower: [Double]
        /// The upper ends.
        public var upper: [Double]
    }

    /// The number of steps.
    public var steps: Int
    /// The number of columns.
    public var targetCount: Int
    /// The forecast.
    public var values: [Double]
    /// The intervals, in the order they were asked for.
    public var intervals: [Interval]
}
