public import SignalCore

/// Tells classes by the mean of many trees' class shares (Breiman, "Random Forests", Machine Learning 45, 2001).
///
/// Probabilities are the mean over trees of the weighted shares of classes in the leaf that a row comes to, and splits fall
/// by the Gini impurity, as in scikit-learn. Columns of more distinct values than `bins` are split at quantiles only; a
/// missing value goes the way that was better in training, or with more rows where none was missing.
public struct RandomForestClassifier: Classifier {
    /// The name used on the command line and in files.
    public static let name = "random-forest"
    /// One line for listings.
    public static let summary = "the mean of trees grown from random rows and columns; any units, few options, fast"

    /// The options the model was fitted with.
    public let options: RandomForestOptions
    /// The names of the classes.
    public let classNames: [String]
    /// The fall of the Gini impurity by the splits on each column.
    public let importances: [Double]
    /// The mean of what the trees say that did not see a row.
    public let outOfBagProbabilities: [Float]?
    let ensemble: TreeEnsemble

    /// The number of columns a row must have.
    public var columnCount: Int { ensemble.columnCount }

    /// Grows the forest. Validation rows are not looked at.
    ///
    /// - Throws: `SignalError` as ``Classifier/fit(_:validation:options:context:)`` says.
    public static func fit(
        _ data: LabelledData, validation: LabelledData?, options: RandomForestOptions, context: FittingContext
    ) throws -> RandomForestClassifier {
        try options.validate()
        let labels = try TrainingLabels(classesOf: data)
        let rows = try CheckedRows(data.frames, columnCount: data.frames.columnCount, schema: data.schema)
        let classes = labels.classes.map(Int32.init)
        let weights = try labels.classWeights(options.classWeights, given: options.weights)
        let classCount = labels.names.count
        let forest = try RandomForest.fit(
            rows, frames: data.frames, options: options,
            limits: options.limits(columns: data.frames.columnCount, forClasses: true), context: context
        ) { draws in
            var ofClass = weights
            if options.classWeights == .balancedSubsample {
                var counts = Array(repeating: 0, count: classCount)
                for (row, count) in draws.enumerated() { counts[labels.classes[row]] += Int(count) }
                ofClass = TrainingLabels.balanced(counts)
            }
            return ClassCriterion(
                classes: classes, weights: draws.indices.map { Float(draws[$0]) * Float(ofClass[labels.classes[$0]]) },
                classCount: classCount)
        }
        return RandomForestClassifier(
            options: options, classNames: labels.names, importances: forest.importances,
            outOfBagProbabilities: forest.outOfBag, ensemble: forest.ensemble)
    }

    /// The mean over trees of the shares of the classes.
    public func probabilities(_ frames: FeatureFrames) throws -> [Float] {
        let rows = try CheckedRows(frames, columnCount: columnCount)
        let scale = 1 / Double(ensemble.treeCount)
        return ensemble.sums(rows, from: Array(repeating: 0, count: classNames.count)).map { Float($0 * scale) }
    }
}

extension RandomForestClassifier {
    /// Reads a fitted model back.
    public init(archive: ModelArchive) throws {
        let options = try archive.supervised(RandomForestOptions.self, Self.name, task: .classification)
        let names = try archive.classNames()
        let importances = try archive.importances()
        let ensemble = try TreeEnsemble(
            archive: archive, columnCount: importances.count, outputCount: names.count, sumCount: names.count)
        try archive.require("value", ensemble.values, within: 0...1)
        self.init(
            options: options, classNames: names, importances: importances, outOfBagProbabilities: nil,
            ensemble: ensemble)
    }

    /// The fitted model: its trees, the tensor `importance` (columns), the entry `classes`, and its options as texts.
    public func archived() throws -> ModelArchive {
        var archive = ModelArchive()
        try archive.store(algorithm: Self.name, task: .classification, options: options, importances: importances)
        archive.metadata["classes"] = classNames.joined(separator: "\n")
        ensemble.store(in: &archive)
        return archive
    }
}
