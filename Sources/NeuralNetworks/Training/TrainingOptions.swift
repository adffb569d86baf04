internal import SignalCore

/// How a network is trained.
public struct TrainingOptions: Codable, Sendable, Equatable {
    /// What is made small.
    public var loss = Loss.meanSquaredError
    /// The most passes over all examples.
    public var epochs = 30
    /// The examples between two steps of the optimiser. They are computed in shards of sixteen, so that a batch keeps as
    /// many threads busy as it has shards.
    public var batchSize = 32
    /// Whether the examples are drawn in a new random order in every epoch; otherwise they come in their own.
    public var shuffles = true
    /// The rate of Adam (Kingma and Ba 2015).
    public var learningRate = 1e-3
    /// The decay of Adam's mean of gradients.
    public var firstDecay = 0.9
    /// The decay of Adam's mean of squared gradients.
    public var secondDecay = 0.999
    /// What Adam adds to the root of that mean.
    public var epsilon = 1e-8
    /// Adds this times the weight to every gradient (`weight_decay` of PyTorch's `Adam`).
    public var penalty = 0.0
    /// Shrinks every weight by this times the rate in every step (Loshchilov and Hutter 2019; `AdamW`).
    public var decoupledWeightDecay = 0.0
    /// Scales the gradient of a step down where its Euclidean norm is larger; `nil` for never.
    public var largestGradientNorm: Double?
    /// The last share of the examples, in time, that is not learnt from but judges the weights; 0 for none, when the
    /// training loss judges.
    public var validationShare = 0.1
    /// Stops after this many epochs without a better loss; `nil` for never. The best weights are kept in any case.
    public var patience: Int?
    /// The least by which a loss must be lower to count as better.
    public var leastImprovement = 0.0
    /// Lowers the rate after this many epochs without a better loss; `nil` for never.
    public var plateauPatience: Int?
    /// What the rate is then multiplied by.
    public var plateauFactor = 0.5
    /// The lowest rate.
    public var lowestLearningRate = 1e-6
    /// Cuts sequences into pieces of this many steps: the state is carried from one to the next, the gradient is not,
    /// and the optimiser steps after each (truncated back-propagation through time). `nil` for whole sequences.
    public var truncation: Int?

    /// The defaults.
    public init() {}

    /// Checks every option.
    ///
    /// - Throws: `SignalError` with code `invalidOption` naming the option.
    public func validate() throws {
        func require(_ holds: Bool, _ name: String, _ range: String) throws {
            guard holds else { throw SignalError(.invalidOption, "the option '\(name)' must be \(range)") }
        }
        try require((1...1_000_000).contains(epochs), "epochs", "from 1 to 1000000")
        try require((1...65_536).contains(batchSize), "batchSize", "from 1 to 65536")
        try require(learningRate > 0 && learningRate <= 10, "learningRate", "above 0 and at most 10")
        try require(firstDecay >= 0 && firstDecay < 1, "firstDecay", "from 0 to below 1")
        try require(secondDecay >= 0 && secondDecay < 1, "secondDecay", "from 0 to below 1")
        try require(epsilon > 0 && epsilon <= 1, "epsilon", "above 0 and at most 1")
        try require(penalty >= 0 && penalty <= 1, "penalty", "from 0 to 1")
        try require(decoupledWeightDecay >= 0 && decoupledWeightDecay <= 1, "decoupledWeightDecay", "from 0 to 1")
        try require(largestGradientNorm.map { $0 > 0 && $0.isFinite } ?? true, "largestGradientNorm", "above 0")
        try require(validationShare >= 0 && validationShare < 1, "validationShare", "from 0 to below 1")
        try require((patience ?? 1) >= 1, "patience", "at least 1")
        try require(leastImprovement >= 0 && leastImprovement.isFinite, "leastImprovement", "at least 0")
        try require((plateauPatience ?? 1) >= 1, "plateauPatience", "at least 1")
        try require(plateauFactor > 0 && plateauFactor < 1, "plateauFactor", "above 0 and below 1")
        try require(lowestLearningRate >= 0 && lowestLearningRate.isFinite, "lowestLearningRate", "at least 0")
        try require((truncation ?? 1) >= 1, "truncation", "at least 1")
        if case .huber(let delta) = loss { try require(delta > 0 && delta.isFinite, "loss", "of a positive delta") }
    }
}
