public import SignalCore

/// Forecasts every column by exponential smoothing of its level, trend and season (Holt and Winters).
///
/// The smoothing parameters are those with the least squared error one frame ahead in training. A forecast needs no state
/// but its window: level, trend and season are begun anew from the window's own frames and smoothed through it, so that
/// it depends on nothing else. Columns without a season are smoothed without one. Fitting draws no random numbers, so
/// the seed does not matter.
public struct HoltWintersForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "holt-winters"
    /// One line for listings.
    public static let summary = "exponential smoothing of level, trend and season of every column"

    /// The options the model was fitted with.
    public let options: HoltWintersForecasterOptions
    let shape: ColumnForecasting
    /// The frames of a season of every forecast column.
    let periods: [Int]
    /// The smoothing of every forecast column.
    let smoothings: [HoltWintersState.Smoothing]
    /// The number of frames that are looked at of every forecast column, the last ones of a window.
    let lengths: [Int]

    /// The number of columns a frame must have.
    public var columnCount: Int { shape.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { shape.targetCount }
    /// The longest of the columns' windows: some seasons.
    public var contextLength: Int { lengths.max() ?? 1 }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// The fewest frames that a level without season is smoothed over.
    private static let fewest = 20
    private static let usualLength = 100

    /// Learns how fast columns change.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when no run of frames holds two seasons and what is to be
    ///   forecast after them (or twenty frames, without a season), `malformed` naming the frame and column of a value
    ///   that is not finite, or not above 0 where the season is multiplicative; or `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: HoltWintersForecasterOptions, context: FittingContext
    ) throws -> HoltWintersForecaster {
        try options.validate()
        let (horizon, seasons) = (options.horizon, options.contextSeasons)
        let shape = try ColumnForecasting(
            data, targets: options.targets, horizon: horizon,
            fewestFrames: max(fewest, options.period > 1 ? 2 * options.period : 0) + horizon, for: name)
        let longest = data.longestSegment
        let periods = data.periods(options.period, targets: shape.targetCount, room: horizon).map { period in
            2 * period + horizon <= longest ? period : 1
        }
        if options.season == .multiplicative { try requirePositive(data, targets: shape.targetCount) }
        let lengths = periods.map { period in
            let whole = max(2, min(seasons, longest / 2 / period))
            let usual = period > 1 ? whole * period : 1
            // Short seasons are looked at for as long as levels without one.
            let least = min(usualLength, max(fewest, longest / 2), longest - horizon)
            return max(usual, least / period * period)
        }
        let smoothings = try ConcurrentLoop.map(count: shape.targetCount, jobs: context.jobs) { column in
            let series = data.series(column).filter { $0.count >= lengths[column] }
            return SmoothingSearch(
                series: series, period: periods[column], length: lengths[column], options: options
            ).best()
        }
        return HoltWintersForecaster(
            options: options, shape: shape, periods: periods, smoothings: smoothings, lengths: lengths)
    }

    private static func requirePositive(_ data: TrainingData, targets: Int) throws {
        for column in 0..<targets {
            let values = data.frames.column(column)
            guard let frame = values.firstIndex(where: { $0 <= 0 }) else { continue }
            throw SignalError(
                .malformed,
                "the value of frame \(frame) is \(values[frame]); a multiplicative season needs values above 0, so set "
                    + "season=additive"
            ).at(column: data.schema.columns[column].name)
        }
    }

    /// The forecast after every window. Shape: windows x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try shape.forecasts(frames, contextLength: contextLength) { window, column in
            let window = window.suffix(lengths[column])
            var state = HoltWintersState(
                before: window, period: periods[column], kind: options.season, hasTrend: options.trend != .none,
                smoothing: smoothings[column])
            for value in window { _ = state.take(value) }
            return state.forecast(options.horizon)
        }
    }
}

extension HoltWintersForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(HoltWintersForecasterOptions.self)
        let shape = try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon)
        let periods = try archive.periods(shape.targetCount)
        let lengths = try archive.int64("lengths", shape: [shape.targetCount])
        try archive.require("lengths", lengths, within: 1...Int64(1 << 24))
        guard zip(periods, lengths).allSatisfy({ $0 <= $1 }) else {
            throw SignalError(.malformed, "a window is shorter than a season").at(tensor: "lengths")
        }
        let smoothing = try archive.float64("smoothing", shape: [shape.targetCount, 4], within: 0...1)
        self.init(
            options: options, shape: shape, periods: periods,
            smoothings: (0..<shape.targetCount).map { column in
                HoltWintersState.Smoothing(
                    level: smoothing[4 * column], trend: smoothing[4 * column + 1], season: smoothing[4 * column + 2],
                    damping: smoothing[4 * column + 3])
            }, lengths: lengths.map { Int($0) })
    }

    /// The fitted model: its options, the entry `columns`, and the tensors `smoothing` (columns x level, trend, season,
    /// damping), `periods` and `lengths`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: [
            "smoothing": Tensor(
                shape: [smoothings.count, 4],
                .float64(smoothings.flatMap { [$0.level, $0.trend, $0.season, $0.damping] })),
            "lengths": Tensor(shape: [lengths.count], .int64(lengths.map { Int64($0) })),
        ])
        shape.store(in: &archive)
        archive.store(periods: periods)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
