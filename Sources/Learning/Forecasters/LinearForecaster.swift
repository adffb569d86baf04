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
    /// The frames of a season, 1 (no season) to 10000; default 0, which finds it in every column.
    public var period = 0
    /// The seasons that are looked back, 1 to 20; default 3. As many are taken as half of the longest run of frames holds.
    public var seasons = 3
    /// Whether all is counted from the last frame of a window on, so that forecasts move along with a level that
    /// wanders; default false.
    public var isRelative = false

    /// The length and the penalty.
    public static let searchSpace = [
        OptionSearch("sequenceLength", .integers(1...100, isLogarithmic: true)),
        OptionSearch("ridge", .numbers(1e-6...1, isLogarithmic: true)),
        OptionSearch("isRelative", .choices([.flag(false), .flag(true)])),
    ]

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("sequenceLength", sequenceLength, in: 1...1000)
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try OptionRange.check("ridge", ridge, in: 0...1e6)
        try OptionRange.check("period", period, in: 0...SeasonLength.longest)
        try OptionRange.check("seasons", seasons, in: 1...20)
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

/// Forecasts every step of the horizon as a weighted sum of the last frames of all columns and of the column's own frames
/// whole seasons before the step: a vector autoregression with a season, its weights by ridge regression in closed form
/// (Hoerl and Kennard, "Ridge Regression", Technometrics 12, 1970). A line goes on along a weighted sum of frames, and so
/// does any wave, so that trend and season need no terms of their own.
///
/// Counted from the last frame on it is the NLinear of Zeng et al., "Are Transformers Effective for Time Series
/// Forecasting?" (AAAI 2023), with a penalty in place of early stopping.
///
/// Fitting draws no random numbers, so the seed does not matter.
public struct LinearForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "linear"
    /// One line for listings.
    public static let summary =
        "ridge regression on the last frames of all columns and on the same place in past seasons"

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
    /// The most weights.
    static let largestWeights = 1 << 25

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
        try data.frames.requireFinite(data.schema)
        let regression = regression(data, options: options, targetCount: targetCount)
        let hasSeason = regression.periods.contains { $0 > 1 }
        let width = length * columns + (hasSeason ? outputs / targetCount * (regression.seasons + 1) : outputs)
        guard width <= largestWidth else {
            throw SignalError(
                .limitExceeded,
                "\(length) frames of \(columns) columns and \(outputs) forecasts are more than the \(largestWidth) values "
                    + "a linear forecaster takes; lower sequenceLength, horizon or targets")
        }
        let contextLength = regression.contextLength
        guard contextLength * columns * outputs <= largestWeights else {
            throw SignalError(
                .limitExceeded,
                "\(contextLength) frames of \(columns) columns and \(outputs) forecasts need more than "
                    + "\(largestWeights) weights; lower seasons or horizon, or set period=1")
        }
        let starts = try data.windowStarts(
            length: contextLength + horizon, stride: 1, fewest: ForecastNetwork.fewestWindows, for: name)
        let input = try NetworkInput(measuring: data, options: options.training)
        let weights: [Float]
        let bias: [Float]
        if hasSeason || options.isRelative {
            (weights, bias) = try regression.solve(values: input.scaled(data.frames), starts: starts)
        } else {
            (weights, bias) = try RidgeRegression.solve(
                ForecastNetwork.examples(
                    data, starts: starts, input: input, contextLength: length, horizon: horizon,
                    targetCount: targetCount), ridge: options.ridge)
        }
        let network = try SequenceNetwork(
            inputColumns: contextLength * columns, layers: options.layers(targetCount: targetCount),
            tensors: [
                "output.weight": Tensor(shape: [outputs, contextLength * columns], .float32(weights)),
                "output.bias": Tensor(shape: [outputs], .float32(bias)),
            ])
        return LinearForecaster(
            options: options,
            model: ForecastNetwork(
                input: input, network: network, contextLength: contextLength, horizon: horizon,
                targetCount: targetCount))
    }

    /// What is looked at: seasons that are given, or found where half of the longest run of frames holds one.
    private static func regression(
        _ data: TrainingData, options: LinearForecasterOptions, targetCount: Int
    ) -> SeasonalRegression {
        let longest = data.longestSegment
        let periods = data.periods(options.period, targets: targetCount, room: options.horizon).map { period in
            // A season that is given is kept, and where it does not fit the number of frames needed is told.
            options.period > 0 || 2 * (period + options.horizon) <= longest ? period : 1
        }
        let seasons = periods.filter { $0 > 1 }.map { longest / 2 / $0 }.min() ?? 1
        return SeasonalRegression(
            sequenceLength: options.sequenceLength, horizon: options.horizon, columns: data.frames.columnCount,
            targetCount: targetCount, periods: periods, seasons: max(1, min(options.seasons, seasons)),
            ridge: options.ridge, isRelative: options.isRelative)
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
        let context = try archive.count("context_length")
        guard (1...1 << 24).contains(context) else {
            throw archive.unusable("context_length", "\(context)", "a whole number from 1 to \(1 << 24)")
        }
        self.init(
            options: options,
            model: try ForecastNetwork(
                archive: archive, options: options.training, contextLength: context, horizon: options.horizon,
                targets: options.targets, inputColumns: { $0 * context }, layers: options.layers))
    }

    /// The fitted model as tensors, its options as texts and the entry `context_length`.
    public func archived() throws -> ModelArchive {
        var archive = try model.archived(algorithm: Self.name, options: options)
        archive.metadata["context_length"] = String(contextLength)
        return archive
    }
}
