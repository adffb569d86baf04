internal import CNeuralKernels
internal import SignalCore

/// Where the numbers of a network stand: its parameters one after another in one run, and once more packed in panels
/// for the kernels.
struct NetworkLayout: Sendable, Equatable {
    /// One parameter tensor.
    struct Parameter: Sendable, Equatable {
        let name: String
        let shape: [Int]
        let range: Range<Int>
    }

    /// One layer with the places of its parameters.
    struct Layer: Sendable, Equatable {
        let operation: NetworkLayer.Operation
        let inputs: Int
        let outputs: Int
        /// The index of the layer's first parameter: input weights, hidden weights, input bias, hidden bias; or weights,
        /// bias.
        let firstParameter: Int
        /// For every packed row the row of the input weights, or -1; and of the hidden weights.
        let inputRows: [Int32]
        let hiddenRows: [Int32]
        /// The places of the packed weights: forward panels, one bias a packed row, and the transposed matrices.
        let panels: Int
        let bias: Int
        let transposedInput: Int
        let transposedHidden: Int

        var packedRowCount: Int { inputRows.count }

        /// The cell, the units and the kind of output of a recurrent layer.
        var recurrent: (cell: neural_cell, units: Int, output: RecurrentOutput)? {
            switch operation {
            case .lstm(let units, let output): (NEURAL_LSTM, units, output)
            case .gru(let units, let output): (NEURAL_GRU, units, output)
            default: nil
            }
        }
    }

    let inputColumns: Int
    let layers: [Layer]
    let parameters: [Parameter]
    let parameterCount: Int
    /// The number of packed numbers for the way forward, which stand first, and in all.
    let forwardCount: Int
    let packedCount: Int

    /// The largest number of units, columns, repetitions: a limit for hostile files.
    static let largestLength = 65_536
    /// The largest number of parameters in all (1 GiB).
    static let largestParameterCount = 1 << 28

    init(inputColumns: Int, layers: [NetworkLayer]) throws {
        try Self.check(inputColumns, "input columns")
        guard !layers.isEmpty else { throw SignalError(.invalidOption, "a network needs at least one layer") }
        guard Set(layers.map(\.name)).count == layers.count else {
            throw SignalError(.invalidOption, "the layers of a network need different names")
        }
        self.inputColumns = inputColumns
        var builder = Builder()
        var columns = inputColumns
        for layer in layers {
            columns = try builder.append(layer, inputs: columns)
            guard builder.parameterCount <= Self.largestParameterCount else {
                throw SignalError(.limitExceeded, "the network has more than \(Self.largestParameterCount) parameters")
            }
        }
        builder.placeTransposed()
        self.layers = builder.layers
        parameters = builder.parameters
        parameterCount = builder.parameterCount
        forwardCount = builder.forwardCount
        packedCount = builder.packedCount
    }

    var outputColumns: Int { layers.last?.outputs ?? inputColumns }

    /// The number of steps after each layer, for an input of `steps`.
    ///
    /// - Throws: `SignalError` where a sequence meets a layer that repeats a single vector.
    func stepCounts(inputSteps: Int) throws -> [Int] {
        var steps = inputSteps
        return try layers.map { layer in
            if layer.recurrent?.output == .lastStep { steps = 1 }
            if case .repeatVector(let count) = layer.operation {
                guard steps == 1 else {
                    throw SignalError(
                        .invalidOption,
                        "only one vector can be repeated, not \(steps) steps; let the layer before give its last step")
                }
                steps = count
            }
            return steps
        }
    }

    static func check(_ length: Int, _ what: String) throws {
        guard (1...largestLength).contains(length) else {
            throw SignalError(.invalidOption, "\(length) \(what), but a network takes from 1 to \(largestLength)")
        }
    }
}

extension NetworkLayout {
    /// Hands out places while layers are appended.
    private struct Builder {
        var layers: [Layer] = []
        var parameters: [Parameter] = []
        var parameterCount = 0
        var forwardCount = 0
        var packedCount = 0

        mutating func append(_ layer: NetworkLayer, inputs: Int) throws -> Int {
            let firstParameter = parameters.count
            var outputs = inputs
            var inputRows: [Int32] = []
            var hiddenRows: [Int32] = []
            switch layer.operation {
            case .lstm(let units, _):
                try check(units, layer)
                outputs = units
                addRecurrentParameters(layer.name, inputs: inputs, units: units, gates: 4)
                inputRows = Self.rows(units: units, gates: [0, 1, 2, 3])
                hiddenRows = inputRows
            case .gru(let units, _):
                try check(units, layer)
                outputs = units
                addRecurrentParameters(layer.name, inputs: inputs, units: units, gates: 3)
                inputRows = Self.rows(units: units, gates: [0, 1, 2, nil])
                hiddenRows = Self.rows(units: units, gates: [0, 1, nil, 2])
            case .dense(let units, _):
                try check(units, layer)
                outputs = units
                addParameter("\(layer.name).weight", [units, inputs])
                addParameter("\(layer.name).bias", [units])
                inputRows = (0..<(units + 15) / 16 * 16).map { Int32($0 < units ? $0 : -1) }
            case .dropout(let rate):
                guard rate >= 0, rate < 1 else {
                    throw SignalError(.invalidOption, "the dropout rate of '\(layer.name)' is not from 0 to below 1")
                }
            case .repeatVector(let count):
                try check(count, layer)
            }
            let depth = inputs + (hiddenRows.isEmpty ? 0 : outputs)
            let panels = forwardCount
            let bias = panels + inputRows.count * depth
            forwardCount = bias + inputRows.count
            layers.append(
                Layer(
                    operation: layer.operation, inputs: inputs, outputs: outputs, firstParameter: firstParameter,
                    inputRows: inputRows, hiddenRows: hiddenRows, panels: panels, bias: bias, transposedInput: 0,
                    transposedHidden: 0))
            return outputs
        }

        mutating func placeTransposed() {
            packedCount = forwardCount
            layers = layers.map { layer in
                let input = packedCount
                packedCount += (layer.inputs + 15) / 16 * 16 * layer.inputRows.count
                let hidden = packedCount
                packedCount += (layer.outputs + 15) / 16 * 16 * layer.hiddenRows.count
                return Layer(
                    operation: layer.operation, inputs: layer.inputs, outputs: layer.outputs,
                    firstParameter: layer.firstParameter, inputRows: layer.inputRows, hiddenRows: layer.hiddenRows,
                    panels: layer.panels, bias: layer.bias, transposedInput: input, transposedHidden: hidden)
            }
        }

        private mutating func addRecurrentParameters(_ name: String, inputs: Int, units: Int, gates: Int) {
            addParameter("\(name).weight_ih_l0", [gates * units, inputs])
            addParameter("\(name).weight_hh_l0", [gates * units, units])
            addParameter("\(name).bias_ih_l0", [gates * units])
            addParameter("\(name).bias_hh_l0", [gates * units])
        }

        private mutating func addParameter(_ name: String, _ shape: [Int]) {
            let count = shape.reduce(1, *)
            parameters.append(
                Parameter(name: name, shape: shape, range: parameterCount..<parameterCount + count))
            parameterCount += count
        }

        private func check(_ length: Int, _ layer: NetworkLayer) throws {
            try NetworkLayout.check(length, "units or repetitions in layer '\(layer.name)'")
        }

        /// Sixteen rows for every four units: four gates of each.
        private static func rows(units: Int, gates: [Int?]) -> [Int32] {
            (0..<(units + 3) / 4 * 16).map { row in
                let unit = row / 16 * 4 + row % 4
                guard unit < units, let gate = gates[row % 16 / 4] else { return -1 }
                return Int32(gate * units + unit)
            }
        }
    }
}
