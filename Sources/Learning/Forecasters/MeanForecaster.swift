public import SignalCore

/// Options of ``MeanForecaster``.
public struct MeanForecasterOptions: AlgorithmOptions {
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

/// Forecasts the mean of every column in training, whatever came last: unbeaten on noise around a level that stays.
public struct MeanForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "mean"
    /// One line for listings.
    public static let summary =
        "the mean of the training data: the baseline where nothing can be known of the next frames"

    /// The options the model was fitted with.
    public let options: MeanForecasterOptions
    let shape: ColumnForecasting
    /// The mean of every forecast column in training.
    let means: [Double]
    /// The number of columns a frame must have.
    public var columnCount: Int { shape.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { shape.targetCount }
    /// One frame.
    public var contextLength: Int { 1 }
    /// The number of frames that are forecast.
    public var horizon: Int { options.horizon }

    /// Learns the means.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is no frame with as many that follow as are to be
    ///   forecast, `malformed` naming the frame and column of a value that is not finite, or `invalidOption`.
    public static func fit(
        _ data: TrainingData, options: MeanForecasterOptions, context: FittingContext
    ) throws -> MeanForecaster {
        try options.validate()
        let shape = try ColumnForecasting(
            data, targets: options.targets, horizon: options.horizon, fewestFrames: 1 + options.horizon, for: name)
        let means = (0..<shape.targetCount).map { column in
            data.frames.column(column).reduce(0, +) / Double(data.frames.count)
        }
        return MeanForecaster(options: options, shape: shape, means: means)
    }

    /// The forecast after every frame. Shape: frames x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        try shape.forecasts(frames, contextLength: 1) { _, column in
            Array(repeating: means[column], count: options.horizon)
        }
    }
}

extension MeanForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(MeanForecasterOptions.self)
        let shape = try ColumnForecasting(archive: archive, targets: options.targets, horizon: options.horizon)
        self.init(
            options: options, shape: shape, means: try archive.float64("mean", shape: [shape.targetCount]))
    }

    /// The fitted model: its options, the entry `columns` and the tensor `mean`.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive(tensors: ["mean": Tensor(shape: [means.count], .float64(means))])
        shape.store(in: &archive)
        try archive.store(algorithm: Self.name, options: options)
        return archive
    }
}
