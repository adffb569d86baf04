internal import SignalCore

extension ForecastErrorDetector: OnnxExporting {
    /// The model as a graph. Beside `score` it has the output `error` (batch x forecast columns): the smoothed error of
    /// every column, relative to its mean in training.
    ///
    /// - Throws: `SignalError` with code `unsupported` for a forecaster that is no network.
    public func onnxModel() throws -> OnnxModel {
        let model: ForecastNetwork
        switch forecaster {
        case let forecaster as LSTMForecaster: model = forecaster.model
        case let forecaster as LinearForecaster: model = forecaster.model
        default:
            throw SignalError(
                .unsupported,
                "forecaster \(options.forecaster) is no network and is not exported to ONNX; train with lstm or linear")
        }
        let (context, horizon, targets, columns) = (model.contextLength, model.horizon, model.targetCount, columnCount)
        let smoothing = options.smoothing
        var graph = OnnxGraph(name: Self.name)
        let frames = graph.input("frames", [.named("batch"), .fixed(contextLength), .fixed(columns)])
        func slice(_ value: String, _ frames: Range<Int>, columns: Int) -> String {
            graph.append(
                "Slice",
                [
                    value, graph.constant([frames.lowerBound, 0]), graph.constant([frames.upperBound, columns]),
                    graph.constant([1, 2]),
                ])
        }
        // All forecasts that are smoothed together in one batch: those of the first step for all windows, and so on.
        let scaled = graph.append(model.input, of: frames)
        let windows = graph.append(
            "Concat", (0..<smoothing).map { slice(scaled, $0..<$0 + context, columns: columns) },
            attributes: [("axis", .integer(0))])
        let actual = graph.append(
            "Concat",
            (0..<smoothing).map { slice(frames, $0 + context..<$0 + context + horizon, columns: targets) },
            attributes: [("axis", .integer(0))])
        let outputs = try graph.append(model.network, of: windows, valueCount: context * columns)
        let steps = graph.append("Reshape", [outputs, graph.constant([-1, horizon, targets])])
        let forecasts = graph.appendInverse(model.input, of: steps, columns: targets, named: "forecasts")
        let difference = graph.append("Abs", [graph.append("Sub", [actual, forecasts])])
        let errors = graph.append(
            "ReduceMean", [difference], attributes: [("axes", .integers([1])), ("keepdims", .integer(0))])
        let inverseUsual = graph.constant("inverse_usual", usual.map { Float(1 / $0) }, shape: [targets])
        let relative = graph.append("Mul", [errors, inverseUsual])
        let bySteps = graph.append("Reshape", [relative, graph.constant([smoothing, -1, targets])])
        let weights = graph.constant("smoothing", smoothingWeights, shape: [smoothing, 1, 1])
        let smoothed = graph.append(
            "ReduceSum", [graph.append("Mul", [bySteps, weights]), graph.constant([0])],
            attributes: [("keepdims", .integer(0))], named: "error")
        _ = graph.append(
            options.scoreRule == .maximum ? "ReduceMax" : "ReduceMean", [smoothed],
            attributes: [("axes", .integers([1])), ("keepdims", .integer(0))], named: "score")
        graph.output("score", [.named("batch")])
        graph.output("error", [.named("batch"), .fixed(targets)])
        return graph.model()
    }

    /// What every error weighs in the smoothed one, the oldest first.
    private var smoothingWeights: [Float] {
        let alpha = 2 / (Float(options.smoothing) + 1)
        var weights: [Float] = [1]
        for _ in 1..<max(options.smoothing, 1) { weights = weights.map { $0 * (1 - alpha) } + [alpha] }
        return weights
    }
}
