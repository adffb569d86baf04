public import SignalCore

/// Tells classes by boosted trees: log odds of two classes, softmax of more. See ``GradientBoostingOptions``.
///
/// Follows LightGBM and scikit-learn's `HistGradientBoostingClassifier`: histograms of quantised columns, leaves split in
/// the order of their gain, missing values sent the way that is better.
public struct GradientBoostingClassifier: Classifier {
    /// The name used on the command line and in files.
    public static let name = "gradient-boosting"
    /// One line for listings.
    public static let summary =
        "trees that mend each other's errors, regularised, with early stopping; often the most exact"

    /// The options the model was fitted with.
    public let options: GradientBoostingOptions
    /// The names of the classes.
    public let classNames: [String]
    let model: GradientBoosting

    /// The number of columns a row must have.
    public var columnCount: Int { model.ensemble.columnCount }
    /// The gains of the splits on each column.
    public var importances: [Double] { model.importances }
    /// There are no rows that a part of the model did not see.
    public var outOfBagProbabilities: [Float]? { nil }

    private var objective: BoostingObjective { Self.objective(classNames.count) }

    static func objective(_ classCount: Int) -> BoostingObjective {
        classCount == 2 ? .logistic : .softmax(classCount)
    }

    /// Adds tree after tree.
    ///
    /// - Throws: `SignalError` as ``Classifier/fit(_:validation:options:context:)`` says.
    public static func fit(
        _ data: LabelledData, validation: LabelledData?, options: GradientBoostingOptions, context: FittingContext
    ) throws -> GradientBoostingClassifier {
        try options.validate()
        guard options.objective == .auto else {
            throw SignalError(.invalidOption, "objective=\(options.objective.rawValue) is for numbers, not classes")
        }
        let labels = try TrainingLabels(classesOf: data)
        let weights = try labels.classWeights(options.classWeights, given: options.weights)
        let model = try GradientBoosting.fit(
            data, validation: validation, options: options, objective: objective(labels.names.count), context: context
        ) { rows in
            guard case .classes(let classes, let names) = rows.targets, names == labels.names else {
                throw SignalError(.mismatch, "the validation rows have other classes than the training rows")
            }
            return try GradientBoosting.Examples(
                rows, targets: classes.map(Float.init), weights: classes.map { weights[$0] })
        }
        return GradientBoostingClassifier(options: options, classNames: labels.names, model: model)
    }

    /// The probabilities that the sums of the trees amount to.
    public func probabilities(_ frames: FeatureFrames) throws -> [Float] {
        let rows = try CheckedRows(frames, columnCount: columnCount)
        return objective.probabilities(model.ensemble.sums(rows, from: model.start))
    }
}

extension GradientBoostingClassifier {
    /// Reads a fitted model back.
    public init(archive: ModelArchive) throws {
        let options = try archive.supervised(GradientBoostingOptions.self, Self.name, task: .classification)
        let names = try archive.classNames()
        self.init(
            options: options, classNames: names,
            model: try GradientBoosting(archive: archive, sumCount: Self.objective(names.count).sumCount))
    }

    /// The fitted model: its trees, the tensors `start` (what the sums start from) and `importance` (columns), the entry
    /// `classes`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        try archive.store(algorithm: Self.name, task: .classification, options: options, importances: importances)
        archive.metadata["classes"] = classNames.joined(separator: "\n")
        model.store(in: &archive)
        return archive
    }
}

extension GradientBoosting {
    /// Values whose sum over all trees stays finite.
    static let valueRange: ClosedRange<Float> = -1e30...1e30

    /// Reads what ``store(in:)`` wrote.
    init(archive: ModelArchive, sumCount: Int) throws {
        let importances = try archive.importances()
        let limit = Double(Self.valueRange.upperBound)
        start = try archive.float64("start", shape: [sumCount], within: -limit...limit)
        ensemble = try TreeEnsemble(
            archive: archive, columnCount: importances.count, outputCount: 1, sumCount: sumCount)
        try archive.require("value", ensemble.values, within: Self.valueRange)
        guard ensemble.treeCount % sumCount == 0 else {
            throw SignalError(
                .malformed, "\(ensemble.treeCount) trees are no multiple of the \(sumCount) sums they are for"
            ).at(tensor: "root")
        }
        self.importances = importances
    }

    func store(in archive: inout ModelArchive) {
        archive.tensors["start"] = Tensor(shape: [start.count], .float64(start))
        ensemble.store(in: &archive)
    }
}
