internal import CNeuralKernels

extension Trainer {
    /// Adds up the shards' gradients, limits their norm and steps.
    ///
    /// - Returns: `false`, leaving the weights alone, when the gradient is not finite.
    func step(shardCount: Int) throws -> Bool {
        let kernels = template.kernels
        let gradients = shards.gradients
        let stride = shards.stride
        try shards.forEachStretch { range in
            unsafe kernels.table.pointee.addParts(
                gradients.start, stride, shardCount, range.lowerBound, range.upperBound)
        }
        let norm = gradientNorm()
        guard norm.isFinite else { return false }
        stepCount += 1
        var arguments = adamArguments()
        if let largest = options.largestGradientNorm {
            arguments.gradientScale = Float(min(1, largest / (norm + 1e-6)))
        }
        let (weights, first, second) = (weights, firstMoments, secondMoments)
        try shards.forEachStretch { [arguments] range in
            let start = range.lowerBound
            var step = arguments
            unsafe kernels.table.pointee.adam(
                weights.start + start, first.start + start, second.start + start, gradients.start + start,
                range.count, &step)
        }
        try shards.pack(weights)
        return true
    }

    /// The Euclidean norm of the summed gradient.
    func gradientNorm() -> Double {
        let start = unsafe shards.gradients.start
        let kernels = template.kernels
        return unsafe kernels.table.pointee.squareSum(start, template.parameterCount).squareRoot()
    }

    private func adamArguments() -> neural_adam {
        let rate = learningRate / (1 - power(options.firstDecay, stepCount))
        let correction = 1 / (1 - power(options.secondDecay, stepCount)).squareRoot()
        return neural_adam(
            gradientScale: 1, firstDecay: Float(options.firstDecay), secondDecay: Float(options.secondDecay),
            epsilon: Float(options.epsilon), rate: Float(rate), secondCorrection: Float(correction),
            penalty: Float(options.penalty), shrinkage: Float(1 - learningRate * options.decoupledWeightDecay))
    }

    /// By repeated squaring, since the standard library has no power.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if !rest.isMultiple(of: 2) { result *= square }
            square *= square
            rest /= 2
        }
        return result
    }
}
