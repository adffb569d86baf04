public import NeuralNetworks
public import SignalCore

/// Options of ``LSTMAutoencoderDetector``.
public struct LSTMAutoencoderOptions: AlgorithmOptions {
    /// The number of frames of a window, 2 to 4096; default 50.
    public var sequenceLength = 50
    /// The units of the encoder's layers; the decoder has the same in reverse. Default 64+32.
    public var encoderUnits = [64, 32]
    /// The units of the dense layer between encoder and decoder, 0 (none) to 4096; default 16.
    public var bottleneck = 16
    /// The share of numbers that are zeroed after every recurrent layer in training, 0 to 0.9; default 0.2.
    public var dropout = 0.2
    /// How the residuals of a window become its score; default `maximum`, since an anomaly of a few frames in one column
    /// is a small part of the mean over a window.
    public var scoreRule = ReconstructionScore.maximum
    /// Scaling and training.
    public var training = NetworkTrainingOptions()

    /// The length, the sizes, dropout, rate and rule.
    public static let searchSpace = [
        OptionSearch("sequenceLength", .integers(10...100, isLogarithmic: true)),
        OptionSearch("bottleneck", .integers(2...32, isLogarithmic: true)),
        OptionSearch("dropout", .numbers(0...0.5, isLogarithmic: false)),
        OptionSearch("learningRate", .numbers(1e-4...1e-2, isLogarithmic: true)),
        OptionSearch("scoreRule", .choices(ReconstructionScore.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// Reads all options, those of the training beside the own ones.
    public init(from decoder: any Decoder) throws {
        training = try NetworkTrainingOptions(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        sequenceLength = try container.decode(Int.self, forKey: .sequenceLength)
        encoderUnits = try container.decode([Int].self, forKey: .encoderUnits)
        bottleneck = try container.decode(Int.self, forKey: .bottleneck)
        dropout = try container.decode(Double.self, forKey: .dropout)
        scoreRule = try container.decode(ReconstructionScore.self, forKey: .scoreRule)
    }

    /// Writes all options side by side.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sequenceLength, forKey: .sequenceLength)
        try container.encode(encoderUnits, forKey: .encoderUnits)
        try container.encode(bottleneck, forKey: .bottleneck)
        try container.encode(dropout, forKey: .dropout)
        try container.encode(scoreRule, forKey: .scoreRule)
        try training.encode(to: encoder)
    }

    private enum Key: String, CodingKey { case sequenceLength, encoderUnits, bottleneck, dropout, scoreRule }

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("sequenceLength", sequenceLength, in: 2...4096)
        try NetworkTrainingOptions.check(units: encoderUnits, named: "encoderUnits")
        try OptionRange.check("bottleneck", bottleneck, in: 0...4096)
        try OptionRange.check("dropout", dropout, in: 0...0.9)
        try training.validate()
    }

    /// The network for frames of so many columns.
    public func layers(columns: Int) -> [NetworkLayer] {
        var layers: [NetworkLayer] = []
        func append(_ layer: NetworkLayer) {
            layers.append(layer)
            if dropout > 0 { layers.append(.dropout("\(layer.name).dropout", rate: dropout)) }
        }
        for (index, units) in encoderUnits.enumerated() {
            let isLast = index == encoderUnits.count - 1
            append(.lstm("encoder.\(index)", units: units, output: isLast ? .lastStep : .sequence))
        }
        if bottleneck > 0 { layers.append(.dense("bottleneck", units: bottleneck, activation: .relu)) }
        layers.append(.repeatVector("repeat", count: sequenceLength))
        for (index, units) in encoderUnits.reversed().enumerated() {
            append(.lstm("decoder.\(index)", units: units))
        }
        layers.append(.dense("output", units: columns))
        return layers
    }
}
