internal import LinearAlgebra
internal import RealModule
internal import SignalCore

/// Fits mixtures of normal distributions to points by expectation and maximisation (Dempster, Laird and Rubin,
/// "Maximum Likelihood from Incomplete Data via the EM Algorithm", Journal of the Royal Statistical Society B 39, 1977),
/// as scikit-learn's `GaussianMixture`.
struct MixtureFitting: Sendable {
    /// Rows of ``width`` values.
    let points: [Double]
    /// The number of values of a point.
    let width: Int
    let options: GaussianMixtureOptions
    /// How many threads may work at once.
    let jobs: Int

    /// The number of points.
    var count: Int { points.count / width }

    /// A mixture and how well it fits.
    struct Fit: Sendable {
        var mixture: GaussianMixture
        /// The mean log-likelihood of a point.
        var logLikelihood: Double
        /// The number of iterations.
        var iterations: Int

        /// The Bayesian information criterion (Schwarz, "Estimating the Dimension of a Model", The Annals of
        /// Statistics 6, 1978); less is better.
        func informationCriterion(count: Int) -> Double {
            -2 * logLikelihood * Double(count) + Double(mixture.parameterCount) * .log(Double(count))
        }
    }

    /// Fits so many components from a start by k-means.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when a covariance has no root for want of regularisation.
    func fit(components: Int, generator: inout SeededGenerator) throws -> Fit {
        let centres = KMeans(points: points, width: width).assignment(clusters: components, generator: &generator)
        var probabilities = Array(repeating: 0.0, count: count * components)
        for (point, cluster) in centres.enumerated() { probabilities[point * components + cluster] = 1 }
        var mixture = try maximize(probabilities, components: components)
        var fit = Fit(mixture: mixture, logLikelihood: -.infinity, iterations: 0)
        for iteration in 1...options.iterations {
            let expectation = try expect(mixture)
            let gain = expectation.logLikelihood - fit.logLikelihood
            fit = Fit(mixture: mixture, logLikelihood: expectation.logLikelihood, iterations: iteration)
            if abs(gain) < options.tolerance || components == 1 && iteration == 1 { break }
            mixture = try maximize(expectation.probabilities, components: components)
        }
        return fit
    }

    /// The probabilities of the components of all points, and the mean log-likelihood.
    func expect(_ mixture: GaussianMixture) throws -> (probabilities: [Double], logLikelihood: Double) {
        let blockLength = 512
        let parts = try ConcurrentLoop.map(count: (count + blockLength - 1) / blockLength, jobs: jobs) { block in
            let range = block * blockLength..<min((block + 1) * blockLength, count)
            return mixture.responsibilities(of: points[range.lowerBound * width..<range.upperBound * width])
        }
        return (
            Array(parts.map(\.probabilities).joined()),
            parts.reduce(0) { $0 + $1.logLikelihood } / Double(count)
        )
    }

    /// The likeliest mixture for these probabilities of the components. Shape: points x components.
    func maximize(_ probabilities: [Double], components: Int) throws -> GaussianMixture {
        let parts = try ConcurrentLoop.map(count: components, jobs: jobs) { component in
            try maximize((0..<count).map { probabilities[$0 * components + component] })
        }
        let total = parts.reduce(0) { $0 + $1.weight }
        return GaussianMixture(
            weights: parts.map { $0.weight / total },
            means: Matrix(rowCount: components, columnCount: width, elements: parts.flatMap(\.mean)),
            spreads: parts.map(\.spread))
    }

    private func maximize(
        _ probabilities: [Double]
    ) throws -> (weight: Double, mean: [Double], spread: GaussianMixture.Spread) {
        // As scikit-learn, a hair above zero, so that a component nothing belongs to does not divide by it.
        let weight = probabilities.reduce(0, +) + 10 * Double.ulpOfOne
        var mean = Array(repeating: 0.0, count: width)
        for (point, probability) in probabilities.enumerated() where probability > 0 {
            let start = point * width
            for column in 0..<width { mean[column] += probability * points[start + column] }
        }
        for column in 0..<width { mean[column] /= weight }

        var products = Matrix<Double>(rowCount: width, columnCount: width)
        var variances = Array(repeating: 0.0, count: width)
        let blockLength = 256
        var rows = Array(repeating: 0.0, count: blockLength * width)
        for start in stride(from: 0, to: count, by: blockLength) {
            let length = min(blockLength, count - start)
            var filled = 0
            for point in start..<start + length where probabilities[point] > 0 {
                let root = probabilities[point].squareRoot()
                let source = point * width
                for column in 0..<width {
                    rows[filled + column] = root * (points[source + column] - mean[column])
                }
                filled += width
            }
            switch options.covariance {
            case .full:
                var sums = products.elements.mutableSpan
                BLAS.addColumnProducts(
                    of: rows.span.extracting(0..<filled), rows: filled / width, columns: width, into: &sums)
            case .diagonal:
                for row in stride(from: 0, to: filled, by: width) {
                    for column in 0..<width { variances[column] += rows[row + column] * rows[row + column] }
                }
            }
        }
        switch options.covariance {
        case .full:
            products.elements = products.elements.map { $0 / weight }
            for column in 0..<width { products[column, column] += options.regularization }
            guard let root = CholeskyDecomposition(of: products) else {
                throw SignalError(
                    .invalidOption,
                    "the covariance of a component has no root; raise regularization, now \(options.regularization)")
            }
            return (weight, mean, .full(products, root))
        case .diagonal:
            return (weight, mean, .diagonal(variances.map { $0 / weight + options.regularization }))
        }
    }
}
