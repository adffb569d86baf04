internal import NeuralNetworks
public import SignalCore

/// Options of ``AutoencoderDetector``.
public struct AutoencoderOptions: AlgorithmOptions {
    /// Consecutive frames that are joined to one vector, 1 to 64; default 5.
    public var contextFrames = 5
    /// The units of the encoder's layers; the decoder has the same in reverse. Default four of 128.
    public var units = [128, 128, 128, 128]
    /// The units of the layer between encoder and decoder, 1 to 4096; default 8.
    public var bottleneck = 8
    /// How the residuals of a window become its score; default `mean`, as published.
    public var scoreRule = ReconstructionScore.mean
    /// Scaling and training.
    public var training = NetworkTrainingOptions()

    /// The context, the sizes, rate and rule.
    public static let searchSpace = [
        OptionSearch("contextFrames", .integers(1...10, isLogarithmic: true)),
        OptionSearch("bottleneck", .integers(2...32, isLogarithmic: true)),
        OptionSearch("learningRate", .numbers(1e-4...1e-2, isLogarithmic: true)),
        OptionSearch("scoreRule", .choices(ReconstructionScore.allCases.map { .text($0.rawValue) })),
    ]

    /// The defaults.
    public init() {}

    /// Reads all options, those of the training beside the own ones.
    public init(from decoder: any Decoder) throws {
        training = try NetworkTrainingOptions(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        contextFrames = try container.decode(Int.self, forKey: .contextFrames)
        units = try container.decode([Int].self, forKey: .units)
        bottleneck = try container.decode(Int.self, forKey: .bottleneck)
        scoreRule = try container.decode(ReconstructionScore.self, forKey: .scoreRule)
    }

    /// Writes all options side by side.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(contextFrames, forKey: .contextFrames)
        try container.encode(units, forKey: .units)
        try container.encode(bottleneck, forKey: .bottleneck)
        try container.encode(scoreRule, forKey: .scoreRule)
        try training.encode(to: encoder)
    }

    private enum Key: String, CodingKey { case contextFrames, units, bottleneck, scoreRule }

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("contextFrames", contextFrames, in: 1...64)
        try NetworkTrainingOptions.check(units: units, named: "units")
        try OptionRange.check("bottleneck", bottleneck, in: 1...4096)
        try training.validate()
    }

    /// The network for frames of so many columns.
    func layers(columns: Int) -> [NetworkLayer] {
        let encoder = units.enumerated().map { index, units in
            NetworkLayer.dense("encoder.\(index)", units: units, activation: .relu)
        }
        let decoder = units.reversed().enumerated().map { index, units in
            NetworkLayer.dense("decoder.\(index)", units: units, activation: .relu)
        }
        return encoder + [.dense("bottleneck", units: bottleneck, activation: .relu)] + decoder
            + [.dense("output", units: columns * contextFrames)]
    }
}
