internal import NeuralNetworks
internal import SignalCore

/// A network that makes of a window of frames the frames that follow, all at once: the part that forecasters by
/// products of matrices share.
struct ForecastNetwork: Sendable {
    let input: NetworkInput
    let network: SequenceNetwork
    let contextLength: Int
    let horizon: Int
    let targetCount: Int

    /// The fewest windows a model is fitted on.
    static let fewestWindows = 10

    /// The number of columns to forecast, for an option that says 0 for all.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when there are not as many columns.
    static func targetCount(_ targets: Int, columns: Int) throws -> Int {
        guard targets <= columns else {
            throw SignalError(.invalidOption, "targets is at most the number of columns, \(columns), not \(targets)")
        }
        return targets == 0 ? columns : targets
    }

    /// Windows and what follows each, scaled. They are places in two tables, not copies.
    static func examples(
        _ data: TrainingData, starts: [Int], input: NetworkInput, contextLength: Int, horizon: Int, targetCount: Int
    ) throws -> TrainingExamples {
        let columns = input.columnCount
        let values = try input.scaled(data.frames)
        var targets = values
        if targetCount < columns {
            targets = []
            targets.reserveCapacity(data.frames.count * targetCount)
            for start in stride(from: 0, to: values.count, by: columns) {
                targets += values[start..<start + targetCount]
            }
        }
        return try TrainingExamples(
            inputs: SequenceWindows(values: values, columnCount: columns, length: contextLength, starts: starts),
            targets: SequenceWindows(
                values: targets, columnCount: targetCount, length: horizon, starts: starts.map { $0 + contextLength }))
    }

    /// The forecasts in the units of the columns; the same to the bit however the frames are cut into calls.
    func forecasts(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try input.windows(of: frames, length: contextLength)
        var forecasts: [Float] = []
        let size = horizon * targetCount
        forecasts.reserveCapacity(windows.count * size)
        let scale = input.scaler.scale.map { Float($0) }
        for first in stride(from: 0, to: windows.count, by: 256) {
            let block = windows.selecting(first..<min(first + 256, windows.count))
            for (index, value) in try network.outputs(of: block).enumerated() {
                let column = index % targetCount
                let forecast = value * scale[column] + input.offset[column]
                // A damaged model may overflow; a forecast is finite all the same.
                forecasts.append(max(-Self.largest, min(Self.largest, forecast.isNaN ? Self.largest : forecast)))
            }
        }
        return forecasts
    }

    private static let largest = Float.greatestFiniteMagnitude

    /// Reads scaler and network.
    ///
    /// - Throws: `SignalError` naming the tensor that is missing, misshapen, not finite or out of range.
    init(
        archive: ModelArchive, options: NetworkTrainingOptions, contextLength: Int, horizon: Int, targets: Int,
        inputColumns: (Int) -> Int, layers: (Int) -> [NetworkLayer]
    ) throws {
        let input = try NetworkInput(archive: archive, options: options)
        let targetCount = try Self.targetCount(targets, columns: input.columnCount)
        self.init(
            input: input,
            network: try SequenceNetwork(
                inputColumns: inputColumns(input.columnCount), layers: layers(targetCount), tensors: archive.tensors),
            contextLength: contextLength, horizon: horizon, targetCount: targetCount)
    }

    init(input: NetworkInput, network: SequenceNetwork, contextLength: Int, horizon: Int, targetCount: Int) {
        self.input = input
        self.network = network
        self.contextLength = contextLength
        self.horizon = horizon
        self.targetCount = targetCount
    }

    /// Writes the tensors: those of the network under PyTorch's names, `mean` and `scale`.
    func archived(algorithm: String, options: some AlgorithmOptions) throws -> ModelArchive {
        var archive = ModelArchive(tensors: network.tensors)
        input.scaler.store(in: &archive)
        try archive.store(algorithm: algorithm, options: options)
        return archive
    }
}
