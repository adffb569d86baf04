internal import LinearAlgebra
internal import NeuralNetworks
internal import SignalCore

/// Weights that make targets of inputs with the least squared error and a penalty on squared weights.
enum RidgeRegression {
    /// Solves `(X'X / n + ridge I) W = X'Y / n`, of inputs and targets with their means taken away, by the principal axes
    /// of X'X, which tells directions without spread apart.
    ///
    /// - Returns: the weights (targets x inputs, row-major) and what is added to each target.
    static func solve(_ examples: TrainingExamples, ridge: Double) throws -> (weights: [Float], bias: [Float]) {
        let (inputs, targets) = (examples.inputs.valueCount, examples.targets.valueCount)
        let (means, covariance) = moments(examples)
        var square = Matrix<Double>(rowCount: inputs, columnCount: inputs)
        for row in 0..<inputs {
            for column in row..<inputs {
                square[row, column] = covariance[row, column]
                square[column, row] = covariance[row, column]
            }
        }
        let axes = try SymmetricEigendecomposition(of: square)
        let least = 1e-9 * max(axes.values.max() ?? 0, 1e-30)
        var weights = Array(repeating: 0.0, count: targets * inputs)
        for (index, value) in axes.values.enumerated() where value > least {
            for target in 0..<targets {
                var product = 0.0
                for input in 0..<inputs { product += axes.vectors[index, input] * covariance[input, inputs + target] }
                product /= value + ridge
                for input in 0..<inputs { weights[target * inputs + input] += product * axes.vectors[index, input] }
            }
        }
        let bias = (0..<targets).map { target in
            (0..<inputs).reduce(means[inputs + target]) { $0 - weights[target * inputs + $1] * means[$1] }
        }
        return (weights.map { Float($0) }, bias.map { Float($0) })
    }

    /// Means and covariances (divisor n) of inputs and targets side by side; only what lies on and above the diagonal.
    private static func moments(_ examples: TrainingExamples) -> (means: [Double], covariance: Matrix<Double>) {
        let inputs = examples.inputs
        let targets = examples.targets
        let width = inputs.valueCount + targets.valueCount
        func forEachBlock(_ means: [Double], _ body: (Span<Double>, Int) -> Void) {
            let blockLength = 256
            var block = Array(repeating: 0.0, count: min(blockLength, examples.count) * width)
            for first in stride(from: 0, to: examples.count, by: blockLength) {
                let count = min(blockLength, examples.count - first)
                for row in 0..<count {
                    var place = row * width
                    for windows in [inputs, targets] {
                        let start = windows.starts[first + row] * windows.columnCount
                        for index in start..<start + windows.valueCount {
                            block[place] = Double(windows.values[index]) - means[place - row * width]
                            place += 1
                        }
                    }
                }
                body(block.span.extracting(0..<count * width), count)
            }
        }
        var means = Array(repeating: 0.0, count: width)
        var sums = means
        forEachBlock(means) { block, count in
            for row in 0..<count { for column in 0..<width { sums[column] += block[row * width + column] } }
        }
        means = sums.map { $0 / Double(examples.count) }
        var products = Matrix<Double>(rowCount: width, columnCount: width)
        forEachBlock(means) { block, count in
            var sums = products.elements.mutableSpan
            BLAS.addColumnProducts(of: block, rows: count, columns: width, into: &sums)
        }
        products.elements = products.elements.map { $0 / Double(examples.count) }
        return (means, products)
    }
}
