public import SignalCore

/// Options of ``LastValueForecaster``.
public struct LastValueForecasterOptions: AlgorithmOptions {
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0.
    public var targets = 0

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
    }
}

/// Forecasts that everything stays as it is: what every other forecaster has to beat.
public struct LastValueForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "last-value"
    /// One line for listings.
    public static let summary = "the last frame once more: the baseline for all others"

    /// The options the model was fitted with.
    public let options: LastValueForecasterOptions
    let shape: ColumnForecasting
    /// The number of columns a frame must have.
    public var columnCount: Int { shape.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { shape.targetCount }
    /// One frame.
    public var contextLength: Int { 1 }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// Learns the number of columns.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is no frame with as many that follow as are to be
    ///   forecast, `malformed` naming the frame and column of a value that is not finite, or `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: LastValueForecasterOptions, context: FittingContext
    ) throws -> LastValueForecaster {
        try options.validate()
        return LastValueForecaster(
            options: options,
            shape: try ColumnForecasting(
                data, targets: options.targets, horizon: options.horizon, fewestFrames: 1 + options.horizon, for: name))
    }

    /// The forecast after every frame. Shape: frames x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try shape.forecasts(frames, contextLength: 1) { window, _ in
            Array(repeating: window[window.startIndex], count: options.horizon)
        }
    }
}

extension LastValueForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the entry that is missing or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(LastValueForecasterOptions.self)
        self.init(
            options: options,
            shape: try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon))
    }

    /// The fitted model: its options and the entry `columns`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        shape.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
