internal import SignalCore

/// Trees of which each is grown on what the ones before it left over (Friedman, "Greedy Function Approximation: A Gradient
/// Boosting Machine", Annals of Statistics 29, 2001), with second derivatives, a penalty and histograms (XGBoost,
/// LightGBM). What the classifier and the regressor have in common.
struct GradientBoosting: Sendable {
    var ensemble: TreeEnsemble
    /// What every row starts from.
    let start: [Double]
    /// By column; they add up to 1, or are all 0.
    let importances: [Double]

    /// Rows with targets (class indices or numbers) and weights.
    struct Examples: Sendable {
        let frames: FeatureFrames
        let rows: CheckedRows
        let targets: [Float]
        let weights: [Double]

        init(_ data: LabelledData, targets: [Float], weights: [Double]) throws {
            frames = data.frames
            rows = try CheckedRows(data.frames, columnCount: data.frames.columnCount, schema: data.schema)
            self.targets = targets
            self.weights = weights
        }
    }

    /// Fits with validation rows, or those that the options split off, or without.
    ///
    /// - Parameter examples: the targets and weights of rows.
    static func fit(
        _ data: LabelledData, validation: LabelledData?, options: GradientBoostingOptions, objective: BoostingObjective,
        context: FittingContext, examples: (LabelledData) throws -> Examples
    ) throws -> GradientBoosting {
        if let validation {
            try validation.frames.requireColumns(data.frames.columnCount)
            guard validation.count > 0 else {
                throw SignalError(.insufficientData, "there are no validation rows; leave them out, or give some")
            }
            return try boost(
                examples(data), watching: examples(validation), rounds: options.rounds, options: options,
                objective: objective, context: context)
        }
        var (rounds, last) = (options.rounds, context)
        if options.validationShare > 0 {
            let folds = try GroupedFolds(
                data, count: max(2, Int((1 / options.validationShare).rounded())), seed: context.seed)
            let found = try boost(
                examples(data.selecting(folds.rows(without: 0))), watching: examples(data.selecting(folds.folds[0])),
                rounds: rounds, options: options, objective: objective, context: context)
            rounds = max(1, found.ensemble.treeCount / objective.sumCount)
            // The rounds that were watched say more than their repetition on all rows.
            last.record = nil
        }
        return try boost(
            examples(data), watching: nil, rounds: rounds, options: options, objective: objective, context: last)
    }

    private static func boost(
        _ examples: Examples, watching watched: Examples?, rounds: Int, options: GradientBoostingOptions,
        objective: BoostingObjective, context: FittingContext
    ) throws -> GradientBoosting {
        func boost<Code>(_ table: QuantisedColumns<Code>) throws -> GradientBoosting {
            guard table.varies.contains(true) else {
                throw SignalError(
                    .insufficientData, "every column is constant in the training data; nothing can be learnt")
            }
            var fit = BoostingFit(
                table, examples, watched: watched, options: options, objective: objective, context: context)
            for round in 0..<rounds {
                try fit.addRound(round)
                let progress = FittingProgress(
                    step: "round \(round + 1)", completed: round + 1, total: rounds, loss: nil,
                    validationLoss: fit.validationLosses.last)
                if try context.report(progress) == .stop || fit.isExhausted { break }
            }
            fit.record(algorithm: GradientBoostingRegressor.name)
            return fit.finished()
        }
        if options.bins <= Int(UInt8.max) {
            return try boost(QuantisedColumns<UInt8>(examples.frames, bins: options.bins, jobs: context.jobs))
        }
        return try boost(QuantisedColumns<UInt16>(examples.frames, bins: options.bins, jobs: context.jobs))
    }
}
