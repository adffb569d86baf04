public import SignalCore

/// Trains a detector, chooses its thresholds and puts the model together.
///
/// Thresholds come from scores of data that the scoring model was not fitted on: the recordings are dealt into folds,
/// and each fold is scored by a model of the others (cross-validation; Hastie, Tibshirani and Friedman, "The Elements
/// of Statistical Learning", 2nd edition, section 7.10). In-sample scores of few recordings are too low, so that a
/// threshold taken from them would call every new recording anomalous. The model that is returned is fitted on all.
///
/// A single recording, or the rows of tables, are cut into as many consecutive parts as there are folds: not shuffled frames, because
/// neighbouring frames resemble each other and would hide the same effect.
///
/// One fold is a hold-out: the model is fitted on the first four fifths of the data alone, the last fifth (of several
/// recordings, a fifth of them chosen by the seed) gives the scores and is what iterative fits watch to stop in time.
/// It is what networks do by themselves, since they take long to fit.
public struct ModelTrainer: Sendable {
    /// How both thresholds are chosen.
    public var rule = ThresholdRule.quantile(0.99)
    /// The multiplier of both thresholds, see ``Threshold/init(_:of:multiplier:basis:)``.
    public var thresholdMultiplier = 1.0
    /// The number of folds, 2 to 100 and at most one a recording; 1 holds a fifth out; 0 takes the thresholds from
    /// in-sample scores; `nil` is what the algorithm is used with (``SignalCore/Detector/usualFolds``).
    public var folds: Int?
    /// How the scores of a recording's frames become its score.
    public var aggregation = ClipAggregation.mean
    /// The version of the tool, for the model's provenance.
    public var toolVersion: String

    /// Makes a trainer with default settings.
    public init(toolVersion: String) {
        self.toolVersion = toolVersion
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - detector: the algorithm, from ``ModelRegistry``.
    ///   - options: options to set, as typed; the others keep their defaults.
    ///   - data: frames of normal data, a segment for every recording.
    ///   - recipe: how the frames were made.
    ///   - input: the recordings or tables they were made from.
    ///   - digests: a digest of the content of every recording or table.
    ///   - rowCounts: how many rows of every table were used; empty for recordings.
    ///   - machines: the machines recorded, as `fan/id_00`.
    ///   - context: seed, threads, checkpoint, and where progress is reported: before every fit and within those that
    ///     report themselves. Where it answers `stop` before a fit, training is abandoned.
    /// - Throws: `SignalError` with code `invalidOption`, `insufficientData` or `cancelled`, or as the detector's `fit`,
    ///   or what the context's report throws.
    public func train(
        _ detector: any Detector.Type, options: [(name: String, text: String)] = [], on data: TrainingData,
        recipe: FeatureRecipe, input: InputExpectation, digests: [Int64] = [], rowCounts: [Int64] = [],
        machines: [String] = [],
        context: FittingContext
    ) throws -> TrainedModel {
        let folds = folds ?? detector.usualFolds
        guard (0...100).contains(folds) else {
            throw SignalError(
                .invalidOption,
                "folds is 2 to 100, or 1 to hold a fifth out, or 0 to use in-sample scores, not \(folds)")
        }
        guard !data.segments.isEmpty else {
            throw SignalError(.insufficientData, "there is no frame to train on; give at least one normal recording")
        }
        return try train(
            type: detector, options: options, on: data, folds: folds, recipe: recipe, input: input,
            digests: digests, rowCounts: rowCounts, machines: machines, context: context)
    }

    private func train<Algorithm: Detector>(
        type: Algorithm.Type, options: [(name: String, text: String)], on data: TrainingData, folds: Int,
        recipe: FeatureRecipe, input: InputExpectation, digests: [Int64], rowCounts: [Int64], machines: [String],
        context: FittingContext
    ) throws -> TrainedModel {
        let options = try Algorithm.Options().setting(options)
        try data.frames.requireFinite(data.schema)
        let parts = HeldOutParts(
            of: data, folds: folds, isTable: input.table != nil, seed: context.seed)
        let total = parts.isHoldOut ? 1 : parts.folds.count + 1
        var scores = Array(repeating: [Float](), count: parts.data.segments.count)
        var heldOutModel: Algorithm?
        let histories = TrainingHistories()
        for (number, fold) in parts.folds.enumerated() {
            var context = context
            if parts.isHoldOut {
                context.validation = parts.data.selecting(fold)
                context.record = histories.add
            } else {
                context.checkpoint = nil
            }
            try begin("fold \(number + 1) of \(parts.folds.count)", number, of: total, context)
            let model = try Self.fit(Algorithm.self, on: parts.data(without: fold), options, context)
            for segment in fold { scores[segment] = try model.scores(parts.data.frames(ofSegment: segment)) }
            if parts.isHoldOut { heldOutModel = model }
        }
        let model: Algorithm
        if let heldOutModel {
            model = heldOutModel
        } else {
            try begin("final model", total - 1, of: total, context)
            var context = context
            context.record = histories.add
            model = try Algorithm.fit(data, options: options, context: context)
        }
        if parts.folds.isEmpty {
            for segment in data.segments.indices {
                scores[segment] = try model.scores(parts.data.frames(ofSegment: segment))
            }
        }

        let clipScores = scores.compactMap { aggregation.score(of: $0) }
        let clipThreshold = try Threshold(
            rule, of: clipScores, multiplier: thresholdMultiplier, basis: parts.basis(of: "recording"))
        let frameThreshold = try Threshold(
            rule, of: Array(scores.joined()), multiplier: thresholdMultiplier, basis: parts.basis(of: "frame"))
        let warnings = TrainingWarnings.of(
            data, isTable: input.table != nil, contextLength: model.contextLength,
            threshold: input.table == nil ? clipThreshold : frameThreshold,
            scoresAreInSample: parts.folds.isEmpty)
        return try TrainedModel(
            detector: model, recipe: recipe, input: input, aggregation: aggregation, clipThreshold: clipThreshold,
            frameThreshold: frameThreshold,
            provenance: TrainingProvenance(
                seed: context.seed, toolVersion: toolVersion,
                recordingCount: max(1, input.table == nil ? data.segments.count : digests.count),
                frameCount: data.frames.count, digests: digests, rowCounts: rowCounts, machines: machines,
                warnings: warnings, histories: histories.all))
    }

    private func begin(_ step: String, _ completed: Int, of total: Int, _ context: FittingContext) throws {
        if case .stop = try context.report(FittingProgress(step: step, completed: completed, total: total)) {
            throw SignalError(.cancelled, "stopped before there was a model to keep")
        }
    }

    private static func fit<Algorithm: Detector>(
        _ type: Algorithm.Type, on data: TrainingData, _ options: Algorithm.Options, _ context: FittingContext
    ) throws -> Algorithm {
        do {
            return try Algorithm.fit(data, options: options, context: context)
        } catch let error as SignalError where error.code == .insufficientData {
            throw SignalError(
                .insufficientData,
                "too little data to hold a part of it out for the thresholds (\(error.message)); give more "
                    + "recordings, or train with 0 folds")
        }
    }
}
