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
        let windows = try stacker.windows(of: frames)
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
        let windows = try stacker.windows(of: frames)
        var contributions = RelativeContributions(windowCount: windows.count, means: contributionMean)
        forEachBlock(of: windows, in: frames, decomposing: true) { block, count in
            contributions.append(block.shares, count: count)
        }
        return contributions.values
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
            window: [], projection: Array(repeating: zero, count: components.rowCount),
            shares: Array(repeating: zero, count: columnCount))
        stacker.forEachBlock(of: windows, in: frames) { window, count in
            swap(&window, &block.window)
            (block.hotelling, block.residual) = project(&block.window, onto: &block.projection)
            if decomposing { decompose(&block.window, &block.projection, into: &block.shares) }
            body(block, count)
            swap(&window, &block.window)
        }
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

    /// Computes T² and Q and leaves the residual where the window was.
    private func project(
        _ window: inout [SIMD16<Float>], onto projection: inout [SIMD16<Float>]
    ) -> (hotelling: SIMD16<Float>, residual: SIMD16<Float>) {
        let count = components.rowCount
        let loadings = components.elements.span
        var scores = projection.mutableSpan
        BLAS.multiply(loadings, lanes: window.span, rows: count, inner: windowWidth, into: &scores)
        var hotelling = SIMD16<Float>()
        for component in 0..<count {
            let score = projection[component]
            hotelling += score * score * factors.inverseEigenvalues[component]
        }
        var remainder = window.mutableSpan
        BLAS.multiply(
            loadings, transposing: true, lanes: projection.span, rows: windowWidth, inner: count, scale: -1,
            resultScale: 1, into: &remainder)
        var residual = SIMD16<Float>()
        for element in window { residual += element * element }
        return (hotelling, residual)
    }

    /// Turns projection and residual into `c = P L^(-1/2) z / tau + (x - P z) / delta` and its squares, by column.
    private func decompose(
        _ window: inout [SIMD16<Float>], _ projection: inout [SIMD16<Float>], into shares: inout [SIMD16<Float>]
    ) {
        for component in projection.indices { projection[component] *= factors.projection[component] }
        for element in window.indices { window[element] *= factors.residual }
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
