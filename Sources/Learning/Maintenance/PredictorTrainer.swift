public import SignalCore

/// Fits a ``TrainedPredictor``, and measures it on whole units that were held out.
public struct PredictorTrainer: Sendable {
    /// What is learnt of every row.
    public struct Targets: Sendable {
        /// The class of every row, with the index of the one that is no failure, where classes are learnt.
        public var classes: (values: [Int], names: [String], normal: Int)?
        /// Within how much remaining life the failure is, where the classes were made of the remaining life.
        public var horizon: Int?
        /// The remaining life of every row, where it is learnt.
        public var lives: [Float]?
        /// The longest life that is told apart.
        public var cap: Double?
        /// What lives, the cap and the horizon are counted in.
        public var lifeUnit = LifeUnit.rows

        /// Nothing to learn yet.
        public init() {}
    }

    /// The name of the algorithm.
    public var algorithm: String
    /// Options of the algorithm, as a person types them.
    public var settings: [(name: String, text: String)] = []
    /// The number of folds.
    public var folds = 5
    /// What importances are measured by on held-out units: the source of every feature, and how often each source is dealt
    /// anew; `nil` to leave them out, which spares their time.
    public var permutation: (sources: [String], rounds: Int)?

    /// Makes a trainer.
    public init(algorithm: String) { self.algorithm = algorithm }

    /// The measured parts, before they are joined with what the table is.
    public struct Result: Sendable {
        /// The failure part, if classes were given.
        public var failure: TrainedPredictor.Failure?
        /// The life part, if lives were given.
        public var life: TrainedPredictor.Life?
        /// What was measured, a line each.
        public var quality: [String] = []
        /// The usual features of rows far from a failure.
        public var reference: [Float] = []
        /// How much worse the parts become without a reading, where that was asked for.
        public var importances: [HeldOutImportance] = []
        /// What lives are counted in.
        public var lifeUnit = LifeUnit.rows
    }

    /// Fits the parts.
    ///
    /// - Parameters:
    ///   - frames: the features of every row.
    ///   - groups: the unit of every row.
    /// - Throws: `SignalError` as the algorithm, or `insufficientData` for fewer than two units.
    public func fit(
        schema: FeatureSchema, frames: FeatureFrames, groups: [Int], targets: Targets, context: FittingContext
    ) throws -> Result {
        guard Set(groups).count > 1 else {
            throw SignalError(
                .insufficientData,
                "there is only one unit; measures and intervals need at least two, so that one can be held out")
        }
        var result = Result()
        result.lifeUnit = targets.lifeUnit
        var healthy = Array(repeating: true, count: frames.count)
        if let classes = targets.classes {
            healthy = classes.values.map { $0 == classes.normal }
            let data = LabelledData(
                schema: schema, frames: frames, targets: .classes(classes.values, names: classes.names), groups: groups)
            try fitFailure(data, classes.normal, targets.horizon, context, &result)
        }
        if let lives = targets.lives {
            let capped = targets.cap.map { cap in lives.map { min($0, Float(cap)) } } ?? lives
            let middle = Quantile.linear(of: capped, 0.5)
            healthy = zip(healthy, capped).map { $0 && Double($1) >= middle }
            let data = LabelledData(schema: schema, frames: frames, targets: .numbers(capped), groups: groups)
            try fitLife(data, capped, targets.cap, context, &result)
        }
        result.reference = (0..<frames.columnCount).map { column in
            let values = frames.times.indices.filter { healthy[$0] }
                .map { frames.values[$0 * frames.columnCount + column] }.filter { !$0.isNaN }
            return values.isEmpty ? .nan : Float(Quantile.linear(of: values, 0.5))
        }
        return result
    }

    private func fitFailure(
        _ data: LabelledData, _ normal: Int, _ horizon: Int?, _ context: FittingContext, _ result: inout Result
    ) throws {
        guard case .classes(let classes, _) = data.targets else { preconditionFailure("classes are learnt") }
        let isFailure = classes.map { $0 != normal }
        let type = try ModelRegistry.classifier(named: algorithm)
        func fit<Algorithm: Classifier>(_ type: Algorithm.Type, _ data: LabelledData, _ context: FittingContext) throws
            -> any Classifier
        {
            try Algorithm.fit(
                data, validation: nil, options: Algorithm.Options().setting(settings), context: context)
        }
        let classifier = try fit(type, data, context)
        var context = context
        context.record = nil
        var importances = permutation.map { HeldOutImportances(sources: $0.sources, rounds: $0.rounds) }
        let outOfBag = Self.outOfBag(classifier, data, normal)
        var raw = outOfBag ?? []
        if outOfBag == nil || importances != nil {
            let outOfFold = try outOfFold(data, context, "failure") { part, test, context in
                let model = try fit(type, part, context)
                if let asked = importances {
                    importances?.add(
                        try PermutationImportance.measure(
                            model, on: test, groups: asked.groups, rounds: asked.rounds, seed: context.seed,
                            jobs: context.jobs))
                }
                return try model.failures(test.frames, normalClass: normal)
            }
            raw = outOfBag ?? outOfFold
        }
        result.importances += importances?.all(.failure) ?? []
        let scores = raw.map { Float($0) }
        let calibration = try ProbabilityCalibration(.platt, scores: scores, isPositive: isFailure)
        let calibrated = scores.map { Double(calibration($0)) }
        let threshold = Double(
            try DecisionThreshold.largestF1(scores: calibrated.map { Float($0) }, isPositive: isFailure).value)
        let metrics = ClassificationMetrics(
            zip(calibrated, isFailure).map { (isFound: $0 >= threshold, isAnomalous: $1) })
        let ranking = try ScoreRanking(zip(calibrated, isFailure).map { (score: $0, isAnomalous: $1) })
        func brier(_ values: [Double]) -> Double {
            zip(values, isFailure).reduce(0) { $0 + ($1.0 - ($1.1 ? 1 : 0)) * ($1.0 - ($1.1 ? 1 : 0)) }
                / Double(values.count)
        }
        let share = Double(isFailure.count { $0 }) / Double(isFailure.count)
        result.quality.append(
            "failure: \(isFailure.count { $0 }) of \(isFailure.count) rows; AUC "
                + "\(ranking.areaUnderCurve.map { Self.rounded($0) } ?? "-") (chance 0.5), average precision "
                + "\(ranking.averagePrecision.map { Self.rounded($0) } ?? "-") (chance \(Self.rounded(share)))")
        result.quality.append(
            "failure: F1 \(Self.rounded(metrics.f1)), precision \(Self.rounded(metrics.precision)), recall "
                + "\(Self.rounded(metrics.recall)) at the threshold \(Self.rounded(threshold)), which was chosen on the same rows"
        )
        result.quality.append(
            "failure: Brier score \(Self.rounded(brier(calibrated))) calibrated, \(Self.rounded(brier(raw))) before, "
                + "\(Self.rounded(share * (1 - share))) for always the same probability")
        result.failure = TrainedPredictor.Failure(
            classifier: classifier, normalClass: normal, horizon: horizon, calibration: calibration,
            threshold: threshold, thresholdRule: "largest F1 on held-out rows of the training data")
    }

    private func fitLife(
        _ data: LabelledData, _ lives: [Float], _ cap: Double?, _ context: FittingContext, _ result: inout Result
    ) throws {
        let type = try ModelRegistry.regressor(named: algorithm)
        func fit<Algorithm: Regressor>(_ type: Algorithm.Type, _ data: LabelledData, _ context: FittingContext) throws
            -> any Regressor
        {
            try Algorithm.fit(
                data, validation: nil, options: Algorithm.Options().setting(settings), context: context)
        }
        func clamp(_ value: Double) -> Double { min(max(0, value), cap ?? .infinity) }
        var quiet = context
        quiet.record = nil
        var importances = permutation.map { HeldOutImportances(sources: $0.sources, rounds: $0.rounds) }
        let predictions = try outOfFold(data, quiet, "remaining life") { part, test, context in
            let model = try fit(type, part, context)
            if let asked = importances {
                importances?.add(
                    try PermutationImportance.measure(
                        model, on: test, groups: asked.groups, rounds: asked.rounds, seed: context.seed,
                        jobs: context.jobs))
            }
            return try model.predictions(test.frames).map { clamp(Double($0)) }
        }
        result.importances += importances?.all(.life) ?? []
        let truths = lives.map(Double.init)
        let spread = PredictionSpread(predictions: predictions, truths: truths, units: data.groups)
        let mean = truths.reduce(0, +) / Double(truths.count)
        func error(_ values: [Double]) -> Double {
            (zip(values, truths).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(truths.count)).squareRoot()
        }
        result.quality.append(
            "remaining life: RMSE \(Self.rounded(error(predictions))) \(result.lifeUnit.rawValue), \(Self.rounded(error(truths.map { _ in mean }))) for "
                + "always the mean")
        result.quality.append(
            "remaining life: 90 % intervals hold \(Self.rounded(100 * (try coverage(data, predictions, truths, clamp, context.seed)))) % "
                + "of held-out rows (each judged by the errors on units of the other folds)")
        result.life = TrainedPredictor.Life(regressor: try fit(type, data, context), cap: cap, spread: spread)
    }

    /// The probabilities of failure by the trees that did not see a row: as honest as folds where every row is a unit of its
    /// own, and free. `nil` where rows belong together, or a row was seen by all.
    private static func outOfBag(_ classifier: any Classifier, _ data: LabelledData, _ normal: Int) -> [Double]? {
        guard Set(data.groups).count == data.count, let all = classifier.outOfBagProbabilities else { return nil }
        let classes = classifier.classNames.count
        guard all.count == data.count * classes, !all.contains(where: \.isNaN) else { return nil }
        return (0..<data.count).map { min(1, max(0, 1 - Double(all[$0 * classes + normal]))) }
    }

    /// The share of rows in their 90 % interval, made of the errors on units of the other folds.
    private func coverage(
        _ data: LabelledData, _ predictions: [Double], _ truths: [Double], _ clamp: (Double) -> Double, _ seed: UInt64
    ) throws -> Double {
        let dealt = try GroupedFolds(data, count: folds(of: data), seed: seed)
        var hits = 0
        for (index, held) in dealt.folds.enumerated() {
            let others = dealt.rows(without: index)
            let spread = PredictionSpread(
                predictions: others.map { predictions[$0] }, truths: others.map { truths[$0] },
                units: others.map { data.groups[$0] })
            for row in held {
                let interval = spread.interval(around: predictions[row], level: 0.9)
                if (clamp(interval.lowerBound)...clamp(interval.upperBound)).contains(truths[row]) { hits += 1 }
            }
        }
        return Double(hits) / Double(truths.count)
    }

    /// The number of folds, one a unit where there are fewer.
    private func folds(of data: LabelledData) -> Int { min(folds, Set(data.groups).count) }

    /// What models of the other folds say of every row.
    private func outOfFold(
        _ data: LabelledData, _ context: FittingContext, _ what: String,
        _ judge: (LabelledData, LabelledData, FittingContext) throws -> [Double]
    ) throws -> [Double] {
        let dealt = try GroupedFolds(data, count: folds(of: data), seed: context.seed)
        var values = Array(repeating: 0.0, count: data.count)
        let count = dealt.folds.count
        for (index, test) in dealt.folds.enumerated() {
            let part = data.selecting(dealt.rows(without: index))
            var inner = context
            inner.report = { progress in
                try context.report(
                    FittingProgress(
                        step: "\(what), fold \(index + 1) of \(count): \(progress.step)", completed: progress.completed,
                        total: progress.total))
            }
            for (row, value) in zip(test, try judge(part, data.selecting(test), inner)) { values[row] = value }
        }
        return values
    }

    private static func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
