internal import NeuralNetworks
public import SignalCore

/// What the training of a network makes small.
public enum NetworkLoss: String, OptionChoice {
    /// The mean squared error.
    case meanSquaredError
    /// The mean absolute error, which outliers in training data pull less.
    case meanAbsoluteError
    /// Half the squared error up to 1, linear beyond (Huber 1964).
    case huber

    var loss: Loss {
        switch self {
        case .meanSquaredError: .meanSquaredError
        case .meanAbsoluteError: .meanAbsoluteError
        case .huber: .huber(delta: 1)
        }
    }
}

/// The options that all models with a network share: how frames are scaled and cut, and how the network is trained.
public struct NetworkTrainingOptions: AlgorithmOptions {
    /// How columns are brought together before the network sees them.
    public var scaling = FrameScaling.standard
    /// Holds scaled values within this distance of zero, 0 to 1e6; default 0, which is a million, so that only what no
    /// number can hold is cut.
    public var clip = 0.0
    /// The frames from the start of one training window to the next, 1 to 10000; default 1. Windows are places in the
    /// table, not copies, so that a small stride costs time and no memory.
    public var stride = 1
    /// The windows between two steps of the optimiser, 1 to 65536; default 32.
    public var batchSize = 32
    /// The most passes over all windows, 1 to 100000; default 30.
    public var epochs = 30
    /// The rate of Adam (Kingma and Ba 2015), above 0, at most 1; default 0.001.
    public var learningRate = 1e-3
    /// What is made small.
    public var loss = NetworkLoss.meanSquaredError
    /// The last share of the windows, in time, that judges the weights instead of shaping them, 0 to 0.9; default 0.2.
    /// Not used where validation data is given.
    public var validationShare = 0.2
    /// Training ends after this many epochs without a better loss, 0 (never) to 100000; default 10. The best weights
    /// are kept in any case.
    public var patience = 10
    /// Scales the gradient of a step down where its Euclidean norm is larger, 0 (never) to 1e6; default 0.
    public var gradientClip = 0.0

    /// The defaults.
    public init() {}

    /// Checks every option's range.
    public func validate() throws {
        try OptionRange.check("clip", clip, in: 0...1e6)
        try OptionRange.check("stride", stride, in: 1...10_000)
        try OptionRange.check("batchSize", batchSize, in: 1...65_536)
        try OptionRange.check("epochs", epochs, in: 1...100_000)
        try OptionRange.check("learningRate", learningRate, in: 1e-9...1)
        try OptionRange.check("validationShare", validationShare, in: 0...0.9)
        try OptionRange.check("patience", patience, in: 0...100_000)
        try OptionRange.check("gradientClip", gradientClip, in: 0...1e6)
    }

    /// The same for the trainer.
    var trainingOptions: TrainingOptions {
        var options = TrainingOptions()
        options.loss = loss.loss
        options.epochs = epochs
        options.batchSize = batchSize
        options.learningRate = learningRate
        options.validationShare = validationShare
        options.patience = patience > 0 ? patience : nil
        options.largestGradientNorm = gradientClip > 0 ? gradientClip : nil
        return options
    }

    /// Checks a list of the sizes of layers.
    static func check(units: [Int], named name: String) throws {
        guard (1...8).contains(units.count), units.allSatisfy({ (1...4096).contains($0) }) else {
            let found = units.map(String.init).joined(separator: "+")
            throw SignalError(
                .invalidOption, "\(name) takes 1 to 8 layers of 1 to 4096 units, such as 64+32, not '\(found)'")
        }
    }
}
