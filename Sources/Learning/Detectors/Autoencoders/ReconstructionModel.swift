internal import NeuralNetworks
internal import SignalCore

/// A network that reconstructs windows of frames, and what its residuals usually are: the part that all autoencoders
/// share.
struct ReconstructionModel: Sendable {
    let input: NetworkInput
    let network: SequenceNetwork
    /// The number of frames of a window.
    let windowLength: Int
    let rule: ReconstructionScore
    /// 1.4826 times the median of the absolute residuals of every column in training, in scaled units.
    let residualScale: [Float]
    /// The mean of every column's statistic in training.
    let usual: [Double]

    private let inverseResidualScale: [Float]
    private let inverseUsual: [Float]

    init(
        input: NetworkInput, network: SequenceNetwork, windowLength: Int, rule: ReconstructionScore,
        residualScale: [Float], usual: [Double]
    ) {
        self.input = input
        self.network = network
        self.windowLength = windowLength
        self.rule = rule
        self.residualScale = residualScale
        self.usual = usual
        inverseResidualScale = residualScale.map { 1 / $0 }
        inverseUsual = usual.map { Float(1 / $0) }
    }

    /// The fewest windows a model is fitted on.
    static let fewestWindows = 10

    /// Trains a network on windows of normal data and measures its residuals.
    ///
    /// - Parameters:
    ///   - layers: the network, for a number of columns.
    ///   - inputColumns: the columns of one time step of the network, for that number.
    /// - Throws: as `Detector.fit`.
    static func fit(
        _ data: TrainingData, algorithm: String, windowLength: Int, rule: ReconstructionScore,
        options: NetworkTrainingOptions, context: FittingContext, inputColumns: Int, layers: [NetworkLayer]
    ) throws -> ReconstructionModel {
        let starts = try data.windowStarts(
            length: windowLength, stride: options.stride, fewest: fewestWindows, for: algorithm)
        let input = try NetworkInput(measuring: data, options: options)
        let windows = try SequenceWindows(
            values: input.scaled(data.frames), columnCount: input.columnCount, length: windowLength, starts: starts)
        var validation: TrainingExamples?
        if let data = context.validation {
            let starts = try data.windowStarts(
                length: windowLength, stride: options.stride, fewest: 1, for: "\(algorithm) (its validation)")
            validation = TrainingExamples(
                reconstructing: try SequenceWindows(
                    values: input.scaled(data.frames), columnCount: input.columnCount, length: windowLength,
                    starts: starts))
        }
        let network = try NetworkFitting(
            algorithm: algorithm, layers: layers, input: input, options: options, context: context
        ).train(
            SequenceNetwork(inputColumns: inputColumns, layers: layers, seed: context.seed),
            on: TrainingExamples(reconstructing: windows), validation: validation)
        return try ReconstructionModel(
            input: input, network: network, windowLength: windowLength, rule: rule,
            residualScale: Array(repeating: 1, count: input.columnCount),
            usual: Array(repeating: 1, count: input.columnCount)
        ).calibrated(on: windows, jobs: context.jobs)
    }

    /// The score of every window of frames.
    func scores(_ frames: FeatureFrames) throws -> [Float] {
        var scores: [Float] = []
        try forEachBlock(of: input.windows(of: frames, length: windowLength)) { add($0, to: &scores) }
        return scores
    }

    /// The statistic of every column of every window, relative to its mean in training. Shape: windows x columns.
    func contributions(_ frames: FeatureFrames) throws -> [Float] {
        var contributions: [Float] = []
        try forEachBlock(of: input.windows(of: frames, length: windowLength)) { addParts(of: $0, to: &contributions) }
        return contributions
    }

    /// Both, with one run of the network.
    func scoresAndContributions(_ frames: FeatureFrames) throws -> (scores: [Float], contributions: [Float]) {
        var (scores, contributions): ([Float], [Float]) = ([], [])
        try forEachBlock(of: input.windows(of: frames, length: windowLength)) { statistics in
            add(statistics, to: &scores)
            addParts(of: statistics, to: &contributions)
        }
        return (scores, contributions)
    }

    private func add(_ statistics: [Float], to scores: inout [Float]) {
        for start in stride(from: 0, to: statistics.count, by: input.columnCount) {
            scores.append(rule.score(statistics[start..<start + input.columnCount]))
        }
    }

    private func addParts(of statistics: [Float], to contributions: inout [Float]) {
        for start in stride(from: 0, to: statistics.count, by: input.columnCount) {
            for (column, factor) in inverseUsual.enumerated() {
                contributions.append(min(statistics[start + column] * factor, .greatestFiniteMagnitude))
            }
        }
    }

    /// Calls `body` with the statistics of some hundred windows at a time. Shape: windows x columns.
    private func forEachBlock(of windows: SequenceWindows, jobs: Int = 1, _ body: ([Float]) -> Void) throws {
        let columns = input.columnCount
        let size = windows.valueCount
        for first in stride(from: 0, to: windows.count, by: Self.blockLength) {
            let block = first..<min(first + Self.blockLength, windows.count)
            let outputs = try network.outputs(of: windows.selecting(block), jobs: jobs)
            var statistics = Array(repeating: Float(0), count: block.count * columns)
            var rows = statistics.mutableSpan
            for (index, window) in block.enumerated() {
                let start = windows.starts[window] * columns
                var row = rows._mutatingExtracting(index * columns..<(index + 1) * columns)
                rule.reduce(
                    input: windows.values.span.extracting(start..<start + size),
                    output: outputs.span.extracting(index * size..<(index + 1) * size),
                    inverseScale: inverseResidualScale.span, into: &row)
            }
            body(statistics)
        }
    }

    private static let blockLength = 256

    /// The most windows that residuals are measured on, spread evenly over the training windows.
    private static let calibrationWindows = 2048

    private func calibrated(on windows: SequenceWindows, jobs: Int) throws -> ReconstructionModel {
        let count = min(windows.count, Self.calibrationWindows)
        let chosen = windows.selecting((0..<count).map { $0 * windows.count / count })
        let scaled = ReconstructionModel(
            input: input, network: network, windowLength: windowLength, rule: rule,
            residualScale: try robustResiduals(chosen, jobs: jobs), usual: usual)
        var sums = Array(repeating: 0.0, count: usual.count)
        try scaled.forEachBlock(of: chosen, jobs: jobs) { statistics in
            for (index, value) in statistics.enumerated() { sums[index % sums.count] += Double(value) }
        }
        return ReconstructionModel(
            input: input, network: network, windowLength: windowLength, rule: rule,
            residualScale: scaled.residualScale, usual: Self.floored(sums.map { $0 / Double(count) }))
    }

    /// 1.4826 times the median absolute residual of every column.
    private func robustResiduals(_ windows: SequenceWindows, jobs: Int) throws -> [Float] {
        let columns = input.columnCount
        var residuals = Array(repeating: [Float](), count: columns)
        for first in stride(from: 0, to: windows.count, by: Self.blockLength) {
            let block = first..<min(first + Self.blockLength, windows.count)
            let outputs = try network.outputs(of: windows.selecting(block), jobs: jobs)
            for (index, window) in block.enumerated() {
                let start = windows.starts[window] * columns
                for element in 0..<windows.valueCount {
                    let residual = windows.values[start + element] - outputs[index * windows.valueCount + element]
                    residuals[element % columns].append(abs(residual))
                }
            }
        }
        return Self.floored(residuals.map { 1.4826 * Quantile.linear(of: $0, 0.5) }).map { Float($0) }
    }

    /// At least a hundredth of the typical value, so that a column which was constant in training does not outdo all
    /// others at its first stir.
    private static func floored(_ values: [Double]) -> [Double] {
        let typical = max(values.reduce(0, +) / Double(values.count), 1e-12)
        return values.map { min(max($0, 0.01 * typical), 1e30) }
    }
}
