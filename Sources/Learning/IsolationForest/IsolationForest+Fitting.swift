public import SignalCore

extension IsolationForest {
    /// The fewest windows a model is fitted on.
    static let fewestWindows = 10
    /// The most training windows on which the usual contributions are measured.
    static let mostCalibrationWindows = 200

    /// Learns the normal state. Every tree draws from a random stream of its own, so that the number of threads
    /// changes nothing.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows of frames, no column
    ///   or none that changes in the samples; `malformed` naming the frame and column of a value that is not finite;
    ///   `invalidOption` for options out of range.
    public static func fit(
        _ data: TrainingData, options: IsolationForestOptions, context: FittingContext
    ) throws -> IsolationForest {
        try options.validate()
        let frames = data.frames
        let windows = try TrainingWindows(
            data, contextFrames: options.contextFrames, fewest: fewestWindows, algorithm: name)
        let sampleCount = min(options.sampleSize, windows.count)
        let width = frames.columnCount * options.contextFrames
        let featureCount = max(1, Int(options.maxFeatures * Double(width)))
        let trees = try ConcurrentLoop.map(count: options.trees, jobs: context.jobs) { tree in
            var generator = SeededGenerator(seed: context.seed, stream: UInt64(tree))
            let sample = windows.sample(sampleCount, using: &generator).map { $0 * frames.columnCount }
            var features = Array(0..<Int32(width))
            if featureCount < width {
                for index in 0..<featureCount {
                    features.swapAt(index, index + Int(generator.uniform() * Double(width - index)))
                }
                features.removeLast(width - featureCount)
            }
            return IsolationTree(
                values: frames.values, windows: sample, features: features, rangeMargin: options.rangeMargin,
                using: &generator)
        }
        guard trees.contains(where: { $0.nodes.first != .leaf }) else {
            throw SignalError(
                .insufficientData,
                "every column is constant in the training data that the trees saw; nothing can be learnt")
        }
        let calibration = windows.spread(over: mostCalibrationWindows)
        let forest = IsolationForest(
            options: options, sampleCount: sampleCount, nodes: trees.flatMap(\.nodes),
            pathLengths: trees.flatMap(\.pathLengths), median: median(of: frames),
            contributionMean: Array(repeating: 1, count: frames.columnCount))
        return forest.calibrated(on: frames.values, windows: calibration)
    }

    /// The same model with usual contributions measured on some training windows.
    private func calibrated(on values: [Float], windows: [Int]) -> Self {
        var sums = Array(repeating: 0.0, count: columnCount)
        var shares = sums
        for window in windows {
            addShares(values, from: window * columnCount, to: &shares)
            for column in 0..<columnCount {
                sums[column] += max(shares[column], 0)
                shares[column] = 0
            }
        }
        return IsolationForest(
            options: options, sampleCount: sampleCount, nodes: nodes, pathLengths: pathLengths, median: median,
            contributionMean: UsualContributions.floored(sums.map { $0 / Double(windows.count) }))
    }

    /// The median of every column, over frames spread evenly when there are very many.
    private static func median(of frames: FeatureFrames) -> [Float] {
        let step = max(1, frames.count / 2000)
        return (0..<frames.columnCount).map { column in
            var values: [Float] = []
            for frame in stride(from: 0, to: frames.count, by: step) {
                values.append(frames.values[frame * frames.columnCount + column])
            }
            values.sort()
            return values[values.count / 2]
        }
    }
}
