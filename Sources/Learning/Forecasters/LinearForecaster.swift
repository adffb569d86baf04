internal import LinearAlgebra
internal import NeuralNetworks
public import SignalCore

/// Options of ``LinearForecaster``.
public struct LinearForecasterOptions: AlgorithmOptions {
    /// The number of frames that a forecast looks at, 1 to 1000; default 20.
    public var sequenceLength = 20
    /// The number of frames that are forecast, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0. All columns are looked at.
    public var targets = 0
    /// The penalty on squared weights, relative to the variance of a scaled column, 0 to 1e6; default 0.001.
    public var ridge = 1e-3
    /// How columns are brought together.
    public var scaling = FrameScaling.standard

    /// The length and the penalty.
    public static let searchSpace = [
        OptionSearch("sequenceLength", .integers(1...100, isLogarithmic: true)),
        OptionSearch("ridge", .numbers(1e-6...1, isLogarithmic: true)),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("sequenceLength", sequenceLength, in: 1...1000)
        try OptionRange.check("horizon", horizon, in: 1...1000)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try OptionRange.check("ridge", ridge, in: 0...1e6)
    }

    /// The scaling in the form that networks take it.
    var training: NetworkTrainingOptions {
        var training = NetworkTrainingOptions()
        training.scaling = scaling
        return training
    }

    /// The one layer, for so many columns to forecast.
    func layers(targetCount: Int) -> [NetworkLayer] { [.dense("output", units: horizon * targetCount)] }
}

/// Forecasts every step of the horizon as a weighted sum of all values of a window: a vector autoregression, its weights
/// by ridge regression in closed form (Hoerl and Kennard, "Ridge Regression", Technometrics 12, 1970).
///
/// Fitting draws no random numbers, so the seed does not matter.
public struct LinearForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "linear"
    /// One line for listings.
    public static let summary = "ridge autoregression on a window of all columns, in closed form"

    /// The options the model was fitted with.
    public let options: LinearForecasterOptions
    let model: ForecastNetwork

    /// The number of columns a frame must have.
    public var columnCount: Int { model.input.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { model.targetCount }
    /// The number of consecutive frames that a forecast looks at.
    public var contextLength: Int { model.contextLength }
    /// The number of frames that are forecast.
    public var horizon: Int { model.horizon }

    /// The most values of a window, of which a matrix of all pairs is made.
    static let largestWidth = 4096

    /// Learns how frames go on.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows with what follows them,
    ///   or no column that changes; `malformed` naming the frame and column of a value that is not finite;
    ///   `invalidOption` for options out of range; `limitExceeded` when a window has more than 4096 values.
    public static func fit(
        _ data: TrainingData, options: LinearForecasterOptions, context: FittingContext
    ) throws -> LinearForecaster {
        try options.validate()
        let (length, horizon) = (options.sequenceLength, options.horizon)
        let columns = data.frames.columnCount
        let targetCount = try ForecastNetwork.targetCount(options.targets, columns: columns)
        let outputs = horizon * targetCount
        guard length * columns + outputs <= largestWidth else {
            throw SignalError(
                .limitExceeded,
                "\(length) frames of \(columns) columns and \(outputs) forecasts are more than the \(largestWidth) values "
                    + "a linear forecaster takes; lower sequenceLength, horizon or targets")
        }
        let starts = try data.windowStarts(
            length: length + horizon, stride: 1, fewest: ForecastNetwork.fewestWindows, for: name)
        let input = try NetworkInput(measuring: data, options: options.training)
        let examples = try ForecastNetwork.examples(
            data, starts: starts, input: input, contextLength: length, horizon: horizon, targetCount: targetCount)
        let (weights, bias) = try RidgeRegression.solve(examples, ridge: options.ridge)
        let network = try SequenceNetwork(
            inputColumns: length * columns, layers: options.layers(targetCount: targetCount),
            tensors: [
                "output.weight": Tensor(shape: [outputs, length * columns], .float32(weights)),
                "output.bias": Tensor(shape: [outputs], .float32(bias)),
            ])
        return LinearForecaster(
            options: options,
            model: ForecastNetwork(
                input: input, network: network, contextLength: length, horizon: horizon, targetCount: targetCount))
    }

    /// The forecast after every window. Shape: windows x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] { try model.forecasts(frames) }
}

extension LinearForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(LinearForecasterOptions.self)
        self.init(
            options: options,
            model: try ForecastNetwork(
                archive: archive, options: options.training, contextLength: options.sequenceLength,
                horizon: options.horizon, targets: options.targets, inputColumns: { $0 * options.sequenceLength },
                layers: options.layers))
    }

    /// The fitted model as tensors and its options as texts.
    public func archived() throws -> ModelArchive { try model.archived(algorithm: Self.name, options: options) }
}
