internal import SignalCore

/// Runs a network one time step at a time, for live use: states are carried from step to step, so that step t gives
/// the same bits as the last step of the sequence up to t.
///
/// A layer that gives the last step of its sequence only gives every step here, since every step is the last so far.
public final class NetworkStepper {
    /// The network.
    public let network: SequenceNetwork
    private let pass: NetworkPass

    /// Makes a stepper in the state before a sequence begins.
    ///
    /// - Throws: `SignalError` with code `unsupported` for a network that repeats a vector.
    public init(_ network: SequenceNetwork) throws {
        for layer in network.layers {
            if case .repeatVector(let count) = layer.operation, count > 1 {
                throw SignalError(
                    .unsupported,
                    "layer '\(layer.name)' makes a sequence of one vector, so the network cannot run step by step")
            }
        }
        self.network = network
        pass = NetworkPass(
            layout: network.layout,
            plan: try NetworkPlan(network.layout, inputSteps: 1, width: 1, isTraining: false), kernels: network.kernels)
    }

    /// Takes the next row and returns the output after it.
    ///
    /// - Parameter row: one value a column of the input.
    /// - Throws: `SignalError` with code `mismatch` when the row has another number of values.
    public func step(_ row: [Float]) throws -> [Float] {
        guard row.count == network.inputColumns else {
            throw SignalError(.mismatch, "a row of \(row.count) values does not fit \(network.inputColumns) columns")
        }
        return unsafe row.withUnsafeBufferPointer { row in
            guard let base = row.baseAddress else { return [] }
            unsafe pass.forward(network.packed.start, input: base)
            let output = unsafe pass.output(of: base)
            pass.carryStates()
            return output
        }
    }

    /// Begins a new sequence.
    public func reset() { pass.clearStates() }

    /// The hidden state and the cell state of every recurrent layer, in the order of the layers.
    public var states: [Float] { pass.states }

    /// Goes on from states that ``states`` gave.
    ///
    /// - Throws: `SignalError` with code `mismatch` when their number differs.
    public func restore(_ states: [Float]) throws {
        guard states.count == pass.stateCount else {
            throw SignalError(.mismatch, "\(states.count) values do not fit a state of \(pass.stateCount)")
        }
        pass.setStates(states)
    }
}
