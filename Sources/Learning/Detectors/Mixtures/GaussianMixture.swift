internal import LinearAlgebra
internal import RealModule
internal import SignalCore

/// Weights, means and covariances of a mixture of normal distributions.
struct GaussianMixture: Sendable {
    /// The share of every component; they sum up to 1.
    var weights: [Double]
    /// The centre of every component. Shape: components x width.
    var means: Matrix<Double>
    /// How every component spreads.
    var spreads: [Spread]

    /// The covariance of one component.
    enum Spread: Sendable {
        /// With correlations; on and above the diagonal.
        case full(Matrix<Double>, CholeskyDecomposition)
        /// The variance of every column.
        case diagonal([Double])

        /// The logarithm of the determinant.
        var logDeterminant: Double {
            switch self {
            case .full(_, let root): 2 * root.diagonal.reduce(0) { $0 + .log($1) }
            case .diagonal(let variances): variances.reduce(0) { $0 + .log($1) }
            }
        }

        /// Divides deviations from the mean by the spread, so that their squared length is the squared distance.
        func whiten(_ rows: inout MutableSpan<Double>, count: Int) {
            switch self {
            case .full(_, let root): root.whiten(&rows, count: count)
            case .diagonal(let variances):
                let factors = variances.map { 1 / $0.squareRoot() }
                var index = 0
                for _ in 0..<count {
                    for factor in factors {
                        rows[index] *= factor
                        index += 1
                    }
                }
            }
        }
    }

    /// The number of values of a point.
    var width: Int { means.columnCount }

    /// The number of values that a fit chooses.
    var parameterCount: Int {
        let count = weights.count
        let spread =
            switch spreads.first {
            case .full: width * (width + 1) / 2
            default: width
            }
        return count - 1 + count * (width + spread)
    }

    /// What the logarithm of every component's density holds beside the distance: `log w - (width log 2 pi + log |S|) / 2`.
    var offsets: [Double] {
        zip(weights, spreads).map { weight, spread in
            .log(max(weight, 1e-300)) - (Double(width) * .log(2 * .pi) + spread.logDeterminant) / 2
        }
    }

    /// Which component every point belongs to, and how likely the points are.
    ///
    /// - Parameter points: rows of ``width`` values.
    /// - Returns: the probability of every component, points x components, and the sum of the log-likelihoods.
    func responsibilities(of points: ArraySlice<Double>) -> (probabilities: [Double], logLikelihood: Double) {
        let count = points.count / width
        let componentCount = weights.count
        var probabilities = Array(repeating: 0.0, count: count * componentCount)
        for (component, offset) in offsets.enumerated() {
            let mean = Array(means.row(component))
            var rows = Array(points)
            var span = rows.mutableSpan
            for start in stride(from: 0, to: count * width, by: width) {
                for column in 0..<width { span[start + column] -= mean[column] }
            }
            spreads[component].whiten(&span, count: count)
            for point in 0..<count {
                let row = rows.span.extracting(point * width..<(point + 1) * width)
                probabilities[point * componentCount + component] = offset - BLAS.squaredLength(row) / 2
            }
        }
        var total = 0.0
        for start in stride(from: 0, to: probabilities.count, by: componentCount) {
            let range = start..<start + componentCount
            let largest = probabilities[range].reduce(-Double.infinity) { max($0, $1) }
            let sum = probabilities[range].reduce(0) { $0 + .exp($1 - largest) }
            let logLikelihood = largest + .log(sum)
            for index in range { probabilities[index] = .exp(probabilities[index] - logLikelihood) }
            total += logLikelihood
        }
        return (probabilities, total)
    }
}
