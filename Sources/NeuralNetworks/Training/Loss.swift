internal import CNeuralKernels

/// What training makes small: the mean over all examples, steps and columns of
public enum Loss: Codable, Sendable, Equatable {
    /// the squared difference (PyTorch's `MSELoss`).
    case meanSquaredError
    /// the absolute difference (`L1Loss`).
    case meanAbsoluteError
    /// half the squared difference up to `delta`, and delta (difference - delta / 2) above (`HuberLoss`).
    case huber(delta: Float)
    /// the cross-entropy of the softmax of a step's columns with the class number that is its target
    /// (`CrossEntropyLoss`); the mean over examples and steps.
    case crossEntropy

    /// What the loss is called, for people.
    public var name: String {
        switch self {
        case .meanSquaredError: "mean squared error"
        case .meanAbsoluteError: "mean absolute error"
        case .huber: "mean Huber loss"
        case .crossEntropy: "mean cross-entropy"
        }
    }

    var kernel: neural_loss {
        switch self {
        case .meanSquaredError: NEURAL_SQUARED
        case .meanAbsoluteError: NEURAL_ABSOLUTE
        case .huber: NEURAL_HUBER
        case .crossEntropy: NEURAL_CROSS_ENTROPY
        }
    }

    var parameter: Float {
        if case .huber(let delta) = self { delta } else { 0 }
    }

    /// The number of values that a target has a step, for an output of `columns`.
    func targetColumns(outputColumns columns: Int) -> Int { self == .crossEntropy ? 1 : columns }
}
