internal import LinearAlgebra
internal import SignalCore

/// The principal axes of a cloud of points: the directions of its spread, the widest first.
struct PrincipalAxes: Sendable {
    /// The variance along every axis, descending, not negative.
    let variances: [Double]
    /// The axes as rows, of length 1. Shape: columns x columns.
    let axes: Matrix<Double>

    /// Finds the axes of the windows of training frames.
    ///
    /// - Parameters:
    ///   - frames: the frames; a point is `contextFrames` consecutive ones, scaled and joined.
    ///   - runs: where windows may start, run by run.
    init(_ frames: FeatureFrames, scaler: FrameScaler, contextFrames: Int, runs: [Range<Int>]) throws {
        let width = frames.columnCount * contextFrames
        var products = Matrix<Double>(rowCount: width, columnCount: width)
        let blockLength = 256
        var block = Array(repeating: 0.0, count: blockLength * width)
        let values = frames.values
        let inverseScale = scaler.scale.map { 1 / $0 }
        var windowCount = 0
        for run in runs {
            windowCount += run.count
            for start in stride(from: run.lowerBound, to: run.upperBound, by: blockLength) {
                let count = min(blockLength, run.upperBound - start)
                for window in 0..<count {
                    let source = (start + window) * frames.columnCount
                    var column = 0
                    for element in 0..<width {
                        block[window * width + element] =
                            (Double(values[source + element]) - scaler.mean[column]) * inverseScale[column]
                        column = column + 1 == frames.columnCount ? 0 : column + 1
                    }
                }
                var sums = products.elements.mutableSpan
                BLAS.addColumnProducts(
                    of: block.span.extracting(0..<count * width), rows: count, columns: width, into: &sums)
            }
        }
        // The scaler has taken the mean away; divisor n - 1 as scikit-learn's `explained_variance_`.
        let divisor = Double(max(windowCount - 1, 1))
        products.elements = products.elements.map { $0 / divisor }
        let decomposition = try SymmetricEigendecomposition(of: products)
        variances = decomposition.values.map { max($0, 0) }
        axes = decomposition.vectors
    }

    /// How many axes carry information: those whose variance is more than a billionth of the largest (and of 1, that of
    /// a standardised column). Below lies the rounding of single precision, which a division by the variance would turn
    /// into scores.
    var rank: Int {
        let least = 1e-9 * max(variances.first ?? 0, 1)
        return variances.count { $0 > least }
    }

    /// How many axes it takes to carry this share of the total variance, at least one.
    func count(forShare share: Double) -> Int {
        let total = variances.reduce(0, +)
        var carried = 0.0
        for (index, variance) in variances.enumerated() {
            carried += variance
            if carried >= share * total { return index + 1 }
        }
        return variances.count
    }
}
