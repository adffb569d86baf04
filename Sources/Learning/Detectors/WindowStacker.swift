internal import SignalCore

/// Cuts windows of consecutive frames out of a table, standardised column by column and joined to one row.
///
/// For scoring, sixteen windows lie side by side in the lanes of vectors, which is what makes products independent of
/// how frames are cut into calls (see `BLAS.multiply(_:transposing:lanes:rows:inner:scale:resultScale:into:)`).
struct WindowStacker: Sendable {
    /// Mean and scale of every column.
    let scaler: FrameScaler
    /// The number of frames of a window.
    let contextFrames: Int
    /// The number of columns of a frame.
    var columnCount: Int { mean.count }
    /// The number of values of a window.
    var width: Int { mean.count * contextFrames }

    private let mean: [Float]
    private let inverseScale: [Float]

    /// Standardised values are held within this distance of the mean. A million standard deviations are as abnormal as
    /// anything beyond, and squares and sums of such values stay far within single precision.
    static let largestDeviation: Float = 1e6

    init(scaler: FrameScaler, contextFrames: Int) {
        self.scaler = scaler
        self.contextFrames = contextFrames
        mean = scaler.mean.map { Float($0) }
        inverseScale = scaler.scale.map { Float(1 / $0) }
    }

    /// The windows of a run of frames that can be scored.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    func windows(of frames: FeatureFrames) throws -> Range<Int> {
        try frames.requireColumns(columnCount)
        try frames.requireFinite(nil)
        return 0..<max(0, frames.count - contextFrames + 1)
    }

    /// Calls `body` with sixteen standardised windows at a time, one in every lane, and the number of lanes in use. What
    /// it does to the windows is of no consequence: the memory is taken once for the whole run.
    func forEachBlock(
        of windows: Range<Int>, in frames: FeatureFrames, _ body: (inout [SIMD16<Float>], Int) -> Void
    ) {
        guard !windows.isEmpty else { return }
        var block = Array(repeating: SIMD16<Float>(), count: width)
        for start in stride(from: windows.lowerBound, to: windows.upperBound, by: 16) {
            let count = min(16, windows.upperBound - start)
            standardize(frames, from: start, count: count, into: &block)
            body(&block, count)
        }
    }

    /// Writes one standardised window into every lane; zeros into lanes without one.
    private func standardize(_ frames: FeatureFrames, from start: Int, count: Int, into window: inout [SIMD16<Float>]) {
        let values = frames.values.span
        let limit = SIMD16<Float>(repeating: Self.largestDeviation)
        var column = 0
        for element in window.indices {
            let lanes = Self.lanes(
                of: values, from: start * columnCount + element, stride: columnCount, count: count,
                filling: mean[column])
            var scaled = (lanes - mean[column]) * inverseScale[column]
            scaled.replace(with: limit, where: scaled .> limit)
            scaled.replace(with: -limit, where: scaled .< -limit)
            window[element] = scaled
            column = column + 1 == columnCount ? 0 : column + 1
        }
    }

    /// Every `stride`th value from `first` on, in the first `count` lanes.
    @inline(__always)
    private static func lanes(
        of values: Span<Float>, from first: Int, stride: Int, count: Int, filling: Float
    ) -> SIMD16<Float> {
        guard count == 16 else {
            var lanes = SIMD16<Float>(repeating: filling)
            for lane in 0..<count { lanes[lane] = values[first + lane * stride] }
            return lanes
        }
        precondition(first >= 0 && first + 15 * stride < values.count, "sixteen windows lie within the frames")
        @inline(__always) func value(_ lane: Int) -> Float { unsafe values[unchecked: first + lane * stride] }
        return SIMD16(
            value(0), value(1), value(2), value(3), value(4), value(5), value(6), value(7), value(8), value(9),
            value(10), value(11), value(12), value(13), value(14), value(15))
    }

    /// Calls `body` with blocks of at most 256 standardised windows as rows in double precision, for fitting. Shape of
    /// what it is given: windows x ``width``.
    func forEachRows(of runs: [Range<Int>], in frames: FeatureFrames, _ body: (Span<Double>, Int) -> Void) {
        let blockLength = 256
        var block = Array(repeating: 0.0, count: blockLength * width)
        let inverse = scaler.scale.map { 1 / $0 }
        let values = frames.values
        for run in runs {
            for start in stride(from: run.lowerBound, to: run.upperBound, by: blockLength) {
                let count = min(blockLength, run.upperBound - start)
                for window in 0..<count {
                    let source = (start + window) * columnCount
                    var column = 0
                    for element in 0..<width {
                        block[window * width + element] =
                            (Double(values[source + element]) - scaler.mean[column]) * inverse[column]
                        column = column + 1 == columnCount ? 0 : column + 1
                    }
                }
                body(block.span.extracting(0..<count * width), count)
            }
        }
    }
}

extension TrainingData {
    /// Where windows of so many frames may start, so that none reaches from one segment into the next.
    func windowRuns(contextFrames: Int) -> [Range<Int>] {
        // A window of one frame cannot cross a border, and one long run makes fuller blocks.
        if contextFrames == 1 { return frames.isEmpty ? [] : [0..<frames.count] }
        return segments.compactMap { segment in
            let end = segment.upperBound - contextFrames + 1
            return segment.lowerBound < end ? segment.lowerBound..<end : nil
        }
    }

    /// ``windowRuns(contextFrames:)`` of data that an algorithm can be fitted on.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there is no column or there are fewer than `fewest`
    ///   windows; `malformed` naming the frame and column of a value that is not finite.
    func windowRuns(contextFrames: Int, fewest: Int, for algorithm: String) throws -> [Range<Int>] {
        guard frames.columnCount > 0 else {
            throw SignalError(.insufficientData, "frames without columns; a model needs at least one column")
        }
        let runs = windowRuns(contextFrames: contextFrames)
        let count = runs.reduce(0) { $0 + $1.count }
        guard count >= fewest else {
            let windows = contextFrames == 1 ? "frames" : "windows of \(contextFrames) frames"
            throw SignalError(
                .insufficientData, "\(count) \(windows) are too few to fit \(algorithm); it needs at least \(fewest)")
        }
        try frames.requireFinite(schema)
        return runs
    }
}

extension FeatureFrames {
    /// Refuses frames that are not as wide as those a model was fitted on.
    func requireColumns(_ count: Int) throws {
        guard columnCount == count else {
            throw SignalError(
                .mismatch, "the frames have \(columnCount) columns, the model was trained on \(count)")
        }
    }
}
