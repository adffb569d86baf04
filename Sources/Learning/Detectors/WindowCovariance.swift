internal import LinearAlgebra
internal import SignalCore

/// The covariance of standardised windows around the mean of the columns.
struct WindowCovariance: Sendable {
    /// The covariance, divisor n - 1; only the elements on and above the diagonal are set. Shape: width x width.
    private(set) var matrix: Matrix<Double>
    /// The number of windows.
    let windowCount: Int
    /// The share of shrinkage that Ledoit and Wolf find best for these windows, 0 to 1; the formula of scikit-learn's
    /// `ledoit_wolf_shrinkage`.
    let ledoitWolfShrinkage: Double

    /// Measures windows.
    ///
    /// - Parameter runs: where windows may start, run by run; at least two windows.
    init(_ frames: FeatureFrames, stacker: WindowStacker, runs: [Range<Int>]) {
        let width = stacker.width
        var products = Matrix<Double>(rowCount: width, columnCount: width)
        var fourthPowers = 0.0
        stacker.forEachRows(of: runs, in: frames) { rows, count in
            var sums = products.elements.mutableSpan
            BLAS.addColumnProducts(of: rows, rows: count, columns: width, into: &sums)
            for row in 0..<count {
                var length = 0.0
                for element in row * width..<(row + 1) * width { length += rows[element] * rows[element] }
                fourthPowers += length * length
            }
        }
        windowCount = runs.reduce(0) { $0 + $1.count }
        let count = Double(windowCount)
        ledoitWolfShrinkage = Self.ledoitWolf(products, windowCount: count, fourthPowers: fourthPowers)
        products.elements = products.elements.map { $0 / (count - 1) }
        matrix = products
    }

    /// - Parameters:
    ///   - products: X'X, on and above the diagonal.
    ///   - fourthPowers: the sum over all windows of their length to the power of four.
    private static func ledoitWolf(_ products: Matrix<Double>, windowCount: Double, fourthPowers: Double) -> Double {
        let width = products.rowCount
        guard width > 1 else { return 0 }
        let columns = Double(width)
        var squares = 0.0
        var trace = 0.0
        for row in 0..<width {
            trace += products[row, row]
            squares += products[row, row] * products[row, row]
            for column in row + 1..<width { squares += 2 * products[row, column] * products[row, column] }
        }
        trace /= windowCount
        squares /= windowCount * windowCount
        let mean = trace / columns
        let distance = (squares - 2 * mean * trace + columns * mean * mean) / columns
        let noise = min((fourthPowers / windowCount - squares) / (columns * windowCount), distance)
        return noise <= 0 ? 0 : noise / distance
    }

    /// Moves the covariance towards equal variances by a share: `(1 - s) S + s trace(S) / width I`.
    mutating func shrink(by share: Double) {
        let width = matrix.rowCount
        let mean = (0..<width).reduce(0) { $0 + matrix[$1, $1] } / Double(width)
        matrix.elements = matrix.elements.map { (1 - share) * $0 }
        for row in 0..<width { matrix[row, row] += share * mean }
    }
}
