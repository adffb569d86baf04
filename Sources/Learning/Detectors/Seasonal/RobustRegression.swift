internal import SignalCore

/// Linear regression that outliers do not pull: iteratively reweighted least squares, first with Huber's weights, then
/// from there with Tukey's biweight, which leaves far outliers out altogether (Holland and Welsch, "Robust regression
/// using iteratively reweighted least-squares", Communications in Statistics 6, 1977; the constants give 95 % efficiency
/// on normally distributed residuals).
enum RobustRegression {
    private static let huber = 1.345
    private static let biweight = 4.685
    private static let iterations = 20

    /// The coefficients of the basis functions.
    ///
    /// - Parameters:
    ///   - basis: the values of the functions, a row for every value.
    ///   - values: what is to be explained.
    static func coefficients(basis: [Double], values: [Double]) -> [Double] {
        let width = basis.count / values.count
        var weights = Array(repeating: 1.0, count: values.count)
        var coefficients = solve(basis, values, weights, width)
        for redescends in [false, true] {
            for _ in 0..<iterations {
                let residuals = residuals(basis, values, coefficients)
                let spread = spread(of: residuals)
                guard spread > 0 else { return coefficients }
                for (index, residual) in residuals.enumerated() {
                    let size = abs(residual) / spread
                    if redescends {
                        let share = size / biweight
                        weights[index] = share < 1 ? (1 - share * share) * (1 - share * share) : 0
                    } else {
                        weights[index] = size <= huber ? 1 : huber / size
                    }
                }
                let next = solve(basis, values, weights, width)
                let change = zip(next, coefficients).reduce(0) { max($0, abs($1.0 - $1.1)) }
                coefficients = next
                if change < 1e-6 * spread { break }
            }
        }
        return coefficients
    }

    /// What the basis does not explain.
    static func residuals(_ basis: [Double], _ values: [Double], _ coefficients: [Double]) -> [Double] {
        let width = coefficients.count
        let basis = basis.span
        var residuals = values
        for index in values.indices {
            var sum = 0.0
            for function in 0..<width { sum += coefficients[function] * basis[index * width + function] }
            residuals[index] -= sum
        }
        return residuals
    }

    /// 1.4826 times the median of the absolute residuals.
    static func spread(of residuals: [Double]) -> Double {
        1.4826 * Quantile.linear(of: residuals.map { abs($0) }, 0.5)
    }

    /// Weighted least squares by the normal equations, which are well conditioned for functions of size 1.
    static func solve(_ basis: [Double], _ values: [Double], _ weights: [Double], _ width: Int) -> [Double] {
        let basis = basis.span
        let size = width + 1
        // The matrix of the equations, and the right-hand side as its last column.
        var equations = Array(repeating: 0.0, count: width * size)
        for index in values.indices where weights[index] > 0 {
            let row = basis.extracting(index * width..<(index + 1) * width)
            for first in 0..<width {
                let weighted = weights[index] * row[first]
                for second in first..<width { equations[first * size + second] += weighted * row[second] }
                equations[first * size + width] += weighted * values[index]
            }
        }
        for first in 0..<width {
            for second in 0..<first { equations[first * size + second] = equations[second * size + first] }
        }
        // Functions that the data cannot tell apart (one time only, less than a period) share what there is.
        let ridge = 1e-10 * (0..<width).reduce(1e-30) { max($0, equations[$1 * size + $1]) }
        for first in 0..<width { equations[first * size + first] += ridge }
        for pivot in 0..<width {
            for row in pivot + 1..<width {
                let factor = equations[row * size + pivot] / equations[pivot * size + pivot]
                for column in pivot..<size {
                    equations[row * size + column] -= factor * equations[pivot * size + column]
                }
            }
        }
        var solution = Array(repeating: 0.0, count: width)
        for row in (0..<width).reversed() {
            var rest = equations[row * size + width]
            for column in row + 1..<width { rest -= equations[row * size + column] * solution[column] }
            let value = rest / equations[row * size + row]
            solution[row] = value.isFinite ? value : 0
        }
        return solution
    }
}
