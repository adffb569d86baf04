internal import LinearAlgebra
public import SignalCore

extension GaussianMixtureDetector {
    /// The fewest windows a model is fitted on, and the fewest a component.
    static let fewestWindows = 10

    /// The most components that are tried where their number is chosen.
    static let mostChosenComponents = 8

    /// Learns the normal state. All windows are held in memory in double precision.
    ///
    /// - Throws: `SignalError` with code `insufficientData` when there are fewer than ten windows of frames a component
    ///   or no column; `malformed` naming the frame and column of a value that is not finite; `invalidOption`; or what
    ///   the context's report throws. Where that answers `stop`, the best mixture so far is taken.
    public static func fit(
        _ data: TrainingData, options: GaussianMixtureOptions, context: FittingContext
    ) throws -> GaussianMixtureDetector {
        try options.validate()
        let runs = try data.windowRuns(
            contextFrames: options.contextFrames, fewest: fewestWindows * max(options.components, 1), for: name)
        let scaler = FrameScaler(data.frames)
        let stacker = WindowStacker(scaler: scaler, contextFrames: options.contextFrames)
        var points: [Double] = []
        points.reserveCapacity(runs.reduce(0) { $0 + $1.count } * stacker.width)
        stacker.forEachRows(of: runs, in: data.frames) { rows, _ in
            for index in rows.indices { points.append(rows[index]) }
        }
        let fitting = MixtureFitting(points: points, width: stacker.width, options: options, jobs: context.jobs)
        let components = try best(fitting, context).mixture.components()

        func model(_ contributionMean: [Double]) -> GaussianMixtureDetector {
            GaussianMixtureDetector(
                options: options, scaler: scaler, components: components, contributionMean: contributionMean)
        }
        let first = model(Array(repeating: 1, count: data.frames.columnCount))
        var usual = UsualContributions(columnCount: data.frames.columnCount)
        for run in runs {
            first.forEachBlock(of: run, in: data.frames, decomposing: true) { _, shares, count in
                usual.add(shares, count: count)
            }
        }
        return model(usual.means())
    }

    /// The best of all starts and, where it is open, of all numbers of components.
    private static func best(_ fitting: MixtureFitting, _ context: FittingContext) throws -> MixtureFitting.Fit {
        let chosen = fitting.options.components
        let most = min(mostChosenComponents, fitting.count / fewestWindows)
        let numbers = chosen > 0 ? chosen...chosen : 1...max(most, 1)
        let restarts = fitting.options.restarts
        var best: (fit: MixtureFitting.Fit, criterion: Double)?
        var misses = 0
        for number in numbers {
            var likeliest: MixtureFitting.Fit?
            for restart in 0..<(number == 1 ? 1 : restarts) {
                let step = number == 1 ? "1 component" : "\(number) components"
                let progress = FittingProgress(
                    step: restarts > 1 ? "\(step), start \(restart + 1) of \(restarts)" : step,
                    completed: (number - numbers.lowerBound) * restarts + restart, total: numbers.count * restarts)
                if case .stop = try context.report(progress), let fit = likeliest ?? best?.fit { return fit }
                var generator = SeededGenerator(seed: context.seed, stream: UInt64(number * 1000 + restart))
                let fit = try fitting.fit(components: number, generator: &generator)
                if fit.logLikelihood > likeliest?.logLikelihood ?? -.infinity { likeliest = fit }
            }
            guard let likeliest else { continue }
            let criterion = likeliest.informationCriterion(count: fitting.count)
            if criterion < best?.criterion ?? .infinity {
                best = (likeliest, criterion)
                misses = 0
            } else {
                misses += 1
                if misses == 2 { break }
            }
        }
        guard let best else {
            throw SignalError(.malformed, "the likelihood of a mixture is not finite; check the training data")
        }
        return best.fit
    }
}

extension GaussianMixture {
    /// The components as scoring wants them.
    func components() throws -> [GaussianMixtureDetector.Component] {
        let offsets = offsets
        return try spreads.indices.map { index in
            let whitening: [Double]
            switch spreads[index] {
            case .full(let covariance, _):
                // The regularisation bounds the eigenvalues from below but for rounding.
                whitening = try SymmetricEigendecomposition(of: covariance).inverseSquareRoot(least: 1e-10).elements
            case .diagonal(let variances): whitening = variances.map { 1 / $0.squareRoot() }
            }
            return GaussianMixtureDetector.Component(
                offset: offsets[index], mean: means.row(index).map { Float($0) },
                whitening: whitening.map { Float($0) })
        }
    }
}
