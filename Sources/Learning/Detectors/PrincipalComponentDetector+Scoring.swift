internal import LinearAlgebra
public import SignalCore

extension PrincipalComponentDetector {
    /// The score of every window, 1 or more where a statistic reaches its limit; the same to the bit however the
    /// frames are cut into calls.
    ///
    /// With the statistic `hotelling` it is T²/tau², with `residual` Q/delta², with `combined` their sum.
    ///
    /// - Throws: `SignalError` with code `mismatch` when the columns are not as many as in training, `malformed` when
    ///   a value is not finite.
    public func scores(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try windows(of: frames)
        var scores: [Float] = []
        scores.reserveCapacity(windows.count)
        forEachBlock(of: windows, in: frames) { block, count in
            let values = score(block)
            for lane in 0..<count { scores.append(values[lane]) }
        }
        return scores
    }

    /// Every column's share of the score of every window, relative to its mean share in training; with a context the
    /// shares of a column in all stacked frames are added up. Shape: windows x columns.
    public func contributions(_ frames: FeatureFrames) throws -> [Float] {
        let windows = try windows(of: frames)
        let inverseMean = contributionMean.map { Float(1 / $0) }
        var contributions = Array(repeating: Float(0), count: windows.count * columnCount)
        var start = 0
        forEachBlock(of: windows, in: frames, decomposing: true) { block, count in
            for column in 0..<columnCount {
                let relative = pointwiseMin(
                    block.shares[column] * inverseMean[column], SIMD16(repeating: .greatestFiniteMagnitude))
                for lane in 0..<count { contributions[start + lane * columnCount + column] = relative[lane] }
            }
            start += count * columnCount
        }
        return contributions
    }

    /// What was computed for sixteen windows, one in every lane.
    struct Block {
        /// The standardised window, then its residual, then its decomposition. One element a stacked column.
        var window: [SIMD16<Float>]
        /// The scores on the components. One element a component.
        var projection: [SIMD16<Float>]
        /// Every column's share of the score, where asked for. One element a column.
        var shares: [SIMD16<Float>]
        /// T².
        var hotelling = SIMD16<Float>()
        /// Q.
        var residual = SIMD16<Float>()
    }

    /// Computes the statistics of a run of windows, sixteen at a time, and hands them to `body` with the number of
    /// lanes in use. The memory is taken once for the whole run.
    func forEachBlock(
        of windows: Range<Int>, in frames: FeatureFrames, decomposing: Bool = false, _ body: (Block, Int) -> Void
    ) {
        guard !windows.isEmpty else { return }
        let zero = SIMD16<Float>()
        var block = Block(
            window: Array(repeating: zero, count: windowWidth),
            projection: Array(repeating: zero, count: components.rowCount),
            shares: Array(repeating: zero, count: columnCount))
        let mean = scaler.mean.map { Float($0) }
        let inverseScale = scaler.scale.map { Float(1 / $0) }
        let inverseEigenvalues = eigenvalues.map { Float(1 / $0) }
        let weights = ContributionWeights(self)
        for start in stride(from: windows.lowerBound, to: windows.upperBound, by: 16) {
            let count = min(16, windows.upperBound - start)
            standardize(frames, from: start, count: count, mean: mean, inverseScale: inverseScale, into: &block.window)
            (block.hotelling, block.residual) = project(
                &block.window, onto: &block.projection, inverseEigenvalues: inverseEigenvalues)
            if decomposing { decompose(&block.window, &block.projection, weights: weights, into: &block.shares) }
            body(block, count)
        }
    }

    /// The windows of a run of frames that can be scored.
    private func windows(of frames: FeatureFrames) throws -> Range<Int> {
        guard frames.columnCount == columnCount else {
            throw SignalError(
                .mismatch, "the frames have \(frames.columnCount) columns, the model was trained on \(columnCount)")
        }
        try frames.requireFinite(nil)
        return 0..<max(0, frames.count - contextLength + 1)
    }

    private func score(_ block: Block) -> SIMD16<Float> {
        let hotelling = block.hotelling * Float(1 / limits.hotelling)
        let residual = block.residual * Float(1 / limits.residual)
        let score =
            switch options.statistic {
            case .combined: hotelling + residual
            case .hotelling: hotelling
            case .residual: residual
            }
        return pointwiseMin(score, SIMD16(repeating: .greatestFiniteMagnitude))
    }

    private func standardize(
        _ frames: FeatureFrames, from start: Int, count: Int, mean: [Float], inverseScale: [Float],
        into window: inout [SIMD16<Float>]
    ) {
        let values = frames.values
        let limit = SIMD16<Float>(repeating: Self.largestDeviation)
        var column = 0
        for element in window.indices {
            let first = start * columnCount + element
            var lanes = SIMD16<Float>(repeating: mean[column])
            for lane in 0..<count { lanes[lane] = values[first + lane * columnCount] }
            let scaled = (lanes - mean[column]) * inverseScale[column]
            window[element] = pointwiseMax(pointwiseMin(scaled, limit), -limit)
            column = column + 1 == columnCount ? 0 : column + 1
        }
    }

    /// Computes T² and Q and leaves the residual where the window was.
    private func project(
        _ window: inout [SIMD16<Float>], onto projection: inout [SIMD16<Float>], inverseEigenvalues: [Float]
    ) -> (hotelling: SIMD16<Float>, residual: SIMD16<Float>) {
        let count = components.rowCount
        let loadings = components.elements.span
        var scores = projection.mutableSpan
        BLAS.multiply(loadings, lanes: window.span, rows: count, inner: windowWidth, into: &scores)
        var hotelling = SIMD16<Float>()
        for component in 0..<count {
            let score = projection[component]
            hotelling += score * score * inverseEigenvalues[component]
        }
        var remainder = window.mutableSpan
        BLAS.multiply(
            loadings, transposing: true, lanes: projection.span, rows: windowWidth, inner: count, scale: -1,
            resultScale: 1, into: &remainder)
        var residual = SIMD16<Float>()
        for element in window { residual += element * element }
        return (hotelling, residual)
    }

    /// What projection and residual are multiplied by to become the complete decomposition.
    private struct ContributionWeights {
        /// `L^(-1/2) / tau` for every component; 0 where T² is not part of the score.
        var projection: [Float]
        /// `1 / delta`; 0 where Q is not part of the score.
        var residual: Float

        init(_ detector: PrincipalComponentDetector) {
            let limits = detector.limits
            let usesHotelling = detector.options.statistic != .residual
            projection = detector.eigenvalues.map {
                usesHotelling ? Float(1 / ($0 * limits.hotelling).squareRoot()) : 0
            }
            residual = detector.options.statistic != .hotelling ? Float(1 / limits.residual.squareRoot()) : 0
        }
    }

    /// Turns projection and residual into `c = P L^(-1/2) z / tau + (x - P z) / delta` and its squares, by column.
    private func decompose(
        _ window: inout [SIMD16<Float>], _ projection: inout [SIMD16<Float>], weights: ContributionWeights,
        into shares: inout [SIMD16<Float>]
    ) {
        for component in projection.indices { projection[component] *= weights.projection[component] }
        for element in window.indices { window[element] *= weights.residual }
        var sum = window.mutableSpan
        BLAS.multiply(
            components.elements.span, transposing: true, lanes: projection.span, rows: windowWidth,
            inner: components.rowCount, resultScale: 1, into: &sum)
        for column in 0..<columnCount {
            var share = SIMD16<Float>()
            for element in stride(from: column, to: windowWidth, by: columnCount) {
                share += window[element] * window[element]
            }
            shares[column] = share
        }
    }
}
