internal import SignalCore

extension LSTMAutoencoderDetector: OnnxExporting {
    /// The model as a graph. Beside `score` it has the output `reconstruction` (batch x frames x columns), in the units of
    /// the columns.
    public func onnxModel() throws -> OnnxModel { try model.onnxModel(named: Self.name) }
}

extension AutoencoderDetector: OnnxExporting {
    /// The model as a graph. Beside `score` it has the output `reconstruction` (batch x frames x columns), in the units of
    /// the columns.
    public func onnxModel() throws -> OnnxModel { try model.onnxModel(named: Self.name) }
}

extension ReconstructionModel {
    fileprivate func onnxModel(named name: String) throws -> OnnxModel {
        let columns = input.columnCount
        let shape: [OnnxGraph.Dimension] = [.named("batch"), .fixed(windowLength), .fixed(columns)]
        var graph = OnnxGraph(name: name)
        let frames = graph.input("frames", shape)
        let scaled = graph.append(input, of: frames)
        let output = try graph.append(network, of: scaled, valueCount: windowLength * columns)
        let reconstruction = graph.append("Reshape", [output, graph.constant([-1, windowLength, columns])])
        let residual = graph.append("Sub", [scaled, reconstruction])
        switch rule {
        case .mean:
            let squares = graph.append("Mul", [residual, residual])
            _ = graph.append(
                "ReduceMean", [squares], attributes: [("axes", .integers([1, 2])), ("keepdims", .integer(0))],
                named: "score")
        case .maximum:
            let factors = graph.constant("inverse_residual_scale", residualScale.map { 1 / $0 }, shape: [columns])
            let relative = graph.append("Mul", [graph.append("Abs", [residual]), factors])
            _ = graph.append(
                "ReduceMax", [relative], attributes: [("axes", .integers([1, 2])), ("keepdims", .integer(0))],
                named: "score")
        case .lastFrame:
            let last = graph.append(
                "Slice",
                [residual, graph.constant([windowLength - 1]), graph.constant([windowLength]), graph.constant([1])])
            let squares = graph.append("Mul", [last, last])
            _ = graph.append(
                "ReduceMean", [squares], attributes: [("axes", .integers([1, 2])), ("keepdims", .integer(0))],
                named: "score")
        }
        _ = graph.appendInverse(input, of: reconstruction, columns: columns, named: "reconstruction")
        graph.output("score", [.named("batch")])
        graph.output("reconstruction", shape)
        return graph.model()
    }
}
