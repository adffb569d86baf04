internal import NeuralNetworks
public import SignalCore

/// Options of ``LSTMForecaster``.
public struct LSTMForecasterOptions: AlgorithmOptions {
    /// The number of frames that a forecast looks at, 1 to 4096; default 50.
    public var sequenceLength = 50
    /// The number of frames that are forecast at once, 1 to 1000; default 1.
    public var horizon = 1
    /// The number of first columns that are forecast, 0 (all) to 65536; default 0. All columns are looked at.
    public var targets = 0
    /// The units of the recurrent layers; default 80+80.
    public var units = [80, 80]
    /// The share of numbers that are zeroed after every recurrent layer in training, 0 to 0.9; default 0.3.
    public var dropout = 0.3
    /// Scaling and training.
    public var training = NetworkTrainingOptions()

    /// The length, dropout and rate.
    public static let searchSpace = [
        OptionSearch("sequenceLength", .integers(10...250, isLogarithmic: true)),
        OptionSearch("dropout", .numbers(0...0.5, isLogarithmic: false)),
        OptionSearch("learningRate", .numbers(1e-4...1e-2, isLogarithmic: true)),
    ]

    /// The defaults.
    public init() {}

    /// Reads all options, those of the training beside the own ones.
    public init(from decoder: any Decoder) throws {
        training = try NetworkTrainingOptions(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        sequenceLength = try container.decode(Int.self, forKey: .sequenceLength)
        horizon = try container.decode(Int.self, forKey: .horizon)
        targets = try container.decode(Int.self, forKey: .targets)
        units = try container.decode([Int].self, forKey: .units)
        dropout = try container.decode(Double.self, forKey: .dropout)
    }

    /// Writes all options side by side.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sequenceLength, forKey: .sequenceLength)
        try container.encode(horizon, forKey: .horizon)
        try container.encode(targets, forKey: .targets)
        try container.encode(units, forKey: .units)
        try container.encode(dropout, forKey: .dropout)
        try training.encode(to: encoder)
    }

    private enum Key: String, CodingKey { case sequenceLength, horizon, targets, units, dropout }

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("sequenceLength", sequenceLength, in: 1...4096)
        try ForecastHorizon.check(horizon)
        try OptionRange.check("targets", targets, in: 0...65_536)
        try NetworkTrainingOptions.check(units: units, named: "units")
        try OptionRange.check("dropout", dropout, in: 0...0.9)
        try training.validate()
    }

    /// The network that forecasts so many columns.
    func layers(targetCount: Int) -> [NetworkLayer] {
        var layers: [NetworkLayer] = []
        for (index, count) in units.enumerated() {
            let name = "lstm.\(index)"
            layers.append(.lstm(name, units: count, output: index == units.count - 1 ? .lastStep : .sequence))
            if dropout > 0 { layers.append(.dropout("\(name).dropout", rate: dropout)) }
        }
        return layers + [.dense("output", units: horizon * targetCount)]
    }
}

/// Forecasts by a recurrent network: LSTM layers read a window, and a dense layer makes of their last state all frames of
/// the horizon at once. With its defaults it has the shape of the predictor of Hundman et al. ("Detecting Spacecraft
/// Anomalies Using LSTMs and Nonparametric Dynamic Thresholding", KDD 2018).
public struct LSTMForecaster: Forecaster {
    /// The name used on the command line and in files.
    public static let name = "lstm"
    /// One line for listings.
    public static let summary = "recurrent network that forecasts all steps at once, from all columns"

    /// The options the model was fitted with.
    public let options: LSTMForecasterOptions
    let model: ForecastNetwork

    /// The number of columns a frame must have.
    public var columnCount: Int { model.input.columnCount }
    /// The number of columns that are forecast.
    public var targetCount: Int { model.targetCount }
    /// The number of consecutive frames that a forecast looks at.
    public var contextLength: Int { model.contextLength }
    /// The number of frames that are forecast.
    public var horizon: Int { model.horizon }

    /// Learns how frames go on.
    ///
    /// A report that answers `stop` ends training with the best weights so far, as does a loss that is no longer finite.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows with what follows them,
    ///   or no column that changes; `malformed` naming the frame and column of a value that is not finite;
    ///   `invalidOption` for options out of range, or a loss that is not finite in the first epoch; `mismatch` for a
    ///   checkpoint of another training.
    public static func fit(
        _ data: TrainingData, options: LSTMForecasterOptions, context: FittingContext
    ) throws -> LSTMForecaster {
        try options.validate()
        let (length, horizon) = (options.sequenceLength, options.horizon)
        let targetCount = try ForecastNetwork.targetCount(options.targets, columns: data.frames.columnCount)
        let starts = try data.windowStarts(
            length: length + horizon, stride: options.training.stride, fewest: ForecastNetwork.fewestWindows, for: name)
        let input = try NetworkInput(measuring: data, options: options.training)
        func examples(_ data: TrainingData, _ starts: [Int]) throws -> TrainingExamples {
            try ForecastNetwork.examples(
                data, starts: starts, input: input, contextLength: length, horizon: horizon, targetCount: targetCount)
        }
        let validation = try context.validation.map {
            try examples(
                $0,
                $0.windowStarts(
                    length: length + horizon, stride: options.training.stride, fewest: 1, for: "\(name) (validation)"))
        }
        let layers = options.layers(targetCount: targetCount)
        let network = try NetworkFitting(
            algorithm: name, layers: layers, input: input, options: options.training, context: context
        ).train(
            SequenceNetwork(inputColumns: input.columnCount, layers: layers, seed: context.seed),
            on: examples(data, starts), validation: validation)
        return LSTMForecaster(
            options: options,
            model: ForecastNetwork(
                input: input, network: network, contextLength: length, horizon: horizon, targetCount: targetCount))
    }

    /// The forecast after every window. Shape: windows x horizon x targets.
    public func forecasts(_ frames: FeatureFrames) throws -> [Float] { try model.forecasts(frames) }
}

extension LSTMForecaster {
    /// Reads a fitted model back.
    ///
    /// - Throws: `SignalError` naming the tensor or entry that is missing, misshapen, not finite or out of range.
    public init(archive: ModelArchive) throws {
        try archive.requireAlgorithm(Self.name)
        let options = try archive.options(LSTMForecasterOptions.self)
        self.init(
            options: options,
            model: try ForecastNetwork(
                archive: archive, options: options.training, contextLength: options.sequenceLength,
                horizon: options.horizon, targets: options.targets, inputColumns: { $0 }, layers: options.layers))
    }

    /// The fitted model as tensors and its options as texts.
    public func archived() throws -> ModelArchive { try model.archived(algorithm: Self.name, options: options) }
}
