public import SignalCore

/// Trains a detector, chooses its thresholds and puts the model together.
///
/// Thresholds come from scores of data that the scoring model was not fitted on: the recordings are dealt into folds,
/// and each fold is scored by a model of the others (cross-validation; Hastie, Tibshirani and Friedman, "The Elements
/// of Statistical Learning", 2nd edition, section 7.10). In-sample scores of few recordings are too low, so that a
/// threshold taken from them would call every new recording anomalous. The model that is returned is fitted on all.
///
/// A single recording is cut into as many consecutive parts as there are folds: not shuffled frames, because
/// neighbouring frames resemble each other and would hide the same effect.
public struct ModelTrainer: Sendable {
    /// How both thresholds are chosen.
    public var rule = ThresholdRule.quantile(0.99)
    /// The multiplier of both thresholds, see ``Threshold/init(_:of:multiplier:basis:)``.
    public var thresholdMultiplier = 1.0
    /// The number of folds, 2 to 100 and at most one a recording; 0 takes the thresholds from in-sample scores.
    public var folds = 5
    /// How the scores of a recording's frames become its score.
    public var aggregation = ClipAggregation.mean
    /// The seed of the folds and of the detector.
    public var seed: UInt64 = 42
    /// The version of the tool, for the model's provenance.
    public var toolVersion: String

    /// Makes a trainer with default settings.
    public init(toolVersion: String) {
        self.toolVersion = toolVersion
    }

    /// How far training has come.
    public struct Progress: Sendable, Equatable {
        /// What begins now, in words.
        public let step: String
        /// The number of fits that are done.
        public let completed: Int
        /// The number of fits in all.
        public let total: Int
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - detector: the algorithm, from ``ModelRegistry``.
    ///   - options: options to set, as typed; the others keep their defaults.
    ///   - data: frames of normal data, a segment for every recording.
    ///   - recipe: how the frames were made.
    ///   - signal: the signals they were made from, or `nil` for a sensor table.
    ///   - digests: a digest of the content of every recording.
    ///   - machines: the machines recorded, as `fan/id_00`.
    ///   - progress: called before every fit; may throw to stop.
    /// - Throws: `SignalError` with code `invalidOption` or `insufficientData`, or as the detector's `fit`, or what
    ///   `progress` throws.
    public func train(
        _ detector: any Detector.Type, options: [(name: String, text: String)] = [], on data: TrainingData,
        recipe: FeatureRecipe, signal: SignalExpectation?, digests: [Int64] = [], machines: [String] = [],
        progress: (Progress) throws -> Void = { _ in }
    ) throws -> TrainedModel {
        guard folds == 0 || (2...100).contains(folds) else {
            throw SignalError(.invalidOption, "folds is 2 to 100, or 0 to use in-sample scores, not \(folds)")
        }
        guard !data.segments.isEmpty else {
            throw SignalError(.insufficientData, "there is no frame to train on; give at least one normal recording")
        }
        return try train(
            type: detector, options: options, on: data, recipe: recipe, signal: signal, digests: digests,
            machines: machines, progress: progress)
    }

    private func train<Algorithm: Detector>(
        type: Algorithm.Type, options: [(name: String, text: String)], on data: TrainingData, recipe: FeatureRecipe,
        signal: SignalExpectation?, digests: [Int64], machines: [String], progress: (Progress) throws -> Void
    ) throws -> TrainedModel {
        let options = try Algorithm.Options().setting(options)
        try data.frames.requireFinite(data.schema)
        let parts = heldOutParts(of: data)
        let total = parts.folds.count + 1
        var scores = Array(repeating: [Float](), count: parts.data.segments.count)
        for (number, fold) in parts.folds.enumerated() {
            try progress(
                Progress(step: "fold \(number + 1) of \(parts.folds.count)", completed: number, total: total))
            let heldOut = Set(fold)
            let others = parts.data.segments.indices.filter { !heldOut.contains($0) }
            let model: Algorithm
            do {
                model = try Algorithm.fit(parts.data.selecting(others), options: options, seed: seed)
            } catch let error as SignalError where error.code == .insufficientData {
                throw SignalError(
                    .insufficientData,
                    "too little data to hold a part of it out for the thresholds (\(error.message)); give more "
                        + "recordings, or train with 0 folds")
            }
            for segment in fold { scores[segment] = try model.scores(parts.data.frames(ofSegment: segment)) }
        }
        try progress(Progress(step: "final model", completed: total - 1, total: total))
        let model = try Algorithm.fit(data, options: options, seed: seed)
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
            data, contextLength: model.contextLength, clipThreshold: clipThreshold,
            scoresAreInSample: parts.folds.isEmpty)
        return try TrainedModel(
            detector: model, recipe: recipe, signal: signal, aggregation: aggregation, clipThreshold: clipThreshold,
            frameThreshold: frameThreshold,
            provenance: TrainingProvenance(
                seed: seed, toolVersion: toolVersion, recordingCount: data.segments.count,
                frameCount: data.frames.count, digests: digests, machines: machines, warnings: warnings))
    }

    /// The data in the parts that are held out together, and what that amounts to in words.
    private struct HeldOutParts {
        var data: TrainingData
        /// The segments of every fold; none for in-sample scores.
        var folds: [[Int]]
        var isOneRecording: Bool

        func basis(of kind: String) -> String {
            if folds.isEmpty { return "in-sample scores, a score for every \(kind)" }
            let cut = isOneRecording ? "consecutive parts of the one recording" : "groups of recordings"
            let unit = isOneRecording && kind == "recording" ? "part" : kind
            return
                "held-out scores, a score for every \(unit): \(folds.count) \(cut), each scored by a model of the others"
        }
    }

    private func heldOutParts(of data: TrainingData) -> HeldOutParts {
        if folds == 0 { return HeldOutParts(data: data, folds: [], isOneRecording: false) }
        if data.segments.count == 1 {
            let count = min(folds, data.frames.count)
            guard count > 1 else { return HeldOutParts(data: data, folds: [], isOneRecording: true) }
            let blocks = (0..<count).map { data.frames.count * $0 / count..<data.frames.count * ($0 + 1) / count }
            return HeldOutParts(
                data: TrainingData(schema: data.schema, frames: data.frames, segments: blocks),
                folds: (0..<count).map { [$0] }, isOneRecording: true)
        }
        var generator = SeededGenerator(seed: seed)
        let order = data.segments.indices.shuffled(using: &generator)
        let count = min(folds, order.count)
        let dealt = (0..<count).map { fold in
            stride(from: fold, to: order.count, by: count).map { order[$0] }.sorted()
        }
        return HeldOutParts(data: data, folds: dealt, isOneRecording: false)
    }
}
