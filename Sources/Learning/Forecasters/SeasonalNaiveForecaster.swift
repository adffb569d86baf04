public import SignalCore

/// Options of ``SeasonalNaiveForecaster``.
public struct SeasonalNaiveForecasterOptions: AlgorithmOptions {
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0.
    public var targets = 0
    /// The frames of a season, 1 (no season: the last value) to 10000; default 0, which finds it in every column.
    public var period = 0

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try OptionRange.check("period", period, in: 0...SeasonLength.longest)
    }
}

/// Forecasts the season before once more: the baseline where there is a season, and the last value where there is none.
public struct SeasonalNaiveForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "seasonal-naive"
    /// One line for listings.
    public static let summary = "the last season once more: the baseline where there is one"

    /// The options the model was fitted with.
    public let options: SeasonalNaiveForecasterOptions
    let shape: ColumnForecasting
    /// The frames of a season of every forecast column.
    let periods: [Int]

    /// The number of columns a frame must have.
    public var columnCount: Int { shape.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { shape.targetCount }
    /// The longest season of all columns.
    public var contextLength: Int { periods.max() ?? 1 }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// Finds the seasons.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when no run of frames holds a season and what is to be
    ///   forecast after it, `malformed` naming the frame and column of a value that is not finite, or `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: SeasonalNaiveForecasterOptions, context: FittingContext
    ) throws -> SeasonalNaiveForecaster {
        try options.validate()
        let shape = try ColumnForecasting(
            data, targets: options.targets, horizon: options.horizon,
            fewestFrames: max(options.period, 1) + options.horizon, for: name)
        return SeasonalNaiveForecaster(
            options: options, shape: shape,
            periods: data.periods(options.period, targets: shape.targetCount, room: options.horizon))
    }

    /// The forecast after every window. Shape: windows x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try shape.forecasts(frames, contextLength: contextLength) { window, column in
            let last = window.suffix(periods[column])
            return (0..<options.horizon).map { last[last.startIndex + $0 % last.count] }
        }
    }
}

extension SeasonalNaiveForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(SeasonalNaiveForecasterOptions.self)
        let shape = try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon)
        self.init(options: options, shape: shape, periods: try archive.periods(shape.targetCount))
    }

    /// The fitted model: its options, the entry `columns` and the tensor `periods`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        shape.store(in: &archive)
        archive.store(periods: periods)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}

extension TrainingData {
    /// The frames of a season of every column to forecast: as given, or found in its longest segment where that has
    /// room for it beside so many more frames; 1 for none.
    func periods(_ given: Int, targets: Int, room: Int) -> [Int] {
        guard given == 0 else { return Array(repeating: given, count: targets) }
        let longest = segments.max { $0.count < $1.count } ?? 0..<0
        let values = frames.frames(in: longest)
        return (0..<targets).map { column in
            let found = SeasonLength.find(in: values.column(column))
            return found + room <= longest.count ? found : 1
        }
    }
}

extension ModelArchive {
    /// Writes the tensor `periods`.
    mutating func store(periods: [Int]) {
        tensors["periods"] = Tensor(shape: [periods.count], .int64(periods.map { Int64($0) }))
    }

    /// Reads the tensor `periods`.
    ///
    /// - Throws: `SignalError` naming it when it is missing, misshapen or out of range.
    func periods(_ targets: Int) throws -> [Int] {
        let periods = try int64("periods", shape: [targets])
        try require("periods", periods, within: 1...Int64(SeasonLength.longest))
        return periods.map { Int($0) }
    }
}
