/// The losses of an iterative fit, step by step.
public struct TrainingHistory: Sendable, Equatable, Codable {
    /// The algorithm that was fitted; of a model made of several, the part.
    public var algorithm: String
    /// What a step is: `epoch` or `round`.
    public var step: String
    /// What the loss is, such as `mean squared error`.
    public var measure: String
    /// The loss on the training data after (of networks: during) every step, from the first.
    public var losses: [Double]
    /// The loss on the validation data after every step; empty when there was none.
    public var validationLosses: [Double]
    /// The step, from 1, whose model was kept; 0 when none was.
    public var keptStep: Int

    /// Makes a history.
    ///
    /// - Precondition: there is a validation loss a step, or none at all.
    public init(
        algorithm: String, step: String, measure: String, losses: [Double], validationLosses: [Double] = [],
        keptStep: Int
    ) {
        precondition(validationLosses.isEmpty || validationLosses.count == losses.count, "a validation loss a step")
        self.algorithm = algorithm
        self.step = step
        self.measure = measure
        self.losses = losses
        self.validationLosses = validationLosses
        self.keptStep = keptStep
    }
}
