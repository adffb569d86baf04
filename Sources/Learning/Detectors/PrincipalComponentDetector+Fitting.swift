internal import LinearAlgebra
public import SignalCore

extension PrincipalComponentDetector {
    /// The fewest windows a model is fitted on.
    static let fewestWindows = 10

    /// Learns the normal state; of the context nothing has an influence.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows of frames, no column
    ///   or no column that changes; `malformed` naming the frame and column of a value that is not finite;
    ///   `invalidOption` for options out of range or more components than columns.
    public static func fit(
        _ data: TrainingData, options: PrincipalComponentOptions, context: FittingContext
    ) throws -> PrincipalComponentDetector {
        try options.validate()
        let frames = data.frames
        let width = frames.columnCount * options.contextFrames
        let runs = try data.windowRuns(
            contextFrames: options.contextFrames, fewest: fewestWindows, for: Self.name)
        guard options.componentCount <= width else {
            throw SignalError(
                .invalidOption,
                "componentCount is at most the number of columns, \(width), not \(options.componentCount)")
        }
        let windowCount = runs.reduce(0) { $0 + $1.count }
        let scaler = FrameScaler(frames)
        let stacker = WindowStacker(scaler: scaler, contextFrames: options.contextFrames)
        let axes = try PrincipalAxes(frames, stacker: stacker, runs: runs)
        guard axes.rank > 0 else {
            throw SignalError(.insufficientData, "every column is constant in the training data; nothing can be learnt")
        }
        let wanted = options.componentCount > 0 ? options.componentCount : axes.count(forShare: options.components)
        let count = min(wanted, axes.rank)
        let unlimited = PrincipalComponentDetector(
            options: options, scaler: scaler,
            components: Matrix(
                rowCount: count, columnCount: width, elements: axes.axes.elements[..<(count * width)].map(Float.init)),
            eigenvalues: Array(axes.variances[..<count]), limits: Limits(hotelling: 1, residual: 1),
            contributionMean: Array(repeating: 1, count: frames.columnCount))
        return unlimited.calibrated(on: frames, runs: runs, windowCount: windowCount)
    }

    /// The same model with limits and usual contributions measured on the training frames.
    private func calibrated(on frames: FeatureFrames, runs: [Range<Int>], windowCount: Int) -> Self {
        var hotelling: [Float] = []
        var residual: [Float] = []
        hotelling.reserveCapacity(windowCount)
        residual.reserveCapacity(windowCount)
        for run in runs {
            forEachBlock(of: run, in: frames) { block, count in
                for lane in 0..<count {
                    hotelling.append(block.hotelling[lane])
                    residual.append(block.residual[lane])
                }
            }
        }
        // Floors, for training data whose columns determine each other exactly: deviations below a thousandth of a
        // standard deviation a column are rounding, not faults.
        let floor = 1e-6
        let limits = Limits(
            hotelling: max(Quantile.linear(of: hotelling, options.limitQuantile), floor),
            residual: max(Quantile.linear(of: residual, options.limitQuantile), floor * Double(windowWidth)))
        let limited = PrincipalComponentDetector(
            options: options, scaler: stacker.scaler, components: components, eigenvalues: eigenvalues, limits: limits,
            contributionMean: contributionMean)

        var usual = UsualContributions(columnCount: columnCount)
        for run in runs {
            limited.forEachBlock(of: run, in: frames, decomposing: true) { block, count in
                usual.add(block.shares, count: count)
            }
        }
        return PrincipalComponentDetector(
            options: options, scaler: stacker.scaler, components: components, eigenvalues: eigenvalues, limits: limits,
            contributionMean: usual.means())
    }
}
