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
        for start in stride(from: windows.lowerBound, to: windows.upperBound, by: 16) {
            let count = min(16, windows.upperBound - start)
            standardize(frames, from: start, count: count, into: &block.window)
            (block.hotelling, block.residual) = project(&block.window, onto: &block.projection)
            if decomposing { decompose(&block.window, &block.projection, into: &block.shares) }
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

    /// Writes a window into every lane: standardised, held within ``largestDeviation``; zeros into lanes without one.
    private func standardize(_ frames: FeatureFrames, from start: Int, count: Int, into window: inout [SIMD16<Float>]) {
        let values = frames.values.span
        let limit = SIMD16<Float>(repeating: Self.largestDeviation)
        var column = 0
        for element in window.indices {
            let lanes = Self.lanes(
                of: values, from: start * columnCount + element, stride: columnCount, count: count,
                filling: factors.mean[column])
            var scaled = (lanes - factors.mean[column]) * factors.inverseScale[column]
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
