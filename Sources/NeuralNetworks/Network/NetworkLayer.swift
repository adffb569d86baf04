/// A function that a dense layer applies to each of its results.
public enum Activation: String, Codable, Sendable, CaseIterable {
    /// The result itself.
    case linear
    /// The result where positive, else zero.
    case relu
    /// The hyperbolic tangent.
    case tanh
    /// 1 / (1 + e^-x).
    case sigmoid
}

/// What a recurrent layer hands on.
public enum RecurrentOutput: String, Codable, Sendable, CaseIterable {
    /// The hidden state of every time step.
    case sequence
    /// The hidden state of the last time step only, one vector.
    case lastStep
}

/// One layer of a ``SequenceNetwork``: its name, which its tensors bear as a prefix, and what it computes.
public struct NetworkLayer: Codable, Sendable, Equatable {
    /// What a layer computes.
    public enum Operation: Codable, Sendable, Equatable {
        /// Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates), as PyTorch's `LSTM`. Tensors
        /// `weight_ih_l0` (4 units x inputs), `weight_hh_l0` (4 units x units), `bias_ih_l0` and `bias_hh_l0`
        /// (4 units), the gates in the order input, forget, cell, output.
        case lstm(units: Int, output: RecurrentOutput)
        /// Gated recurrent unit (Cho et al. 2014), as PyTorch's `GRU`: tensors as for the LSTM with three gates in the
        /// order reset, update, new.
        case gru(units: Int, output: RecurrentOutput)
        /// A dense layer, applied to every time step or to one vector. Tensors `weight` (units x inputs) and `bias`.
        case dense(units: Int, activation: Activation)
        /// In training, zeroes numbers with a probability of `rate` and divides the others by 1 - `rate`; nothing
        /// otherwise. The rate is rounded to multiples of 1/65536.
        case dropout(rate: Double)
        /// Repeats one vector as a sequence of this many steps.
        case repeatVector(count: Int)
    }

    /// The layer's name, unique in its network, such as `encoder.0`.
    public let name: String
    /// What the layer computes.
    public let operation: Operation

    /// Makes a layer.
    public init(_ name: String, _ operation: Operation) {
        self.name = name
        self.operation = operation
    }

    /// A layer of long short-term memory.
    public static func lstm(_ name: String, units: Int, output: RecurrentOutput = .sequence) -> NetworkLayer {
        NetworkLayer(name, .lstm(units: units, output: output))
    }

    /// A layer of gated recurrent units.
    public static func gru(_ name: String, units: Int, output: RecurrentOutput = .sequence) -> NetworkLayer {
        NetworkLayer(name, .gru(units: units, output: output))
    }

    /// A dense layer.
    public static func dense(_ name: String, units: Int, activation: Activation = .linear) -> NetworkLayer {
        NetworkLayer(name, .dense(units: units, activation: activation))
    }

    /// A dropout layer.
    public static func dropout(_ name: String, rate: Double) -> NetworkLayer {
        NetworkLayer(name, .dropout(rate: rate))
    }

    /// A layer that repeats a vector.
    public static func repeatVector(_ name: String, count: Int) -> NetworkLayer {
        NetworkLayer(name, .repeatVector(count: count))
    }
}
