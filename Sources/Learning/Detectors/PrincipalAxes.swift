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
    ///   - frames: the frames; a point is a window of them, standardised and joined.
    ///   - runs: where windows may start, run by run.
    init(_ frames: FeatureFrames, stacker: WindowStacker, runs: [Range<Int>]) throws {
        let width = stacker.width
        var products = Matrix<Double>(rowCount: width, columnCount: width)
        stacker.forEachRows(of: runs, in: frames) { rows, count in
            var sums = products.elements.mutableSpan
            BLAS.addColumnProducts(of: rows, rows: count, columns: width, into: &sums)
        }
        let windowCount = runs.reduce(0) { $0 + $1.count }
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
