internal import NeuralNetworks
internal import SignalCore

extension OnnxGraph {
    /// Appends the scaling of frames, as `NetworkInput` does it; returns the name of the scaled frames.
    mutating func append(_ input: NetworkInput, of frames: String) -> String {
        let columns = [input.columnCount]
        let centred = append("Sub", [frames, constant("offset", input.offset, shape: columns)])
        let scaled = append("Mul", [centred, constant("inverse_scale", input.inverseScale, shape: columns)])
        return append(
            "Clip",
            [
                scaled, constant("lowest", [-input.limit], shape: []), constant("highest", [input.limit], shape: []),
            ])
    }

    /// Appends the inverse of the scaling, without its limit, for the first columns.
    mutating func appendInverse(_ input: NetworkInput, of scaled: String, columns: Int, named: String) -> String {
        let scale = input.scaler.scale.prefix(columns).map { Float($0) }
        let raw = append("Mul", [scaled, constant("scale", scale, shape: [columns])])
        let offset = constant("first_offsets", Array(input.offset.prefix(columns)), shape: [columns])
        return append("Add", [raw, offset], named: named)
    }

    /// Appends a network.
    ///
    /// - Parameters:
    ///   - windows: the name of the scaled windows. Shape: batch x frames x columns.
    ///   - valueCount: the number of values of a window; a network of as many input columns gets them as one vector.
    /// - Returns: the name of what it makes: batch x steps x columns, or batch x columns where there is one step.
    /// - Throws: `SignalError` with code `unsupported` for a layer that has no form here.
    mutating func append(_ network: SequenceNetwork, of windows: String, valueCount: Int) throws -> String {
        var isSequence = network.inputColumns < valueCount
        // Recurrent operators want the steps first.
        var value =
            isSequence
            ? append("Transpose", [windows], attributes: [("perm", .integers([1, 0, 2]))])
            : append("Reshape", [windows, constant([-1, valueCount])])
        let archive = ModelArchive(tensors: network.tensors)
        for layer in network.layers {
            switch layer.operation {
            case .lstm(_, let output):
                if !isSequence { value = append("Unsqueeze", [value, constant([0])]) }
                value = try append(lstm: layer.name, archive, of: value, output: output)
                isSequence = output == .sequence
            case .dense(_, let activation):
                value = try append(dense: layer.name, archive, of: value)
                switch activation {
                case .linear: break
                case .relu: value = append("Relu", [value])
                case .tanh: value = append("Tanh", [value])
                case .sigmoid: value = append("Sigmoid", [value])
                }
            case .dropout: break
            case .repeatVector(let count):
                value = append("Unsqueeze", [value, constant([0])])
                value = append("Expand", [value, constant([count, 1, 1])])
                isSequence = true
            case .gru:
                throw SignalError(.unsupported, "layer '\(layer.name)' is a GRU, which is not exported to ONNX")
            }
        }
        return isSequence ? append("Transpose", [value], attributes: [("perm", .integers([1, 0, 2]))]) : value
    }

    private mutating func append(dense name: String, _ archive: ModelArchive, of value: String) throws -> String {
        let bias = try archive.float32("\(name).bias", shape: [nil])
        let weights = try archive.float32("\(name).weight", shape: [bias.count, nil])
        let inputs = weights.count / bias.count
        // A row of inputs times the transpose.
        let transposed = (0..<inputs).flatMap { input in bias.indices.map { weights[$0 * inputs + input] } }
        let product = append(
            "MatMul", [value, constant("\(name).weight", transposed, shape: [inputs, bias.count])])
        return append("Add", [product, constant("\(name).bias", bias, shape: [bias.count])])
    }

    private mutating func append(
        lstm name: String, _ archive: ModelArchive, of value: String, output: RecurrentOutput
    ) throws -> String {
        let bias = try archive.float32("\(name).bias_ih_l0", shape: [nil])
        let units = bias.count / 4
        let inputWeights = try archive.float32("\(name).weight_ih_l0", shape: [bias.count, nil])
        let hiddenWeights = try archive.float32("\(name).weight_hh_l0", shape: [bias.count, units])
        let hiddenBias = try archive.float32("\(name).bias_hh_l0", shape: [bias.count])
        let inputs = inputWeights.count / bias.count
        // From the gates' order input, forget, cell, output to input, output, forget, cell.
        func reordered(_ values: [Float]) -> [Float] {
            let size = values.count / 4
            return [0, 3, 1, 2].flatMap { values[$0 * size..<($0 + 1) * size] }
        }
        let constants = [
            constant("\(name).weight_ih_l0", reordered(inputWeights), shape: [1, bias.count, inputs]),
            constant("\(name).weight_hh_l0", reordered(hiddenWeights), shape: [1, bias.count, units]),
            constant("\(name).bias", reordered(bias) + reordered(hiddenBias), shape: [1, 2 * bias.count]),
        ]
        let results = output == .sequence ? ["\(name).states"] : ["", "\(name).last"]
        let states = append(
            "LSTM", [value] + constants, attributes: [("hidden_size", .integer(units))], results: results)
        // The axis of directions: second among all states, first of the last state.
        return append("Squeeze", [states, constant([output == .sequence ? 1 : 0])])
    }
}
