internal import SignalCore

extension SequenceNetwork {
    /// Makes a network with random weights, as Keras does: input and dense weights uniform within
    /// +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010), hidden weights a matrix with orthonormal columns (Saxe
    /// et al. 2014), biases zero, but one for the forget gates of an LSTM (Jozefowicz et al. 2015), so that a fresh
    /// layer remembers. PyTorch's uniform weights of +-1/sqrt(units) make the repeated vector of an autoencoder fade,
    /// from which it takes many epochs to recover.
    ///
    /// - Throws: `SignalError` with code `invalidOption` naming the layer that does not fit.
    public init(inputColumns: Int, layers: [NetworkLayer], seed: UInt64) throws {
        let layout = try NetworkLayout(inputColumns: inputColumns, layers: layers)
        var parameters = Array(repeating: Float(0), count: layout.parameterCount)
        for (index, layer) in layout.layers.enumerated() {
            var generator = SeededGenerator(seed: seed, stream: UInt64(index))
            let tensors = layout.parameters[layer.firstParameter...]
            switch layer.operation {
            case .lstm, .gru:
                for tensor in tensors.prefix(2) {
                    let values =
                        tensor.name.hasSuffix("weight_hh_l0")
                        ? Self.orthonormal(rows: tensor.shape[0], columns: tensor.shape[1], &generator)
                        : Self.glorot(tensor.shape, &generator)
                    parameters.replaceSubrange(tensor.range, with: values)
                }
                if case .lstm(let units, _) = layer.operation {
                    let bias = layout.parameters[layer.firstParameter + 2].range.lowerBound
                    for unit in units..<2 * units { parameters[bias + unit] = 1 }
                }
            case .dense:
                if let tensor = tensors.first {
                    parameters.replaceSubrange(tensor.range, with: Self.glorot(tensor.shape, &generator))
                }
            case .dropout, .repeatVector: break
            }
        }
        self.init(
            inputColumns: inputColumns, layers: layers, layout: layout, parameters: parameters, kernels: .best)
    }

    private static func glorot(_ shape: [Int], _ generator: inout SeededGenerator) -> [Float] {
        let limit = (6 / Double(shape[0] + shape[1])).squareRoot()
        return (0..<shape[0] * shape[1]).map { _ in Float((2 * generator.uniform() - 1) * limit) }
    }

    /// Orthonormal columns, by Gram-Schmidt, twice for accuracy. Row-major; no more columns than rows.
    private static func orthonormal(rows: Int, columns: Int, _ generator: inout SeededGenerator) -> [Float] {
        var basis: [[Double]] = []
        while basis.count < columns {
            // The sum of twelve uniform numbers has the moments of a normal one that matter here.
            var vector = (0..<rows).map { _ in (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() } }
            for _ in 0..<2 {
                for other in basis {
                    let share = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                    for row in 0..<rows { vector[row] -= share * other[row] }
                }
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 1e-6 { basis.append(vector.map { $0 / length }) }
        }
        return (0..<rows).flatMap { row in basis.map { Float($0[row]) } }
    }
}
