/// What is known after a batch of training.
public struct TrainingProgress: Sendable, Equatable {
    /// The epoch, counted from 1.
    public let epoch: Int
    /// The most epochs there can be.
    public let epochCount: Int
    /// The batch within the epoch, counted from 1.
    public let batch: Int
    /// How many batches an epoch has.
    public let batchCount: Int
    /// The mean loss of the epoch's examples so far, with dropout.
    public let loss: Double
    /// The learning rate.
    public let learningRate: Double
}

/// What was reached in an epoch.
public struct EpochSummary: Codable, Sendable, Equatable {
    /// The epoch, counted from 1.
    public let epoch: Int
    /// The mean loss over the epoch, with dropout and while weights changed.
    public let trainingLoss: Double
    /// The mean loss over the validation examples afterwards; `nil` without such.
    public let validationLoss: Double?
    /// The learning rate of the epoch.
    public let learningRate: Double
    /// Whether the weights are the best so far.
    public let isBest: Bool

    /// The loss that judges: that of validation, where there is one.
    public var judgedLoss: Double { validationLoss ?? trainingLoss }
}

/// Whether training goes on.
public enum TrainingDecision: Sendable {
    /// Go on.
    case proceed
    /// Stop now; the best weights so far are kept.
    case stop
}

/// Why training is over.
public enum TrainingEnd: Codable, Sendable, Equatable {
    /// All epochs are done.
    case completed
    /// The loss was not better for as many epochs as the patience allows.
    case stoppedEarly
    /// Somebody asked to stop.
    case stoppedOnRequest
    /// The loss or the gradient was not finite in this epoch; a lower rate or a limit on the gradient's norm may help.
    case diverged(epoch: Int)
}
