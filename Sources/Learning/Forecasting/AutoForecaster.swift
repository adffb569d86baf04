public import SignalCore

/// Options of ``AutoForecaster``.
public struct AutoForecasterOptions: AlgorithmOptions {
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0.
    public var targets = 0
    /// The frames of a season, 1 (no season) to 10000; default 0, which finds it in every column.
    public var period = 0
    /// The places of each of two folds that candidates are judged at, 2 to 1000; default 30.
    public var origins = 30
    /// The forecasters that are tried beside the baselines, of holt-winters, auto-regressive, linear and lstm; default all
    /// but lstm, which takes minutes where they take seconds.
    public var candidates = ForecastCandidate.quick

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try OptionRange.check("period", period, in: 0...SeasonLength.longest)
        try OptionRange.check("origins", origins, in: 2...1000)
        guard let unknown = candidates.first(where: { !ForecastCandidate.known.contains($0) }) else { return }
        throw SignalError(
            .invalidOption, NearestName.unknown("candidate of auto", unknown, among: ForecastCandidate.known))
    }
}

/// Chooses a forecaster for every column by a backtest on the training data alone, and says why.
///
/// Of the longest run of frames, the first 55 % fit all candidates, which forecast from origins up to 77.5 %; then those
/// 77.5 % fit them and the rest judges. The best baseline (last value, mean, seasonal naive) is taken, unless others beat
/// it by more than the standard error of the difference over all origins, and in the second fold by itself; then the best of those. The
/// mean of the three best forecasts is tried too, since means of forecasts err less than most of their parts (Bates and
/// Granger, "The Combination of Forecasts", 1969). What was chosen is fitted on all data. Every column is forecast from
/// itself alone.
public struct AutoForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "auto"
    /// One line for listings.
    public static let summary = "the best of the quick forecasters for every column, by a backtest in training"

    /// The options the model was fitted with.
    public let options: AutoForecasterOptions
    /// What was chosen for every forecast column, and why.
    public let choices: [ForecastChoice]
    let shape: ColumnForecasting
    /// The forecasters of every forecast column, whose mean is the forecast.
    let members: [[any Forecaster]]
    /// How many forecasts are put together.
    static let combined = 3

    /// The number of columns a frame must have.
    public var columnCount: Int { shape.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { shape.targetCount }
    /// The longest context of all columns' forecasters.
    public var contextLength: Int { members.flatMap { $0 }.map(\.contextLength).max() ?? 1 }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// Where candidates are fitted up to, and where their judging ends, as shares of the longest run.
    private static let folds = [(fitted: 0.55, judged: 0.775), (fitted: 0.775, judged: 1)]

    /// Chooses and fits.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when the longest run has too few frames to judge by,
    ///   `malformed` naming the frame and column of a value that is not finite, or `invalidOption`; or what the context's
    ///   report throws.
    public static func fit(
        _ data: TrainingData, options: AutoForecasterOptions, context: FittingContext
    ) throws -> AutoForecaster {
        try options.validate()
        // A fold must hold the horizon, and what fits a level twice over before it.
        let shape = try ColumnForecasting(
            data, targets: options.targets, horizon: options.horizon,
            fewestFrames: max(40, 5 * (options.horizon + 2)), for: name)
        var choices: [ForecastChoice] = []
        var members: [[any Forecaster]] = []
        for column in 0..<shape.targetCount {
            let own = data.column(column)
            let (member, choice) = try chosen(own, options: options, context: context)
            members.append(member)
            choices.append(choice)
            let decision = try context.report(
                FittingProgress(
                    step: "column \(column + 1) of \(shape.targetCount)", completed: column + 1,
                    total: shape.targetCount))
            // Half a model is none: a request to stop ends the fit here.
            if decision == .stop, column + 1 < shape.targetCount {
                throw SignalError(.cancelled, "stopped before every column had its forecaster")
            }
        }
        return AutoForecaster(options: options, choices: choices, shape: shape, members: members)
    }

    private static func chosen(
        _ data: TrainingData, options: AutoForecasterOptions, context: FittingContext
    ) throws -> ([any Forecaster], ForecastChoice) {
        let horizon = options.horizon
        let period = data.periods(options.period, targets: 1, room: horizon)[0]
        let candidates = ForecastCandidate.all(period: period, names: options.candidates)
        let longest = data.segments.indices.max { data.segments[$0].count < data.segments[$1].count } ?? 0
        let run = data.frames(ofSegment: longest)
        let parts = folds.map { fold in
            (fitted: Int(fold.fitted * Double(run.count)), judged: Int(fold.judged * Double(run.count)))
        }
        let places = parts.map {
            RollingForecasts.origins(options.origins, from: $0.fitted, frames: $0.judged, horizon: horizon)
        }
        let trainings = parts.map { data.frames(before: $0.fitted, ofSegment: longest) }
        let quiet = FittingContext(seed: context.seed)
        let results = try ConcurrentLoop.map(count: candidates.count * parts.count, jobs: context.jobs) {
            index -> RollingForecasts? in
            let (candidate, part) = (candidates[index / parts.count], index % parts.count)
            do {
                let model = try candidate.fit(trainings[part], horizon: horizon, context: quiet)
                guard model.contextLength <= parts[part].fitted else { return nil }
                return try RollingForecasts(model, frames: run, origins: places[part], steps: horizon)
            } catch let error as SignalError where [.insufficientData, .limitExceeded, .malformed].contains(error.code)
            {
                return nil
            }
        }
        func rolling(_ candidate: Int) -> [RollingForecasts]? {
            let all = parts.indices.compactMap { results[candidate * parts.count + $0] }
            return all.count == parts.count ? all : nil
        }
        var errors = candidates.indices.map { rolling($0)?.flatMap { $0.errors(ofColumn: 0) } }
        let best = candidates.indices.filter { errors[$0] != nil }
            .sorted { (errors[$0] ?? []).reduce(0, +) < (errors[$1] ?? []).reduce(0, +) }.prefix(combined).sorted()
        var labels = candidates.map(\.label)
        if best.count == combined {
            let together = best.compactMap(rolling)
            errors.append(
                parts.indices.flatMap { part in
                    RollingForecasts(meanOf: together.map { $0[part] }).errors(ofColumn: 0)
                })
            labels.append("mean of " + best.map { candidates[$0].label }.joined(separator: " and "))
        }
        let count = places.reduce(0) { $0 + $1.count }
        guard
            let (index, choice) = ForecastChoice.choose(
                labels: labels, baselines: labels.indices.map { $0 < candidates.count && candidates[$0].isBaseline },
                errors: errors, last: count - (places.last?.count ?? 0)..<count)
        else {
            throw SignalError(.insufficientData, "not even a baseline can be fitted on \(run.count) frames")
        }
        let chosen = index < candidates.count ? [index] : Array(best)
        return (try chosen.map { try candidates[$0].fit(data, horizon: horizon, context: quiet) }, choice)
    }

    /// The forecast after every window. Shape: windows x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        let (context, targets, horizon) = (contextLength, targetCount, horizon)
        let windows = max(0, frames.count - context + 1)
        guard windows > 0 else { return [] }
        var forecasts = Array(repeating: Float(0), count: windows * horizon * targets)
        for (column, own) in members.enumerated() {
            for member in own {
                let first = context - member.contextLength
                let part = FeatureFrames(
                    columnCount: 1, times: Array(frames.times[first...]),
                    values: (first..<frames.count).map { frames.values[$0 * columnCount + column] })
                for (index, value) in try member.forecasts(part).enumerated() {
                    forecasts[index * targets + column] += value / Float(own.count)
                }
            }
        }
        return forecasts
    }
}

extension TrainingData {
    /// One column by itself.
    func column(_ column: Int) -> TrainingData {
        var schema = schema
        schema.columns = [schema.columns[column]]
        return TrainingData(
            schema: schema,
            frames: FeatureFrames(
                columnCount: 1, times: frames.times,
                values: stride(from: column, to: frames.values.count, by: frames.columnCount).map { frames.values[$0] }),
            segments: segments)
    }

    /// The frames of a segment before one of them, and all segments before that one.
    func frames(before frame: Int, ofSegment segment: Int) -> TrainingData {
        let end = segments[segment].lowerBound + frame
        return TrainingData(
            schema: schema, frames: frames.frames(in: 0..<end),
            segments: segments[..<segment] + (frame > 0 ? [segments[segment].lowerBound..<end] : []))
    }
}
